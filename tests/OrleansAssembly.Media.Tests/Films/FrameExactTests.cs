using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>Each frame of a film is the frame of the source that stands in the plan, worked out here from the numbers drawn on the frames.</summary>
public sealed class FrameExactTests : IDisposable
{
    private const string LongGop = "-c:v libx264 -preset veryfast -g 250 -keyint_min 250 -sc_threshold 0 -bf 3";

    private readonly Workshop _workshop = new();

    [Theory]
    [InlineData("24000/1001", "25")]
    [InlineData("25", "24000/1001")]
    [InlineData("30", "24")]
    [InlineData("60", "25")]
    [InlineData("24", "30000/1001")]
    [InlineData("25", "25")]
    public async Task Conform_FromAnyRate_ShowsTheNearestFrame(string sourceRate, string filmRate)
    {
        var a = await _workshop.MarkedAsync("a.mp4", 1, sourceRate, 500, LongGop);
        var b = await _workshop.MarkedAsync("b.mkv", 2, sourceRate, 200, LongGop);
        Assert.True(FrameRate.TryParse(sourceRate, out var rate));
        var film = _workshop.Cut(
            filmRate,
            new ShotSpec(a, "3s", "5.5s"),
            new ShotSpec(b, "0.5s", "2.28s"),
            new ShotSpec(a, "00:00:01:07", "00:00:01:10"),
            new ShotSpec(a, "7.1s", "8.2s"));

        var file = await _workshop.FilmAsync(film);

        var expected = film.Shots.SelectMany(shot => Enumerable.Range(0, (int)shot.Frames).Select(k => Shown(film, shot, k, n => rate.TimeOf(n), shot.Source == a ? 500 : 200)));
        Assert.Equal(expected, MarkedMedia.Numbers(file));
    }

    [Fact]
    public async Task SameRate_CutsByTimecode_LoseAndRepeatNothingAtAnyJoint()
    {
        var a = await _workshop.MarkedAsync("a.mp4", 1, "25", 260, LongGop);
        var b = await _workshop.MarkedAsync("b.mov", 2, "25", 100, "-c:v prores_ks");
        var film = _workshop.Cut(
            "25",
            new ShotSpec(a, "00:00:02:00", "00:00:05:03"),
            new ShotSpec(b, "00:00:00:00", "00:00:02:10"),
            new ShotSpec(a, "00:00:05:03", "00:00:10:10"));

        var file = await _workshop.FilmAsync(film);

        var expected = Enumerable.Range(50, 78).Select(n => (1, n)).Concat(Enumerable.Range(0, 60).Select(n => (2, n))).Concat(Enumerable.Range(128, 132).Select(n => (1, n)));
        Assert.Equal(expected, MarkedMedia.Numbers(file));
    }

    [Fact]
    public async Task VariableRate_HoldsEachFrameUntilTheNext()
    {
        // Frames 0-9 of each 40 stay, then every 7th: gaps of up to 0.28 s.
        var v = await _workshop.MarkedAsync("v.mkv", 3, "25", 90, "-c:v libx264 -preset veryfast -g 250 -bf 2 -vsync vfr", ",select='lt(mod(n\\,40)\\,10)+not(mod(n\\,7))'");
        var kept = Enumerable.Range(0, 4000).Where(n => n % 40 < 10 || n % 7 == 0).Take(90).ToArray();
        var film = _workshop.Cut("25", new ShotSpec(v, "0.4s", "5.2s"), new ShotSpec(v, "6s", "8s"));

        var file = await _workshop.FilmAsync(film);

        var expected = film.Shots.SelectMany(shot => Enumerable.Range(0, (int)shot.Frames).Select(k =>
        {
            var place = (shot.SourceIn * 25).Round() + k;
            return (3, kept.Last(n => n <= place));
        }));
        Assert.Equal(expected, MarkedMedia.Numbers(file));
    }

    [Fact]
    public async Task PictureThatStartsLaterThanTheSound_CountsFromTheFirstPicture()
    {
        await _workshop.MarkedAsync("plain.mp4", 1, "25", 100, LongGop);
        var a = await _workshop.MakeAsync(
            "late.mkv",
            $"-itsoffset 0.6 -i {_workshop.Media.Path("plain.mp4")} -f lavfi -i sine=frequency=440:sample_rate=48000:duration=3 -map 0 -map 1 -c:v copy -c:a flac");
        Assert.True(_workshop.Facts[a].Video!.Start > new Rational(1, 2));

        var file = await _workshop.FilmAsync(_workshop.Cut("25", new ShotSpec(a, "00:00:00:10", "00:00:03:00")));

        Assert.Equal(Enumerable.Range(10, 65).Select(n => (1, n)), MarkedMedia.Numbers(file));
    }

    [Fact]
    public async Task OutPointAtTheLastFrame_IsReached_AndAMissingLastFrameIsHeld()
    {
        var a = await _workshop.MarkedAsync("a.mp4", 1, "25", 50, LongGop);
        var b = await _workshop.MarkedAsync("b.mp4", 2, "30", 45, LongGop);

        var file = await _workshop.FilmAsync(_workshop.Cut("25", new ShotSpec(a), new ShotSpec(b)));

        var numbers = MarkedMedia.Numbers(file);
        Assert.Equal((1, 49), numbers[49]);
        Assert.Equal(50 + 38, numbers.Count);
        Assert.Equal((2, 44), numbers[^1]);
    }

    [Fact]
    public async Task FramesCarryTheGrid_EvenInWebM()
    {
        var a = await _workshop.MarkedAsync("a.mp4", 1, "24000/1001", 120, LongGop);
        var film = _workshop.Cut("24000/1001", new ShotSpec(a, "0.5s", "4s"));
        var small = Presets.Find("vp9-1080p")! with { VideoArguments = ["-deadline", "realtime", "-cpu-used", "8", "-b:v", "400k", "-g", "{gop}"] };

        foreach (var preset in new[] { Workshop.Fast, small, Presets.Find("prores-proxy")!, Presets.Find("hevc-1080p")! })
        {
            var file = await _workshop.FilmAsync(film, preset, preset.Name);

            var times = MarkedMedia.PictureTimes(file);
            Assert.Equal(84, times.Count);
            Assert.All(times.Select((t, k) => t - film.Rate.TimeOf(k).ToDouble()), off => Assert.InRange(off, -0.0006, 0.0006));
            Assert.Equal(Enumerable.Range(12, 84).Select(n => (1, n)), MarkedMedia.Numbers(file));
        }
    }

    /// <summary>The last source frame whose time, seen from the shot's in point and rounded to the film's frames, is not after frame <paramref name="k"/> of the shot.</summary>
    private static (int Source, int Frame) Shown(Film film, Shot shot, int k, Func<long, Rational> timeOf, int frames)
    {
        var last = Enumerable.Range(0, frames).Last(n => ((timeOf(n) - shot.SourceIn) * film.Rate.Value).Round() <= k);
        return (shot.Source.StartsWith('a') ? 1 : 2, last);
    }

    public void Dispose() => _workshop.Dispose();
}
