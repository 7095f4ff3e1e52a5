using System.Numerics;
using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

public class TimelineBuilderTests
{
    private static readonly SourceFacts TenSeconds = Make.Source("harbour/a.mp4", Make.Pal, 10);

    private static FieldProblem Problem(TimelineSpec spec, params SourceFacts[] sources)
    {
        var result = TimelineBuilder.Build(spec, Make.Library(sources));
        Assert.Null(result.Film);
        return Assert.Single(result.Problems);
    }

    private static Shot Shot(ShotSpec shot, SourceFacts source) => Make.Build(Make.Cut(null, shot), source).Shots[0];

    [Fact]
    public void MissingFields_AreTakenFromTheFirstShot()
    {
        var film = Make.Build(Make.Cut(null, new ShotSpec("harbour/a.mp4")), TenSeconds);

        Assert.Equal((Make.Pal, 1920, 1080, 90000L, false, 250L), (film.Rate, film.Width, film.Height, film.StartFrame, film.DropFrame, film.Frames));
        Assert.Equal(new Shot(0, "harbour/a.mp4", 0, 250, 0, 10, "a", null, null, null, 0), film.Shots[0]);
    }

    [Theory]
    [InlineData(1280, 1080, 0, 3, 2, 1920, 1080)]
    [InlineData(1920, 1080, 90, 1, 1, 1080, 1920)]
    [InlineData(1920, 1080, 180, 1, 1, 1920, 1080)]
    [InlineData(720, 576, 0, 64, 45, 1024, 576)]
    [InlineData(800, 640, 270, 1137, 800, 640, 1138)]
    [InlineData(569, 321, 0, 1, 1, 570, 322)]
    [InlineData(8, 8, 0, 0, 1, 16, 16)]
    public void MissingSize_IsTheDisplayedOneMadeEven(int width, int height, int rotation, int aspectWidth, int aspectHeight, int filmWidth, int filmHeight)
    {
        var film = Make.Build(Make.Cut(null, new ShotSpec("a")), Make.Source("a", Make.Pal, 10, width: width, height: height, rotation: rotation, aspect: new(aspectWidth, aspectHeight)));
        Assert.Equal((filmWidth, filmHeight), (film.Width, film.Height));
    }

    [Fact]
    public void StartTimecode_CountsAsAskedFor()
    {
        var shot = new ShotSpec("harbour/a.mp4");
        Assert.Equal((107892L, true), Counting(null, true));
        Assert.Equal((107892L, true), Counting("01:00:00;00", null));
        Assert.Equal((108000L, false), Counting("01:00:00:00", null));
        Assert.Equal((108000L, false), Counting(null, null));

        (long, bool) Counting(string? start, bool? drop)
        {
            var film = Make.Build(Make.Cut("29.97", shot) with { StartTimecode = start, DropFrame = drop }, TenSeconds);
            return (film.StartFrame, film.DropFrame);
        }
    }

    /// <summary>It was always non-drop, and so an edit list told other source timecodes than the source shows.</summary>
    [Theory]
    [InlineData(null, null, "01:00:00;00", null, true)]
    [InlineData(null, null, "01:00:00:00", null, false)]
    [InlineData(null, "59.94", "01:00:00;00", null, true)]
    [InlineData(null, "25", "01:00:00;00", null, false)]
    [InlineData(false, null, "01:00:00;00", null, false)]
    [InlineData(null, null, "01:00:00;00", "01:00:00:00", false)]
    public void MissingCounting_IsTheFirstShots(bool? asked, string? rate, string source, string? start, bool dropFrame)
    {
        var film = Make.Build(
            Make.Cut(rate, new("a"), new("b")) with { DropFrame = asked, StartTimecode = start },
            Make.Source("a", Make.Ntsc, 10, startTimecode: source),
            Make.Source("b", Make.Ntsc, 10, startTimecode: "02:00:00;00"));
        Assert.Equal((dropFrame, dropFrame ? "01:00:00;00" : "01:00:00:00"), (film.DropFrame, Timecode.Format(film.StartFrame, film.Rate, film.DropFrame)));
    }

    [Fact]
    public void DropFrame_AtTheSourcesRate_IsCheckedToo() =>
        Assert.Equal("timeline.dropFrame", Problem(Make.Cut(null, new ShotSpec("harbour/a.mp4")) with { DropFrame = true }, TenSeconds).Path);

    [Fact]
    public void Points_AreReadExactly()
    {
        var shot = Shot(new("a", "00:00:01:00", "2.123456789s"), Make.Source("a", Make.Film24, 10));
        Assert.Equal(new Rational(1001, 1000), shot.SourceIn);
        Assert.Equal(new Rational(2_123_456_789, 1_000_000_000), shot.SourceOut);
    }

    [Theory]
    [InlineData("01:00:00:00", "01:00:01:00", 1, 1)]
    [InlineData("01:00:00:00", "00:00:01:00", 1, 1)]
    [InlineData("00:00:00:12", "00:00:00:12", 0, 1)]
    [InlineData("00:00:00:12", "00:00:00:11", 11, 25)]
    [InlineData("not a timecode", "00:00:01:00", 1, 1)]
    [InlineData(null, "00:00:01:00", 1, 1)]
    public void TimecodeText_AtOrAfterTheFilesOwn_CountsFromIt(string? own, string text, int numerator, int denominator) =>
        Assert.Equal(new Rational(numerator, denominator), Shot(new("a", text), Make.Source("a", Make.Pal, 10, startTimecode: own)).SourceIn);

    /// <summary>Each point once chose for itself: in counted from 0 and out from the file's start, so 2 s to 10 s became 2 s to 5 s.</summary>
    [Theory]
    [InlineData("00:00:02:00", "00:00:10:00", 2, 10)]
    [InlineData("00:00:06:00", "00:00:10:00", 1, 5)]
    [InlineData("1s", "00:00:10:00", 1, 5)]
    [InlineData("00:00:02:00", "10s", 2, 10)]
    [InlineData(null, "00:00:10:00", 0, 5)]
    [InlineData("00:00:02:00", null, 2, 20)]
    public void InAndOut_OfAShot_CountFromTheSameStart(string? start, string? end, int from, int to)
    {
        var shot = Shot(new("a", start, end), Make.Source("a", Make.Pal, 20, startTimecode: "00:00:05:00"));
        Assert.Equal(((Rational)from, (Rational)to), (shot.SourceIn, shot.SourceOut));
    }

    [Theory]
    [InlineData("01:00:00;00", "01:00:01;00", 30)]
    [InlineData("01:00:00;00", "01:00:01:00", 30)]
    [InlineData("01:00:00:00", "01:00:01;00", 30)]
    [InlineData("00:00:59;28", "00:01:00;02", 2)]
    [InlineData("00:00:59:28", "00:01:00:02", 4)]
    public void TimecodeText_CountsDropFrameAsTheFileDoes(string own, string text, int frames) =>
        Assert.Equal(Make.Ntsc.TimeOf(frames), Shot(new("a", text), Make.Source("a", Make.Ntsc, 10, startTimecode: own)).SourceIn);

    [Theory]
    [InlineData("00:00:00:25", null, "in", "frames go from 00 to 24")]
    [InlineData("00:00:00;05", null, "in", "drop-frame")]
    [InlineData("00:00:10:00", null, "in", "00:00:10:00 (10 s)")]
    [InlineData("11s", null, "in", "00:00:10:00 (10 s)")]
    [InlineData(null, "00:00:10:01", "out", "00:00:10:00 (10 s)")]
    [InlineData(null, "10.021s", "out", "00:00:10:00 (10 s)")]
    [InlineData("00:00:02:00", "00:00:02:00", "in", "not before")]
    [InlineData("00:00:03:00", "2s", "in", "not before")]
    [InlineData("9.99s", null, "", "shorter than one frame")]
    public void BadPoints_AreNamed(string? start, string? end, string field, string says)
    {
        var problem = Problem(Make.Cut("25", new ShotSpec("harbour/a.mp4", start, end)), TenSeconds);
        Assert.Equal(field.Length > 0 ? $"timeline.shots[0].{field}" : "timeline.shots[0]", problem.Path);
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OutPoint_HalfAFramePastTheEnd_IsForgiven()
    {
        Assert.Equal(250, Shot(new("a", Out: "00:00:10:00"), Make.Source("a", Make.Pal, new(9980, 1000))).EndFrame);
        Assert.Equal("timeline.shots[0].out", Problem(Make.Cut(null, new ShotSpec("a", Out: "00:00:10:00")), Make.Source("a", Make.Pal, new(9979, 1000))).Path);
    }

    [Fact]
    public void UnusableSources_AreNamed()
    {
        Assert.Equal("timeline.shots[0].source", Problem(Make.Cut(null, new ShotSpec("gone.mp4"))).Path);
        Assert.Equal("timeline.shots[0].source", Problem(Make.Cut(null, new ShotSpec("m.mp3")), Make.Sound("m.mp3", 10)).Path);
        var silent = Make.Source("a", Make.Pal, 10, channels: 0);
        Assert.Equal("timeline.audio[0].source", Problem(Make.Cut(null, new ShotSpec("a")) with { Audio = [new("a")] }, silent).Path);
    }

    [Fact]
    public void Problems_OfAllShots_AreToldAtOnce()
    {
        var result = TimelineBuilder.Build(Make.Cut(null, new("gone"), new("harbour/a.mp4", "11s"), new("harbour/a.mp4", Out: "12s")), Make.Library(TenSeconds));
        Assert.Equal(["timeline.shots[0].source", "timeline.shots[1].in", "timeline.shots[2].out"], result.Problems.Select(p => p.Path));
    }

    [Fact]
    public void Build_ChecksTheFormFirst() => Assert.Equal("timeline.shots", Problem(Make.Cut(null)).Path);

    [Theory]
    [InlineData("8s", 50, true)]
    [InlineData("8s", 51, false)]
    [InlineData(null, 1, false)]
    public void Dissolve_NeedsMaterialAfterTheOutPoint(string? end, int frames, bool good)
    {
        var spec = Make.Cut("25", new("harbour/a.mp4", Out: end), new("harbour/a.mp4", Transition: new("dissolve", frames)));
        var result = TimelineBuilder.Build(spec, Make.Library(TenSeconds));
        Assert.Equal(good, result.Problems.Count == 0);
        if (!good)
        {
            Assert.Equal("timeline.shots[1].transition.frames", result.Problems[0].Path);
            Assert.Contains(end is null ? "only 0 frames" : "only 50 frames", result.Problems[0].Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Dissolve_IsNotLongerThanItsShot()
    {
        Assert.Equal("timeline.shots[0].transition.frames", Problem(Make.Cut("25", new ShotSpec("harbour/a.mp4", Out: "1s", Transition: new("dissolve", 26))), TenSeconds).Path);
        Assert.Equal(25, Shot(new("harbour/a.mp4", Out: "1s", Transition: new("dissolve", 25)), TenSeconds).DissolveFrames);
        Assert.Equal(0, Shot(new("harbour/a.mp4", Transition: new("cut", 0)), TenSeconds).DissolveFrames);
    }

    [Fact]
    public void Sound_IsCutAtTheFilmsEnd()
    {
        var film = Make.Build(Make.Cut(null, new ShotSpec("harbour/a.mp4")) with { Audio = [new("m.mp3", "2.5s", "1s", null, -6, "1s", "2s"), new("m.mp3", Out: "3s")] }, TenSeconds, Make.Sound("m.mp3", 40));
        Assert.Equal([new AudioClip("m.mp3", new(5, 2), 1, new(15, 2), -6, 1, 2), new AudioClip("m.mp3", 0, 0, 3, 0, 0, 0)], film.Audio);
    }

    [Theory]
    [InlineData("10s", null, null, null, "start")]
    [InlineData(null, "40s", null, null, "in")]
    [InlineData(null, null, "40.2s", null, "out")]
    [InlineData("8s", null, null, "2.5s", "fadeIn")]
    public void BadSound_IsNamed(string? start, string? from, string? to, string? fade, string field) =>
        Assert.Equal($"timeline.audio[0].{field}", Problem(Make.Cut(null, new ShotSpec("harbour/a.mp4")) with { Audio = [new("m.mp3", start, from, to, FadeIn: fade)] }, TenSeconds, Make.Sound("m.mp3", 40)).Path);

    [Fact]
    public void Film_PastMidnight_IsRefused()
    {
        var spec = Make.Cut(null, new ShotSpec("harbour/a.mp4"));
        Assert.Equal("timeline.startTimecode", Problem(spec with { StartTimecode = "23:59:50:00" }, TenSeconds).Path);
        Assert.Equal(250, Make.Build(spec with { StartTimecode = "23:59:49:24" }, TenSeconds).Frames);
    }

    /// <summary>Rates at which each shot below has a frame and the whole stays within a day.</summary>
    private static readonly Gen<FrameRate> CameraRate = Make.Rate.Where(rate => rate.Nominal > 1);

    [Fact]
    public void Boundaries_NeverDrift_Over10000Shots() => Gen.Select(CameraRate, CameraRate.Array[5], Gen.Int[15, 60].Array[50], Gen.Long[50_000_000, 999_999_999].Array[50]).Sample((rate, sourceRates, frames, nanoseconds) =>
    {
        var sources = sourceRates.Select((r, i) => Make.Source($"{i}", r, 100)).ToArray();
        var specs = Enumerable.Range(0, TimelineLimits.MaxShots).Select(i => i % 3 == 0
            ? new ShotSpec($"{i % 5}", "0.1s", $"1.{nanoseconds[i % 50]:D9}s")
            : new ShotSpec($"{i % 5}", Timecode.Format(1, sourceRates[i % 5], false), Timecode.Format(1 + frames[i % 50], sourceRates[i % 5], false))).ToArray();
        var film = Make.Build(Make.Cut(rate.ToString(), specs), sources);

        // Everything in one common denominator, so that the sum is plain integers.
        var common = sourceRates.Select(r => (BigInteger)r.Numerator).Append(1_000_000_000).Aggregate((a, b) => a * b / BigInteger.GreatestCommonDivisor(a, b));
        BigInteger time = 0;
        foreach (var shot in film.Shots)
        {
            Assert.Equal(Nearest(time), shot.StartFrame);
            time += (shot.SourceOut.Numerator * (common / shot.SourceOut.Denominator)) - (shot.SourceIn.Numerator * (common / shot.SourceIn.Denominator));
            Assert.Equal(Nearest(time), shot.EndFrame);
        }

        BigInteger Nearest(BigInteger t) => ((2 * t * rate.Numerator) + (common * rate.Denominator)) / (2 * common * rate.Denominator);
    }, iter: 20);

    [Fact]
    public void TenThousandSources_OfOddRates_NeitherOverflowNorTakeLong()
    {
        var sources = Enumerable.Range(0, TimelineLimits.MaxShots).Select(i => Make.Source($"{i}", new FrameRate(900_001 + (2 * i), 30_011), new(100_003, 50_021))).ToArray();
        var film = Make.Build(Make.Cut("24000/1001", [.. sources.Select(s => new ShotSpec(s.Path, "00:00:00:01", "1.000000001s"))]), sources);

        var seconds = film.Shots.Sum(s => (decimal)s.SourceOut.Numerator / s.SourceOut.Denominator - (decimal)s.SourceIn.Numerator / s.SourceIn.Denominator);
        Assert.Equal((long)Math.Floor((seconds * 24000 / 1001) + 0.5m), film.Frames);
    }

    [Fact]
    public void Sources_AreListedOnceInOrderOfUse() =>
        Assert.Equal(["b", "a", "m"], TimelineBuilder.Sources(Make.Cut(null, new("b"), new("a"), null!, new("b"), new(null)) with { Audio = [new("m"), new("a")] }));
}
