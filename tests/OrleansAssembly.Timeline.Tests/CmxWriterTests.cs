using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

public class CmxWriterTests
{
    private static string[] Lines(Film film, string title, params SourceFacts[] sources) =>
        CmxWriter.Write(film, title, Make.Library(sources)).Split("\r\n")[..^1];

    [Fact]
    public void List_HasTheUsualColumns()
    {
        var (a, b) = (Make.Source("harbour/010.mp4", Make.Pal, 10, startTimecode: "09:58:30:12"), Make.Source("harbour/wide shot.mov", Make.Film24, 10, channels: 0));
        var film = Make.Build(Make.Cut("25", new("harbour/010.mp4", "1s", "3s", "010"), new("harbour/wide shot.mov", "2s", "6s", "020", Transition: new("dissolve", 12))), a, b);

        Assert.Equal(
            [
                "TITLE: Harbour, cut 3",
                "FCM: NON-DROP FRAME",
                "001  010      AA/V  C        09:58:31:12 09:58:33:12 01:00:00:00 01:00:02:00",
                "* FROM CLIP NAME: 010",
                "* SOURCE FILE: harbour/010.mp4",
                "002  010      V     C        09:58:33:12 09:58:33:12 01:00:02:00 01:00:02:00",
                "002  WIDE_SHO V     D    012 00:00:02:00 00:00:06:00 01:00:02:00 01:00:06:00",
                "* FROM CLIP NAME: 010",
                "* TO CLIP NAME: 020",
                "* SOURCE FILE: harbour/wide shot.mov",
                "* SOURCE RATE 24000/1001",
            ],
            Lines(film, "Harbour, cut 3", a, b));
    }

    [Fact]
    public void DissolveFromBlack_AndDropFrame()
    {
        var a = Make.Source("a.mov", Make.Ntsc, 200, channels: 1, startTimecode: "00:00:59;28");
        var film = Make.Build(Make.Cut(null, new ShotSpec("a.mov", Out: "00:01:00;02", Transition: new("dissolve", 2))) with { DropFrame = true, StartTimecode = "00:00:59:29" }, a);

        Assert.Equal(
            [
                "TITLE: x",
                "FCM: DROP FRAME",
                "001  BL       B     C        00:00:00;00 00:00:00;00 00:00:59;29 00:00:59;29",
                "001  A        B     D    002 00:00:59;28 00:01:00;02 00:00:59;29 00:01:00;03",
                "* TO CLIP NAME: a",
                "* SOURCE FILE: a.mov",
            ],
            Lines(film, "x", a));
    }

    [Fact]
    public void SourcesThatCountOtherwise_AreTold()
    {
        var (a, b, c) = (Make.Source("a.mov", Make.Ntsc, 7200, startTimecode: "01:00:00;00"), Make.Source("b.mov", Make.Ntsc, 10, startTimecode: "02:00:00:00"), Make.Source("c.mov", Make.Ntsc, 10));
        ShotSpec[] shots = [new("a.mov", "01:10:00;00", "01:10:01;00"), new("b.mov", Out: "02:00:01:00"), new("c.mov", Out: "1s")];

        var drop = Lines(Make.Build(Make.Cut(null, shots), a, b, c), "x", a, b, c);
        Assert.Equal("FCM: DROP FRAME", drop[1]);
        Assert.Equal("001  A        AA/V  C        01:10:00;00 01:10:01;00 01:00:00;00 01:00:01;00", drop[2]);
        Assert.Equal(["* SOURCE FILE: b.mov", "* SOURCE COUNTS NON-DROP FRAME"], drop[7..9]);
        Assert.Single(drop, line => line.Contains("COUNTS", StringComparison.Ordinal));

        var plain = Lines(Make.Build(Make.Cut(null, shots) with { DropFrame = false }, a, b, c), "x", a, b, c);
        Assert.Equal(["FCM: NON-DROP FRAME", "* SOURCE FILE: a.mov", "* SOURCE COUNTS DROP FRAME"], [plain[1], .. plain[4..6]]);
        Assert.Single(plain, line => line.Contains("COUNTS", StringComparison.Ordinal));
    }

    [Fact]
    public void Reels_AreDistinct_AsAskedForWhereTheyCanBe()
    {
        string[] paths = ["long name one.mp4", "long name two.mp4", "bl.mov", "東京.mov", "a/x.mov", "b/x.mov", "c.mov", "d.mov", "ax.mov"];
        var sources = paths.Select(p => Make.Source(p, Make.Pal, 10)).ToArray();
        var film = Make.Build(Make.Cut(null, [.. paths.Select(p => new ShotSpec(p, Reel: p switch { "c.mov" or "d.mov" => "tape 7", "ax.mov" => "X", _ => null }))]), sources);

        Assert.Equal(
            ["LONG_NAM", "LONG_NA2", "BL2", "__", "X2", "X3", "TAPE_7", "TAPE_7", "X"],
            CmxReader.Read(CmxWriter.Write(film, "", Make.Library(sources)), Make.Pal).Events.Select(e => e.Reel));
    }

    [Fact]
    public void TextOfStrangers_StaysInItsLine()
    {
        var a = Make.Source("é\u202E.mp4", Make.Pal, 10);
        var film = Make.Build(Make.Cut(null, new ShotSpec("é\u202E.mp4", Name: "naïve 🎬")), a);
        var lines = Lines(film, "Two\r\n001  X V C\u2028lines", a);

        Assert.Equal("TITLE: Two001  X V Clines", lines[0]);
        Assert.Equal("* FROM CLIP NAME: na?ve ?", lines[3]);
        Assert.Equal("* SOURCE FILE: ?.mp4", lines[4]);
        Assert.All(lines, line => Assert.All(line, c => Assert.InRange(c, ' ', '~')));
    }

    [Fact]
    public void LongFilm_IsWrittenInParts()
    {
        var a = Make.Source("a.mov", Make.Pal, 10);
        var film = Make.Build(Make.Cut(null, [.. Enumerable.Repeat(new ShotSpec("a.mov", "1s", "2s"), 2000)]), a);
        var text = CmxWriter.Write(film, "Long", Make.Library(a));

        Assert.Equal(["Long (part 1 of 3)", "Long (part 2 of 3)", "Long (part 3 of 3)"], text.Split("\r\n").Where(l => l.StartsWith("TITLE: ", StringComparison.Ordinal)).Select(l => l[7..]));
        var list = CmxReader.Read(text, Make.Pal);
        Assert.Empty(list.Problems);
        Assert.Equal((2000, 2000 * 25), (list.Events.Count, list.RecordSpan));
        Assert.Equal(["999", "001"], list.Events.Skip(998).Take(2).Select(e => e.Number));
    }

    [Fact]
    public void WrittenList_ReadBack_IsTheFilm() => Make.Film.Sample(f =>
    {
        var (film, sources) = f;
        var list = CmxReader.Read(CmxWriter.Write(film, "Round trip", sources), film.Rate);

        Assert.Empty(list.Problems);
        Assert.DoesNotContain(list.Warnings, w => !w.Message.Contains("midnight", StringComparison.Ordinal));
        Assert.Equal(film.Frames, list.RecordSpan);
        var events = list.Events.GroupBy(e => e.Number).Select(g => g.Last()).ToArray();
        Assert.Equal(film.Shots.Count, events.Length);
        foreach (var (shot, e) in film.Shots.Zip(events))
        {
            Assert.Equal((film.StartFrame + shot.StartFrame, film.StartFrame + shot.EndFrame), (e.RecordIn, e.RecordOut));
            Assert.Equal(e.RecordFrames, e.SourceFrames);
            Assert.Equal((shot.DissolveFrames, film.DropFrame), (e.TransitionFrames, e.DropFrame));
            Assert.Equal(shot.Name, shot.DissolveFrames > 0 ? e.ToClip : e.FromClip);
        }

        foreach (var pair in list.Events.GroupBy(e => e.Number).Where(g => g.Count() == 2))
        {
            Assert.Equal((0, 0, pair.Last().RecordIn), (pair.First().SourceFrames, pair.First().RecordFrames, pair.First().RecordIn));
        }
    });
}
