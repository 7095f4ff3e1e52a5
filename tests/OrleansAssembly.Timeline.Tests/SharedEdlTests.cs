namespace OrleansAssembly.Timeline.Tests;

/// <summary>Lists of real systems, and broken ones, against what a separate reader found in them.</summary>
public class SharedEdlTests
{
    private static CmxList Read(string file, FrameRate rate)
    {
        var path = Path.Combine(Repository.Shared, "edl", file);
        Assert.SkipUnless(File.Exists(path), "The lists of shared/edl are not on this machine.");
        return CmxReader.Read(File.ReadAllText(path), rate);
    }

    private static FrameRate Rate(int rate) => rate == 2997 ? Make.Ntsc : new(rate);

    [Theory]
    [InlineData("screening_example.edl", 24, 9, 9, 1049, "V", "ZZ100_50; ZZ100_51", 0, 0, 9, 3)]
    [InlineData("no_spaces_test.edl", 24, 9, 9, 1049, "V", "ZZ100_50; ZZ100_51", 0, 0, 9, 3)]
    [InlineData("avid_example.edl", 24, 2, 2, 81, "V", "ZZ100_50", 0, 0, 2, 0)]
    [InlineData("premiere_example.edl", 24, 2, 2, 81, "V", "AX", 0, 0, 2, 0)]
    [InlineData("dissolve_test.edl", 24, 3, 4, 20, "V", "TST", 1, 0, 3, 0)]
    [InlineData("dissolve_test_3.edl", 24, 3, 4, 137, "V", "AX", 1, 0, 3, 0)]
    [InlineData("25fps.edl", 25, 4, 4, 496, "V", "SC00.JPG", 0, 0, 4, 0)]
    [InlineData("gap_test.edl", 24, 3, 3, 126, "V", "SHOT1; SHOT2; SHOT3", 0, 0, 0, 0)]
    [InlineData("speed_effects_small.edl", 24, 5, 5, 16636, "V", "Z677_4C.; Z682_156; Z682_157; Z686_5A.", 0, 3, 5, 0)]
    [InlineData("45S_SAMPLE.EDL", 25, 30, 33, 1066, "V", "106771; 106770; 106857; 106863; 106815; BL", 3, 5, 0, 0)]
    [InlineData("SIMPLE_DISSOLVE.EDL", 25, 1, 2, 45, "V", "BL; 006I", 1, 0, 0, 0)]
    [InlineData("TIMEWARP.EDL", 25, 1, 1, 10, "V", "003", 0, 1, 0, 0)]
    [InlineData("FCP_REVERSE.EDL", 25, 1, 1, 1000, "V", "FOO", 0, 1, 1, 0)]
    [InlineData("SPEEDUP_AND_FADEOUT.EDL", 25, 1, 2, 714, "V", "FOO; BL", 1, 1, 1, 0)]
    [InlineData("edl_mixed_line_endings.edl", 25, 1, 1, 251, "V", "A001C004_130917", 0, 0, 0, 0)]
    [InlineData("ToD_R4_LOCK3.1_030618_Video.edl", 24, 376, 376, 29089, "V", "START_LE; A026C019; B027C005; A026C021; B027C002; B026C018; …207", 0, 3, 376, 0)]
    [InlineData("TEST.edl", 24, 120, 148, 24377, "A2,A,A7,A11,A12,A5,A10,A8", "OY_HEAD_; TC_R1_V6; TC_R1_V1; BL; LINE_02_; SROY-12B; …7", 28, 0, 117, 0)]
    [InlineData("cdl_example01.edl", 24, 39, 39, 2492, "V", "B_0031C010_241010_133208_h1C2T; B_0031C009_241010_132827_h1C2T; A_0038C002_241010_114016_h1EHP; …23", 0, 0, 39, 37)]
    [InlineData("ISSUE_14_conform_edl_issue_01.edl", 24, 3, 3, 2298, "V", "C_0022C003_241016_092821_h1F4X; B_0020C009_241003_214837_h1C2T; B_0088C002_241125_144410_h1C2T", 0, 1, 3, 0)]
    [InlineData("test_24.edl", 25, 10, 11, 4022, "V,AA", "AX; BL", 1, 2, 10, 0)]
    [InlineData("handmade_drop_2997.edl", 2997, 2, 2, 240, "V", "TAPE01", 0, 0, 1, 0)]
    public void GoodList_IsReadWhole(string file, int rate, int events, int lines, int span, string channels, string reels, int transitions, int speeds, int names, int markers)
    {
        var list = Read(file, Rate(rate));

        Assert.Empty(list.Problems);
        Assert.Equal((events, lines, span), (list.Events.DistinctBy(e => e.Number).Count(), list.Events.Count, list.RecordSpan));
        Assert.Equal(channels.Split(','), list.Events.Select(e => e.Channels).Distinct());
        Assert.Equal((transitions, speeds), (list.Events.Count(e => e.Edit != CmxEdit.Cut), list.Events.Count(e => e.Speed is not null)));
        Assert.Equal((names, markers), (list.Events.Count(e => e.FromClip is not null), list.Events.Sum(e => e.Markers.Count)));

        // Long columns are written with their first values and their count.
        var distinct = list.Events.Select(e => e.Reel).Distinct().ToArray();
        var expected = reels.Split("; ");
        Assert.Equal(expected.Where(r => r[0] != '…'), distinct.Take(expected.Count(r => r[0] != '…')));
        Assert.Equal(expected[^1][0] == '…' ? int.Parse(expected[^1][1..], System.Globalization.CultureInfo.InvariantCulture) : expected.Length, distinct.Length);
    }

    [Theory]
    [InlineData("dissolve_test_fail.edl", 24, 6, "same number")]
    [InlineData("test_24.edl", 24, 3, "frames go from 00 to 23")]
    [InlineData("25fps.edl", 24, 13, "frames go from 00 to 23")]
    [InlineData("handmade_illegal_drop_number.edl", 2997, 4, "00:01:00;02")]
    [InlineData("handmade_frame_30.edl", 30, 4, "frames go from 00 to 29")]
    [InlineData("handmade_out_before_in.edl", 25, 4, "before the source in")]
    [InlineData("handmade_dissolve_longer_than_event.edl", 25, 6, "only 50")]
    [InlineData("handmade_not_an_edl.edl", 25, 1, "no event line")]
    public void BadList_IsRefused_NamingTheLine(string file, int rate, int line, string says)
    {
        var problem = Read(file, Rate(rate)).Problems[0];
        Assert.Equal(line, problem.Line);
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("screening_example.edl", 24, new[] { 31, 50, 28, 115, 101, 161, 170, 136, 257 })]
    [InlineData("25fps.edl", 25, new[] { 161, 200, 86, 49 })]
    [InlineData("dissolve_test.edl", 24, new[] { 9, 0, 10, 1 })]
    [InlineData("dissolve_test_3.edl", 24, new[] { 61, 0, 30, 46 })]
    [InlineData("gap_test.edl", 24, new[] { 24, 24, 24 })]
    [InlineData("handmade_drop_2997.edl", 2997, new[] { 120, 120 })]
    public void Durations_AreThose(string file, int rate, int[] frames) =>
        Assert.Equal(frames, Read(file, Rate(rate)).Events.Select(e => (int)e.RecordFrames));

    [Theory]
    [InlineData("dissolve_test.edl", 24, "002 D010 TST")]
    [InlineData("dissolve_test_3.edl", 24, "002 D030 AX")]
    [InlineData("45S_SAMPLE.EDL", 25, "025 D022 106771; 026 D012 106771; 030 D032 BL")]
    [InlineData("SIMPLE_DISSOLVE.EDL", 25, "001 D043 006I")]
    [InlineData("SPEEDUP_AND_FADEOUT.EDL", 25, "001 D025 BL")]
    [InlineData("test_24.edl", 25, "006 W001025 BL")]
    public void Transitions_AreThose(string file, int rate, string transitions) => Assert.Equal(
        transitions, string.Join("; ", Read(file, Rate(rate)).Events.Where(e => e.Edit != CmxEdit.Cut).Select(e => $"{e.Number} {e.EditText}{e.TransitionFrames:D3} {e.Reel}")));

    [Theory]
    [InlineData("speed_effects_small.edl", 24, "002 0.0 01:00:10:21; 003 0.0 01:00:10:20; 005 47.6 01:00:06:00")]
    [InlineData("45S_SAMPLE.EDL", 25, "012 12.5 07:04:47:06; 016 2.5 09:07:18:07; 023 -25.0 05:13:38:19; 024 -25.0 09:13:03:09; 025 -25.0 09:13:01:07")]
    [InlineData("TIMEWARP.EDL", 25, "001 309.6 03:03:19:19")]
    [InlineData("FCP_REVERSE.EDL", 25, "001 -25.0 01:00:39:23")]
    [InlineData("SPEEDUP_AND_FADEOUT.EDL", 25, "001 35.0 01:00:00:00")]
    [InlineData("ToD_R4_LOCK3.1_030618_Video.edl", 24, "014 -24.0 15:10:00:05; 154 30.0 18:54:32:22; 199 18.0 14:40:44:15")]
    [InlineData("ISSUE_14_conform_edl_issue_01.edl", 24, "003 31.7 13:48:57:10")]
    [InlineData("test_24.edl", 25, "009 -25.0 00:00:00:00; 010 -25.0 00:00:00:00")]
    public void Speeds_AreThose(string file, int rate, string speeds) => Assert.Equal(
        speeds,
        string.Join("; ", Read(file, Rate(rate)).Events.Where(e => e.Speed is not null).Select(e => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{e.Number} {e.Speed!.FramesPerSecond:0.0} {Timecode.Format(e.Speed.SourceFrame!.Value, Rate(rate), false)}"))));

    [Fact]
    public void Speed_OfTheFadeOut_BelongsToThePicture()
    {
        var list = Read("SPEEDUP_AND_FADEOUT.EDL", Make.Pal);
        Assert.Equal(("FOO", true), (list.Events[0].Reel, list.Events[0].Speed is not null));
        Assert.Null(list.Events[1].Speed);
    }

    [Theory]
    [InlineData("speed_effects_small.edl", 24, "002,005")]
    [InlineData("handmade_drop_2997.edl", 2997, "")]
    [InlineData("45S_SAMPLE.EDL", 25, "")]
    public void DifferentLengths_AreThose(string file, int rate, string numbers) => Assert.Equal(
        numbers, string.Join(',', Read(file, Rate(rate)).Events.Where(e => e.SourceFrames != e.RecordFrames).Select(e => e.Number)));

    [Fact]
    public void Markers_AreRead()
    {
        var list = Read("screening_example.edl", new(24));
        Assert.Equal([new(86438, "RED", "ANIM FIX NEEDED"), new(86462, "PINK", "ANIM FIX NEEDED")], list.Events[3].Markers);
        Assert.Equal([new(86773, "GREEN", "")], list.Events[6].Markers);
        Assert.Equal(("ZZ100_504C (LAY1)", "ZZ100_504C.LAY1.02"), (list.Events[3].FromClip, list.Events[3].SourceFile));
    }

    [Fact]
    public void ListWithoutSpaces_IsTheSame()
    {
        var (spaced, tight) = (Read("screening_example.edl", new(24)), Read("no_spaces_test.edl", new(24)));
        Assert.Equal(spaced.Title, tight.Title);
        Assert.Equal(spaced.Events.Select(Told), tight.Events.Select(Told));

        static string Told(CmxEvent e) => $"{e with { Line = 0, Markers = [], Comments = [] }} {string.Join('|', e.Markers)} {string.Join('|', e.Comments)}";
    }

    [Fact]
    public void Oddities_AreWarnedOf()
    {
        Assert.Equal([4, 6, 8], Read("gap_test.edl", new(24)).Warnings.Select(w => w.Line));
        Assert.Contains(Read("dissolve_test_3.edl", new(24)).Warnings, w => w.Line == 11 && w.Message.Contains("Clip_A.mov", StringComparison.Ordinal));
        Assert.Equal(41, Read("ToD_R4_LOCK3.1_030618_Video.edl", new(24)).Warnings.Count(w => w.Message.Contains("no M2", StringComparison.Ordinal)));
    }

    [Fact]
    public void FeatureReel_KeepsItsLines()
    {
        var list = Read("ToD_R4_LOCK3.1_030618_Video.edl", new(24));
        Assert.Equal((46, 545), (list.Events.First(e => e.Number == "015").Line, list.Events.First(e => e.Number == "181").Line));
    }

    [Fact]
    public void ColourComments_AreKept() =>
        Assert.Contains("ASC_SOP (0.9405 0.9439 0.9424)(-0.0500 -0.0276 -0.0144)(0.8888 0.9138 0.9896)", Read("cdl_example01.edl", new(24)).Events[0].Comments);
}
