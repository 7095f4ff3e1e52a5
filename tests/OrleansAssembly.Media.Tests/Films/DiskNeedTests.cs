using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

public class DiskNeedTests
{
    private const int Seconds = 60;

    [Fact]
    public void Need_GrowsWithTheFilm_ItsSize_AndEachFormat()
    {
        var one = Need(1280, 720, bitsPerPixel: 0.1, "h264-1080p");

        Assert.True(Need(1920, 1080, 0.1, "h264-1080p") > 1.5 * one);
        Assert.True(Need(1280, 720, 0.1, "h264-1080p", "prores-422hq") > 5 * one);
    }

    [Fact]
    public void NoisySources_NeedMoreThanSmoothOnes() =>
        Assert.True(Need(1280, 720, bitsPerPixel: 3, "h264-720p") > 5 * Need(1280, 720, bitsPerPixel: 0.05, "h264-720p"));

    /// <summary>A minute of HQ at 1920x1080 and 25 frames takes about 1.3 GB (Apple's white paper: 184 Mbit/s); it is there twice while it is joined.</summary>
    [Fact]
    public void ProRes_TakesWhatItsMakerSays() =>
        Assert.InRange(Need(1920, 1080, 0.1, "prores-422hq") / 1e9, 2 * 1.3, 2 * 2.0);

    [Theory]
    [InlineData(10, 12, 0, 1, true)]
    [InlineData(10, 12, 2, 0, true)]
    [InlineData(10, 12, 2, 1, false)]
    [InlineData(10, 9, 0, 0, false)]
    public void Room_IsWhatIsFree_WithoutWhatIsPromisedAndSpare(long needed, long free, long promised, long spare, bool fits) =>
        Assert.Equal(fits, new DiskRoom(needed, free, promised, spare).Fits);

    [Fact]
    public void Room_TellsWhatIsNeededAndFree() => Assert.Equal(
        "Waiting for disk space: about 12.3 GB are needed and 900 MB are free on the media volume, 2.0 GB of them promised to other jobs. Free some, and the job goes on by itself.",
        new DiskRoom(12_300_000_000, 900_000_000, 2_000_000_000, 0).ToString());

    private static long Need(int width, int height, double bitsPerPixel, params string[] presets)
    {
        var rate = new FrameRate(25);
        var bytes = (long)(bitsPerPixel / 8 * width * height * 25 * Seconds);
        var video = new VideoFacts(0, "h264", width, height, 1, 0, rate, false, rate.TimeOf(1), new Rational(1, 12800), 0, Seconds, 25 * Seconds, "yuv420p", false, "bt709", null, null, false, false);
        var footage = new Footage(
            new Dictionary<string, SourceFacts> { ["a.mp4"] = new("a.mp4", bytes, "id", "mov", video, null, null) },
            new Dictionary<string, string> { ["a.mp4"] = "a.mp4" });
        var film = new Film(rate, width, height, 0, false, [new(0, "a.mp4", 0, 25 * Seconds, 0, Seconds, "a", null, null, null, 0)], []);
        return DiskNeed.Predict(film, SegmentPlanner.Plan(film, 5), footage, presets.Select(name => Presets.Find(name)!));
    }
}
