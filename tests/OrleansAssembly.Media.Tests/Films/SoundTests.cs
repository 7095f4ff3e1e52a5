using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>Sound stays with its picture from the first to the last frame, whatever the source has.</summary>
public sealed class SoundTests : IDisposable
{
    /// <summary>Clicks that last 10 ms, at 0.5 s, 1.5 s, 2.5 s ...</summary>
    private const string Click = "0.8*sin(2*PI*1000*t)*between(mod(t\\,1)\\,0.5\\,0.51)";

    private readonly Workshop _workshop = new();

    [Fact]
    public async Task Clicks_StayWhereTheyAre_ToTheEndOfAManyShotFilm()
    {
        var (a, b, c) = (await ClicksAsync("a.mp4", 48000, 2, "24000/1001", "aac"), await ClicksAsync("b.mkv", 44100, 1, "25", "flac"), await ClicksAsync("c.mov", 96000, 6, "30", "pcm_s16le"));
        var sources = new[] { a, b, c };
        var shots = Enumerable.Range(0, 18).Select(i => new ShotSpec(sources[i % 3], FormattableString.Invariant($"{(i % 5) + 0.1}s"), FormattableString.Invariant($"{(i % 5) + 0.9 + (0.01 * i):0.00}s"))).ToArray();
        var film = _workshop.Cut("24000/1001", shots);

        foreach (var preset in new[] { Workshop.Fast, Presets.Find("prores-proxy")!, Presets.Find("vp9-1080p")! with { VideoArguments = ["-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "{gop}"] } })
        {
            var file = await _workshop.FilmAsync(film, preset, preset.Name, segmentSeconds: 5);

            var expected = film.Shots.Select(s => film.Rate.TimeOf(s.StartFrame).ToDouble() + 0.4).ToArray();
            var found = MarkedMedia.Onsets(MarkedMedia.Samples(file), 2500);
            Assert.Equal(expected.Length, found.Count);
            Assert.All(expected.Zip(found), pair => Assert.InRange(pair.Second - pair.First, -0.003, 0.003));
        }
    }

    [Fact]
    public async Task EveryShotSound_HasExactlyItsSamples_AndTheirSumIsTheFilm()
    {
        var a = await ClicksAsync("a.mp4", 44100, 2, "24000/1001", "aac");
        var film = _workshop.Cut("30000/1001", [.. Enumerable.Range(0, 7).Select(i => new ShotSpec(a, "1s", FormattableString.Invariant($"{1.37 + (0.113 * i)}s")))]);
        var total = 0L;

        foreach (var run in SoundRecorder.Plan(film))
        {
            foreach (var made in Workshop.Ok(await _workshop.Recorder.RecordAsync(_workshop.Work, film, run, _workshop.Footage, null, Workshop.Cancel)))
            {
                total += MarkedMedia.Samples(made).Length;
            }
        }

        Assert.Equal(FfmpegArguments.SampleAt(film.Rate, film.Frames), total);
        var mixed = Workshop.Ok(await _workshop.Mixer.MixAsync(_workshop.Work, film, _workshop.Footage, Presets.Find("prores-proxy")!, null, Workshop.Cancel));
        Assert.Equal(total, MarkedMedia.Samples(mixed.Path).Length);
    }

    [Fact]
    public async Task SoundsMadeTogether_HaveTheBytesThatEachHasByItself()
    {
        var (a, b) = (await ClicksAsync("a.mp4", 44100, 2, "24000/1001", "aac"), await ClicksAsync("b.mkv", 96000, 6, "25", "flac"));
        var none = await _workshop.MakeAsync("none.mp4", "-f lavfi -i color=s=64x36:r=25:d=2 -c:v libx264");
        var film = _workshop.Cut("25", new ShotSpec(a, "0.1s", "3s"), new ShotSpec(b, "2s", "2.4s"), new ShotSpec(none, "0s", "1s"), new ShotSpec(b, "0.3s", "5s", Transition: new("dissolve", 25)), new ShotSpec(a, "3s", "4s"));
        var together = await RecordAsync(new SoundRun(0, 5));
        var bytes = together.Select(File.ReadAllBytes).ToList();
        together.ToList().ForEach(File.Delete);

        for (var shot = 0; shot < 5; shot++)
        {
            var alone = Assert.Single(await RecordAsync(new SoundRun(shot, 1)));
            Assert.Equal(together[shot], alone);
            Assert.Equal(bytes[shot], await File.ReadAllBytesAsync(alone, Workshop.Cancel));
        }

        async Task<IReadOnlyList<string>> RecordAsync(SoundRun run) =>
            Workshop.Ok(await _workshop.Recorder.RecordAsync(_workshop.Work, film, run, _workshop.Footage, null, Workshop.Cancel));
    }

    [Fact]
    public async Task WhereOneSoundOfManyCannotBeMade_ItsSourceIsNamed_AndThoseBeforeItAreKept()
    {
        var (good, bad) = (await ClicksAsync("good.mp4", 48000, 2, "25", "aac"), await ClicksAsync("bad.mp4", 48000, 2, "25", "aac"));
        var film = _workshop.Cut("25", new ShotSpec(good, "0s", "1s"), new ShotSpec(good, "1s", "3s"), new ShotSpec(bad, "0s", "2s"), new ShotSpec(good, "3s", "4s"));
        File.Delete(_workshop.Footage.Files[bad]);
        List<double> fractions = [];

        var result = await _workshop.Recorder.RecordAsync(_workshop.Work, film, Assert.Single(SoundRecorder.Plan(film)), _workshop.Footage, progress => fractions.Add(progress.Fraction), Workshop.Cancel);

        Assert.Equal(bad, result.Problem?.Source);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_workshop.Work, "sound")).Length);
        Assert.Equal(fractions.Order(), fractions);
    }

    [Fact]
    public async Task SoundThatEndsEarlyStartsLateOrIsMissing_LeavesSilence()
    {
        var early = await _workshop.MakeAsync("early.mkv", "-f lavfi -i color=s=64x36:r=25:d=4 -f lavfi -i sine=f=400:r=48000:d=1,volume=4 -c:v libx264 -c:a flac");
        var late = await _workshop.MakeAsync("late.mkv", "-f lavfi -i color=s=64x36:r=25:d=4 -itsoffset 1.5 -f lavfi -i sine=f=400:r=48000:d=2,volume=4 -c:v libx264 -c:a flac");
        var none = await _workshop.MakeAsync("none.mp4", "-f lavfi -i color=s=64x36:r=25:d=2 -c:v libx264");
        var film = _workshop.Cut("25", new ShotSpec(early, "0.5s", "2.5s"), new ShotSpec(none), new ShotSpec(late, "1s", "3s"));

        var file = await _workshop.FilmAsync(film, Presets.Find("prores-proxy"));

        var samples = MarkedMedia.Samples(file);
        Assert.True(Level(samples, 0.05, 0.45) > 4000);
        Assert.True(Level(samples, 0.6, 4.4) < 40);
        Assert.True(Level(samples, 4.6, 5.9) > 4000);
    }

    [Fact]
    public async Task NoSoundAtAll_GivesASilentTrackOfTheFilmsLength()
    {
        var none = await _workshop.MakeAsync("none.mp4", "-f lavfi -i testsrc2=s=64x36:r=25:d=2 -c:v libx264");

        var file = await _workshop.FilmAsync(_workshop.Cut("25", new ShotSpec(none)));

        Assert.Equal(0, MarkedMedia.Samples(file).Max(s => Math.Abs((int)s)));
    }

    [Fact]
    public async Task Clips_StartOnTheirSampleWithGainAndFades_AndNeverClip()
    {
        var none = await _workshop.MakeAsync("none.mp4", "-f lavfi -i color=s=64x36:r=25:d=6 -c:v libx264");
        var clicks = await _workshop.MakeAsync("clicks.wav", Clicks(44100, 1));
        var loud = await _workshop.MakeAsync("loud.flac", "-f lavfi -i sine=f=300:r=48000:d=10,volume=7");
        var film = _workshop.Cut(new TimelineSpec("25", 320, 180, null, null, [new ShotSpec(none)], [new AudioSpec(clicks, "2.25s", "1s", "3s", 0)]));
        var onsets = MarkedMedia.Onsets(MarkedMedia.Samples(await _workshop.FilmAsync(film)), 2500);
        Assert.Equal(2, onsets.Count);
        Assert.InRange(onsets[0], 2.747, 2.753);
        Assert.InRange(onsets[1], 3.747, 3.753);

        var full = _workshop.Cut(new TimelineSpec("25", 320, 180, null, null, [new ShotSpec(none)], [new AudioSpec(loud, FadeIn: "2s", FadeOut: "2s"), new AudioSpec(loud, GainDb: 6), new AudioSpec(loud, GainDb: -80 + 20)]));
        var samples = MarkedMedia.Samples(await _workshop.FilmAsync(full, Presets.Find("prores-proxy"), "loud"));
        Assert.InRange(samples.Max(s => Math.Abs((int)s)), 30_000, 32_440);
    }

    [Fact]
    public async Task Dissolve_CrossfadesOverTheSameFrames()
    {
        var low = await _workshop.MakeAsync("low.mkv", "-f lavfi -i color=s=64x36:r=25:d=4 -f lavfi -i sine=f=400:r=48000:d=4,volume=4 -c:v libx264 -c:a flac");
        var none = await _workshop.MakeAsync("none.mkv", "-f lavfi -i color=s=64x36:r=25:d=4 -c:v libx264");
        var film = _workshop.Cut("25", new ShotSpec(low, "0s", "2s"), new ShotSpec(none, "0s", "2s", Transition: new("dissolve", 25)), new ShotSpec(low, "0s", "1s", Transition: new("dissolve", 10)));

        var samples = MarkedMedia.Samples(await _workshop.FilmAsync(film, Presets.Find("prores-proxy")));

        var level = Level(samples, 1, 1.9);
        Assert.InRange(Level(samples, 2.48, 2.52) / level, 0.67, 0.75);
        Assert.True(Level(samples, 3.05, 3.95) < 40);
        Assert.InRange(Level(samples, 4.19, 4.21) / level, 0.67, 0.75);
        Assert.InRange(Level(samples, 4.45, 4.95) / level, 0.98, 1.02);
    }

    /// <summary>Crossfades of equal power add up to 3 dB more where both sounds are the same: it was cut off at full level.</summary>
    [Fact]
    public async Task Dissolve_OfALoudSoundIntoItself_StaysBelowFullLevel_AndLeavesTheRestAsItIs()
    {
        var loud = await _workshop.MakeAsync("loud.mkv", "-f lavfi -i color=s=64x36:r=25:d=5 -f lavfi -i aevalsrc=exprs=0.94*sin(882*PI*t)|0.94*sin(882*PI*t):s=48000:c=stereo:d=5 -c:v libx264 -c:a flac");
        var film = _workshop.Cut("25", new ShotSpec(loud, "0s", "2s"), new ShotSpec(loud, "2s", "4s", Transition: new("dissolve", 25)));

        var file = await _workshop.FilmAsync(film, Presets.Find("prores-proxy"));

        var log = System.Text.Encoding.ASCII.GetString(MarkedMedia.Read(["-i", file, "-vn", "-af", "ebur128=peak=true:metadata=1,ametadata=print:file=-", "-f", "null", "-"]));
        var peaks = log.Split('\n').Where(line => line.Contains("true_peaks_ch0=", StringComparison.Ordinal)).Select(line => double.Parse(line.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.InRange(peaks.Max(), 0.97, 0.999);
        var (made, source) = (MarkedMedia.Samples(file), MarkedMedia.Samples(_workshop.Media.Path(loud)));
        Assert.Equal(4 * 48000, made.Length);
        Assert.All(made[..95_000].Zip(source), pair => Assert.InRange(pair.First - pair.Second, -2, 2));
        Assert.All(made[160_000..].Zip(source[160_000..]), pair => Assert.InRange(pair.First - pair.Second, -2, 2));
    }

    private async Task<string> ClicksAsync(string path, int rate, int channels, string frames, string codec) =>
        await _workshop.MakeAsync(path, $"-f lavfi -i testsrc2=s=64x36:r={frames}:d=8 {Clicks(rate, channels)} -c:v libx264 -preset ultrafast -c:a {codec}");

    /// <summary>On every channel alike, so that a downmix keeps them.</summary>
    private static string Clicks(int rate, int channels)
    {
        var layout = channels switch { 1 => "mono", 2 => "stereo", _ => "5.1" };
        return $"-f lavfi -i aevalsrc=exprs='{string.Join('|', Enumerable.Repeat(Click, channels))}':s={rate}:c={layout}:d=8";
    }

    /// <summary>Root mean square of a part.</summary>
    private static double Level(short[] samples, double from, double to) => Math.Sqrt(samples[(int)(from * 48000)..(int)(to * 48000)].Average(s => (double)s * s));

    public void Dispose() => _workshop.Dispose();
}
