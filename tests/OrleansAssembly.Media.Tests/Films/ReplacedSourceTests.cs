using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>A source that gets another file while its film is made: it once gave a film of both, and pieces that were kept under the wrong name.</summary>
public sealed class ReplacedSourceTests : IDisposable
{
    private const string Old = "-f lavfi -i testsrc2=s=64x36:r=25:d=3 -f lavfi -i sine=d=3 -c:v libx264 -preset ultrafast -c:a aac";
    private const string New = "-f lavfi -i color=red:s=64x36:r=25:d=3 -f lavfi -i anullsrc=d=3 -shortest -c:v libx264 -preset ultrafast -c:a aac";

    private readonly Workshop _workshop = new();

    [Fact]
    public async Task ASegment_ADissolveIntoIt_AndItsSound_DoNotCount_UntilItIsProbedAgain()
    {
        var (kept, replaced) = (await _workshop.MakeAsync("kept.mp4", Old), await _workshop.MakeAsync("replaced.mp4", Old));
        var film = _workshop.Cut("25", new ShotSpec(kept, "0s", "1s"), new ShotSpec(replaced, "0s", "1s"), new ShotSpec(kept, "0s", "1s", Transition: new("dissolve", 25)));
        var run = Assert.Single(SoundRecorder.Plan(film));
        Workshop.Ok(await EncodeAsync(0));
        _workshop.Media.Make("replaced.mp4", New);

        Assert.Null((await EncodeAsync(0)).Problem);
        AssertChanged((await EncodeAsync(1)).Problem);
        AssertChanged((await EncodeAsync(2)).Problem);
        AssertChanged((await RecordAsync()).Problem);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_workshop.Work, "seg"), "*", SearchOption.AllDirectories));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_workshop.Work, "sound")));

        await _workshop.ProbeAsync("replaced.mp4");
        Workshop.Ok(await EncodeAsync(1));
        Workshop.Ok(await EncodeAsync(2));
        Workshop.Ok(await RecordAsync());

        Task<MediaResult<MadeFile>> EncodeAsync(int index) =>
            _workshop.Encoder.EncodeAsync(_workshop.Work, film, SegmentPlanner.Plan(film, 1)[index], _workshop.Footage, Workshop.Fast, null, Workshop.Cancel);

        Task<MediaResult<IReadOnlyList<string>>> RecordAsync() => _workshop.Recorder.RecordAsync(_workshop.Work, film, run, _workshop.Footage, null, Workshop.Cancel);
    }

    [Fact]
    public async Task ASoundLaidUnderTheFilm_DoesNotCount()
    {
        var kept = await _workshop.MakeAsync("kept.mp4", Old);
        var replaced = await _workshop.MakeAsync("replaced.wav", "-f lavfi -i sine=d=3");
        var film = _workshop.Cut(new TimelineSpec("25", 64, 36, null, null, [new ShotSpec(kept, "0s", "1s")], [new AudioSpec(replaced)]));
        Workshop.Ok(await _workshop.Recorder.RecordAsync(_workshop.Work, film, new SoundRun(0, 1), _workshop.Footage, null, Workshop.Cancel));
        _workshop.Media.Make("replaced.wav", "-f lavfi -i sine=f=880:d=3");

        AssertChanged((await _workshop.Mixer.MixAsync(_workshop.Work, film, _workshop.Footage, Workshop.Fast, null, Workshop.Cancel)).Problem, "replaced.wav");
    }

    /// <summary>What went wrong with it says nothing of the new file: it was read by the facts of the old.</summary>
    [Fact]
    public async Task AFileThatIsShorter_IsNotTakenForADamagedOne()
    {
        var film = _workshop.Cut("25", new ShotSpec(await _workshop.MakeAsync("replaced.mp4", Old), "2s", "3s"));
        _workshop.Media.Make("replaced.mp4", New.Replace("d=3", "d=1", StringComparison.Ordinal));

        AssertChanged((await _workshop.Encoder.EncodeAsync(_workshop.Work, film, SegmentPlanner.Plan(film, 1)[0], _workshop.Footage, Workshop.Fast, null, Workshop.Cancel)).Problem);
        AssertChanged(await _workshop.Media.Checker.CheckDecodesAsync(_workshop.Facts["replaced.mp4"], null, 2, 3, null, Workshop.Cancel));
    }

    [Fact]
    public async Task AStandIn_IsNotMadeOfTheNewFile_ButOneThatIsMadeGoesOn()
    {
        var source = await _workshop.MakeAsync("a.ts", Old);
        var film = _workshop.Cut("25", new ShotSpec(source, "0s", "1s"));
        var facts = _workshop.Facts[source];
        await _workshop.RemuxAsync(source);
        _workshop.Media.Make(source, New);

        AssertChanged((await _workshop.Media.Normalizer.RemuxAsync(facts, Path.Combine(_workshop.Work, "late.mp4"), Workshop.Cancel)).Problem, source);
        Workshop.Ok(await _workshop.Encoder.EncodeAsync(_workshop.Work, film, SegmentPlanner.Plan(film, 1)[0], _workshop.Footage, Workshop.Fast, null, Workshop.Cancel));
    }

    private static void AssertChanged(MediaProblem? problem, string source = "replaced.mp4")
    {
        Assert.Equal(("source-changed", source, false), (problem?.Name, problem?.Source, problem?.Transient));
        Assert.Contains($"'{source}' was replaced", problem!.Detail, StringComparison.Ordinal);
    }

    public void Dispose() => _workshop.Dispose();
}
