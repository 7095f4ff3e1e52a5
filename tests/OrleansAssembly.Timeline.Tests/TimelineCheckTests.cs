namespace OrleansAssembly.Timeline.Tests;

public class TimelineCheckTests
{
    private static readonly ShotSpec Good = new("a.mp4", "00:00:01:00", "2.5s", "010", "1", 3, "A001", new("dissolve", 12));

    private static IReadOnlyList<FieldProblem> Check(ShotSpec? shot) => TimelineBuilder.Check(Make.Cut("25", shot!));

    private static IReadOnlyList<FieldProblem> Check(AudioSpec? sound) => TimelineBuilder.Check(Make.Cut("25", Good) with { Audio = [sound!] });

    private static void Only(string path, IReadOnlyList<FieldProblem> problems)
    {
        var problem = Assert.Single(problems);
        Assert.Equal(path, problem.Path);
        Assert.EndsWith(".", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GoodCut_HasNoProblem()
    {
        Assert.Empty(Check(Good));
        Assert.Empty(Check(new ShotSpec("a.mp4")));
        Assert.Empty(Check(new AudioSpec("m.flac", "0s", "1s", "2.25s", -6, "0.5s", "2s")));
        Assert.Empty(TimelineBuilder.Check(new("24000/1001", 1920, 1080, "01:00:00:00", false, [Good], null)));
        Assert.Empty(TimelineBuilder.Check(new("29.97", null, null, "01:00:00;00", null, [Good], [])));
        Assert.Empty(TimelineBuilder.Check(new("29.97", null, null, "01:00:00:00", true, [Good], [])));
    }

    [Fact]
    public void Nothing_IsToldOnce()
    {
        Only("timeline", TimelineBuilder.Check(null));
        Only("timeline.shots", TimelineBuilder.Check(Make.Cut("25")));
        Only("timeline.shots", TimelineBuilder.Check(Make.Cut("25") with { Shots = null }));
        Only("timeline.shots[0]", Check((ShotSpec?)null));
        Only("timeline.audio[0]", Check((AudioSpec?)null));
    }

    [Fact]
    public void TooManyShots_AreToldOnce()
    {
        Only("timeline.shots", TimelineBuilder.Check(Make.Cut("25", [.. Enumerable.Repeat(new ShotSpec(null), 10_001)])));
        Assert.Empty(TimelineBuilder.Check(Make.Cut("25", [.. Enumerable.Repeat(Good, 10_000)])));
        Only("timeline.audio", TimelineBuilder.Check(Make.Cut("25", Good) with { Audio = [.. Enumerable.Repeat(new AudioSpec(null), 101)] }));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("0")]
    [InlineData("")]
    public void BadRate_IsNamed(string rate) => Only("timeline.frameRate", TimelineBuilder.Check(Make.Cut(rate, Good)));

    [Theory]
    [InlineData(15)]
    [InlineData(1081)]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(8194)]
    [InlineData(int.MinValue)]
    public void BadSize_IsNamed(int size)
    {
        Only("timeline.width", TimelineBuilder.Check(Make.Cut("25", Good) with { Width = size }));
        Only("timeline.height", TimelineBuilder.Check(Make.Cut("25", Good) with { Height = size }));
    }

    [Theory]
    [InlineData("25", true, null, "timeline.dropFrame")]
    [InlineData("29.97", false, "01:00:00;00", "timeline.dropFrame")]
    [InlineData("25", null, "01:00:00;00", "timeline.startTimecode")]
    [InlineData("29.97", true, "01:01:00:00", "timeline.startTimecode")]
    [InlineData("25", null, "01:00:00:25", "timeline.startTimecode")]
    [InlineData("25", null, "1s", "timeline.startTimecode")]
    [InlineData(null, null, "one o'clock", "timeline.startTimecode")]
    public void BadCounting_IsNamed(string? rate, bool? drop, string? start, string path) =>
        Only(path, TimelineBuilder.Check(new(rate, null, null, start, drop, [Good], null)));

    [Theory]
    [InlineData("1")]
    [InlineData("-1s")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("1.s")]
    [InlineData(".5s")]
    [InlineData("1,5s")]
    [InlineData("1e3s")]
    [InlineData("1.0000000001s")]
    [InlineData("345600.000000001s")]
    [InlineData("345601s")]
    [InlineData("99999999999999999s")]
    [InlineData("NaNs")]
    [InlineData("1 s")]
    [InlineData("")]
    [InlineData("00:00:01")]
    public void BadTime_IsNamed(string text)
    {
        Only("timeline.shots[0].in", Check(Good with { In = text, Out = null }));
        Only("timeline.shots[0].out", Check(Good with { Out = text }));
        Only("timeline.audio[0].start", Check(new AudioSpec("m.flac", Start: text)));
        Only("timeline.audio[0].in", Check(new AudioSpec("m.flac", In: text)));
        Only("timeline.audio[0].out", Check(new AudioSpec("m.flac", Out: text)));
        Only("timeline.audio[0].fadeIn", Check(new AudioSpec("m.flac", FadeIn: text)));
        Only("timeline.audio[0].fadeOut", Check(new AudioSpec("m.flac", FadeOut: text)));
    }

    [Fact]
    public void InAfterOut_InSeconds_IsToldBeforeAnySourceIsRead()
    {
        Only("timeline.shots[0].in", Check(Good with { In = "3s", Out = "3s" }));
        Only("timeline.audio[0].out", Check(new AudioSpec("m.flac", In: "3s", Out: "2s")));
        Only("timeline.audio[0].out", Check(new AudioSpec("m.flac", Out: "0s")));
    }

    [Theory]
    [InlineData("wipe", null, "type")]
    [InlineData(null, 12, "type")]
    [InlineData("dissolve", null, "frames")]
    [InlineData("dissolve", 0, "frames")]
    [InlineData("dissolve", -5, "frames")]
    [InlineData("dissolve", 1000, "frames")]
    [InlineData("cut", 5, "frames")]
    public void BadTransition_IsNamed(string? type, int? frames, string field) =>
        Only($"timeline.shots[0].transition.{field}", Check(Good with { Transition = new(type, frames) }));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(20.1)]
    [InlineData(-61)]
    public void BadGain_IsNamed(double gain) => Only("timeline.audio[0].gainDb", Check(new AudioSpec("m.flac", GainDb: gain)));

    [Fact]
    public void BadText_IsNamed()
    {
        foreach (var text in new[] { new string('x', 501), "two\nlines", "nul\0", "\u2029", "\udc00" })
        {
            Only("timeline.shots[0].name", Check(Good with { Name = text }));
            Only("timeline.shots[0].scene", Check(Good with { Scene = text }));
            Only("timeline.shots[0].reel", Check(Good with { Reel = text }));
        }

        Only("timeline.shots[0].take", Check(Good with { Take = 0 }));
    }

    [Fact]
    public void Everything_IsToldAtOnce()
    {
        var spec = new TimelineSpec("x", 3, 3, "y", null, [Good, null!, new("../a", "b", "c", "\n", "\n", -1, "\n", new("d"))], [new("/e", "f", "g", "h", double.NaN, "i", "j")]);

        Assert.Equal(
            [
                "timeline.frameRate", "timeline.width", "timeline.height", "timeline.startTimecode", "timeline.shots[1]",
                .. new[] { "source", "in", "out", "name", "scene", "reel", "take", "transition.type" }.Select(field => $"timeline.shots[2].{field}"),
                .. new[] { "source", "start", "in", "out", "fadeIn", "fadeOut", "gainDb" }.Select(field => $"timeline.audio[0].{field}"),
            ],
            TimelineBuilder.Check(spec).Select(p => p.Path));
    }
}
