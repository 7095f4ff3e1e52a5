namespace OrleansAssembly.Timeline.Tests;

public class StoryBuilderTests
{
    private static Story Tell(params string?[] scenes)
    {
        var source = Make.Source("harbour/a.mp4", Make.Film24, 100, startTimecode: "09:58:30:12");
        var film = Make.Build(Make.Cut("25", [.. scenes.Select((scene, i) => new ShotSpec("harbour/a.mp4", $"{i}s", $"{i + 1}s", $"{i + 1:D2}0", scene, i + 1))]), source);
        return StoryBuilder.Build(film, "Harbour", "harbour", Make.Library(source));
    }

    [Fact]
    public void NeighboursOfOneScene_AreOneScene()
    {
        var story = Tell("1", "1", "2", "1", null, null, "3", null);

        Assert.Equal(["1", "2", "1", "Scene 4", "3", "080"], story.Scenes.Select(s => s.Name));
        Assert.Equal([0, 50, 75, 100, 150, 175], story.Scenes.Select(s => s.StartFrame));
        Assert.Equal([50, 75, 100, 150, 175, 200], story.Scenes.Select(s => s.EndFrame));
        Assert.Equal([2, 1, 1, 2, 1, 1], story.Scenes.Select(s => s.DurationSeconds));
        Assert.Equal(("Harbour", "harbour", "25", 200L, 8.0, "01:00:00:00"), (story.Title, story.ProjectId, story.FrameRate, story.Frames, story.DurationSeconds, story.StartTimecode));
    }

    [Fact]
    public void Shot_TellsWhereItIsFrom()
    {
        var shot = Tell("1", "1").Scenes[0].Shots[1];

        Assert.Equal((1, "020", 2, "harbour/a.mp4"), (shot.Index, shot.Name, shot.Take, shot.Source));
        Assert.Equal(("09:58:31:12", "09:58:32:12", "01:00:01:00", "01:00:02:00"), (shot.SourceIn, shot.SourceOut, shot.RecordIn, shot.RecordOut));
        Assert.Equal(["1920x1080", "23.976fps", "h264", "landscape", "stereo"], shot.Tags);
    }

    [Fact]
    public void Tags_TellOddProperties()
    {
        var source = Make.Source("a", Make.Pal, 10, channels: 0, rotation: 90);
        source = source with { Video = source.Video! with { ColorTransfer = "arib-std-b67", Interlaced = true, VariableRate = true, PixelFormat = "yuv420p10le" } };
        var film = Make.Build(Make.Cut(null, new ShotSpec("a")), source);

        Assert.Equal(
            ["1080x1920", "25fps", "h264", "portrait", "10-bit", "hdr", "interlaced", "variable-rate", "no-sound"],
            StoryBuilder.Build(film, "", "p", Make.Library(source)).Scenes[0].Shots[0].Tags);
        Assert.Empty(StoryBuilder.Build(film, "", "p", Make.Library()).Scenes[0].Shots[0].Tags);
    }
}
