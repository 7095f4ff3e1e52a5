using System.Diagnostics;
using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

public class CmxReaderTests
{
    private const string Times = "00:00:01:00 00:00:02:00 01:00:00:00 01:00:01:00";

    private static CmxEvent One(string line) => Assert.Single(Good(line).Events);

    private static CmxList Good(params string[] lines)
    {
        var list = CmxReader.Read(string.Join('\n', lines), Make.Pal);
        Assert.Empty(list.Problems);
        return list;
    }

    private static string Refused(params string[] lines)
    {
        var problem = Assert.Single(CmxReader.Read(string.Join('\n', lines), Make.Pal).Problems);
        Assert.Equal(lines.Length, problem.Line);
        return problem.Message;
    }

    [Theory]
    [InlineData("C", CmxEdit.Cut, 0)]
    [InlineData("K", CmxEdit.Key, 0)]
    [InlineData("K B", CmxEdit.Key, 0)]
    [InlineData("KB    025", CmxEdit.Key, 25)]
    [InlineData("K B   025", CmxEdit.Key, 25)]
    [InlineData("KO", CmxEdit.Key, 0)]
    public void Edit_IsRead(string text, CmxEdit edit, int frames)
    {
        var e = One($"001  REEL     V     {text}  {Times}");
        Assert.Equal((edit, frames, "REEL", "V", 25L, 50L, 90000L, 90025L), (e.Edit, e.TransitionFrames, e.Reel, e.Channels, e.SourceIn, e.SourceOut, e.RecordIn, e.RecordOut));
    }

    [Fact]
    public void Reel_MayBeANumberOrHaveBlanks()
    {
        Assert.Equal("003", One($"001 003 V C {Times}").Reel);
        Assert.Equal("MY TAPE", One($"001 MY TAPE V C {Times}").Reel);
        Assert.True(One($"001 BL V C {Times}").IsBlack);
    }

    [Fact]
    public void BareFrameCounts_AreTaken() => Assert.Equal((10L, 35L), (One("001 R V C 10 35 0 25").SourceIn, One("001 R V C 10 35 0 25").SourceOut));

    [Fact]
    public void TabsAndAnyLineEnds_AreTaken()
    {
        var list = CmxReader.Read($"\uFEFFTITLE:\tx\r001\tR\tV\tC\t{Times}\r\n\r\n002 R V C {Times}\n\u001A", Make.Pal);
        Assert.Equal(("x", 2, 0), (list.Title, list.Events.Count, list.Problems.Count));
        Assert.Equal([2, 4], list.Events.Select(e => e.Line));
    }

    [Fact]
    public void Speed_BelongsToTheLineWithItsReel()
    {
        var list = Good($"001 A V C 00:00:01:00 00:00:01:00 01:00:00:00 01:00:00:00", $"001 B V D 010 {Times}", "* a comment", "M2   A       -012.5                00:00:01:00", "M2 C 050.0 00:00:01:00");
        Assert.Equal(new CmxSpeed(-12.5m, 25), list.Events[0].Speed);
        Assert.Null(list.Events[1].Speed);
        Assert.Equal(5, Assert.Single(list.Warnings).Line);
    }

    [Fact]
    public void OddLengths_AreToldWithoutASpeed()
    {
        Assert.Single(Good("001 A V C 00:00:01:00 00:00:02:01 01:00:00:00 01:00:01:00").Warnings);
        Assert.Empty(Good("001 A V C 00:00:01:00 00:00:02:01 01:00:00:00 01:00:01:00", "M2 A 026.0 00:00:01:00").Warnings);
        Assert.Empty(Good("001 A A2 C 00:00:00:00 00:00:00:00 01:00:00:00 01:00:01:00").Warnings);
    }

    [Fact]
    public void SpanOverMidnight_IsTaken()
    {
        var e = One("001 A V C 23:59:59:00 00:00:01:00 01:00:00:00 01:00:02:00");
        Assert.Equal(50, e.SourceFrames);
    }

    [Fact]
    public void Counting_ChangesFromWhereItIsSaid()
    {
        var list = CmxReader.Read($"FCM: DROP FRAME\n001 A V C {Times}\nFCM: NON DROP FRAME\n002 A V C {Times}\n003 A V C {Times.Replace(":00 ", ";00 ", StringComparison.Ordinal)}", Make.Ntsc);
        Assert.Equal([true, false, true], list.Events.Select(e => e.DropFrame));
        Assert.Equal([107892, 108000, 107892], list.Events.Select(e => e.RecordIn));
    }

    [Fact]
    public void WhatIsWrong_IsToldByLine()
    {
        Assert.Contains("drop-frame", Refused("FCM: DROP FRAME"), StringComparison.Ordinal);
        Assert.Contains("not complete", Refused("TITLE: x", "001 A V C 00:00:01:00 00:00:02:00"), StringComparison.Ordinal);
        Assert.Contains("'1:00'", Refused("001 A V C 00:00:01:00 00:00:02:00 01:00:00:00 1:00"), StringComparison.Ordinal);
        Assert.Contains("no edit", Refused($"001 A V X {Times}"), StringComparison.Ordinal);
        Assert.Contains("no edit", Refused($"001 V C 012 {Times}"), StringComparison.Ordinal);
        Assert.Contains("no length", Refused($"001 A V C {Times}", $"001 B V D {Times}"), StringComparison.Ordinal);
        Assert.Contains("same number", Refused($"001 A V C {Times}", $"002 B V D 010 {Times}"), StringComparison.Ordinal);
        Assert.Contains("no number", Refused($"001 B V D 010 {Times}"), StringComparison.Ordinal);
        Assert.Contains("at most as long", Refused($"001 A V C {Times}", $"001 B V D 026 {Times}"), StringComparison.Ordinal);
        Assert.Contains("record out", Refused("001 A V C 00:00:01:00 00:00:02:00 01:00:01:00 01:00:00:00"), StringComparison.Ordinal);
        Assert.Contains("no event line", Assert.Single(CmxReader.Read("", Make.Pal).Problems).Message, StringComparison.Ordinal);
    }

    private static readonly string Sample = string.Join('\n',
        "TITLE: x", "FCM: NON-DROP FRAME", $"001  A        V     C        {Times}", "* FROM CLIP NAME: a", "M2   A   012.5  00:00:01:00",
        $"002  A        V     C        {Times}", $"002  B        AA/V  D    012 {Times}", "* LOC: 01:00:00:00 RED note", "AUD 3 4", "003 A V K B 010 1 2 3 4");

    [Fact]
    public void AnyText_NeverThrows() => Gen.Select(Gen.String, Make.Rate).Sample((text, rate) => Assert.NotNull(CmxReader.Read(text, rate).Title));

    [Fact]
    public void MutatedList_NeverThrows_AndNamesRealLines()
    {
        var piece = Gen.OneOf("\n", "\r", "\t", " ", "\0", "\u001A", "*", ":", ";", "-", "0", "9", "99999999999", "M2", "D", "W", "K B", "BL", "FCM: DROP FRAME\n", "TITLE:", "LOC:", "\u2028", "\ud800", "001 ");
        Gen.Select(Gen.Select(Gen.Int[0, Sample.Length], Gen.Int[0, 6], piece).Array[1, 12], Make.Rate).Sample((edits, rate) =>
        {
            var text = edits.Aggregate(Sample, (t, e) => t.Remove(Math.Min(e.Item1, t.Length), Math.Min(e.Item2, t.Length - Math.Min(e.Item1, t.Length))).Insert(Math.Min(e.Item1, t.Length - Math.Min(e.Item2, t.Length - Math.Min(e.Item1, t.Length))), e.Item3));
            var list = CmxReader.Read(text, rate);
            var lines = Math.Max(1, text.Split('\n', '\r').Length);
            Assert.All(list.Problems.Concat(list.Warnings), note => Assert.InRange(note.Line, 1, lines));
            Assert.All(list.Events, e => Assert.True(e.SourceFrames >= 0 && e.RecordFrames >= 0 && e.TransitionFrames <= e.RecordFrames));
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("001 A V C 00:00:01:00 00:00:02:00 01:00:00:00 01:00:01:00\n")]
    [InlineData("M2 A 012.5 00:00:01:00\n")]
    [InlineData("* LOC: 01:00:00:00 RED note\n")]
    [InlineData("* FROM CLIP NAME: a\n")]
    [InlineData("nonsense\n")]
    [InlineData("001 A V X 00:00:01:00 00:00:02:00 01:00:00:00 01:00:01:00\n")]
    [InlineData("0")]
    [InlineData("0 ")]
    [InlineData(" ")]
    [InlineData("\u001A\0")]
    public void TenMegabytes_TakeSecondsAtMost(string piece)
    {
        var text = $"001 A V C {Times}\n" + string.Concat(Enumerable.Repeat(piece, 10_000_000 / piece.Length));
        var watch = Stopwatch.StartNew();
        Assert.NotNull(CmxReader.Read(text, Make.Pal));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
    }
}
