using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

public class TimecodeTests
{
    [Theory]
    [InlineData("00:00:59;29", 1799)]
    [InlineData("00:01:00;02", 1800)]
    [InlineData("00:10:00;00", 17982)]
    [InlineData("01:00:00;00", 107892)]
    [InlineData("23:59:59;29", 2589407)]
    public void DropFrame_At2997_CountsAsSmpte(string text, long frame) => Same(text, Make.Ntsc, true, frame);

    [Theory]
    [InlineData("00:01:00;04", 3600)]
    [InlineData("00:10:00;00", 35964)]
    [InlineData("01:00:00;00", 215784)]
    public void DropFrame_At5994_CountsAsSmpte(string text, long frame) => Same(text, Make.Ntsc60, true, frame);

    [Theory]
    [InlineData("01:00:00:00", 24000, 1001, 86400)]
    [InlineData("01:00:00:00", 30000, 1001, 108000)]
    [InlineData("00:00:01:29", 179, 6, 59)]
    [InlineData("00:00:01:49", 50, 1, 99)]
    [InlineData("00:00:01:119", 120, 1, 239)]
    public void NonDrop_CountsByTheNominalRate(string text, int numerator, int denominator, long frame) => Same(text, new(numerator, denominator), false, frame);

    private static void Same(string text, FrameRate rate, bool drop, long frame)
    {
        Assert.True(Timecode.TryParse(text, rate, out var read, out var readDrop, out var error), error);
        Assert.Equal((frame, drop), (read, readDrop));
        Assert.Equal(text, Timecode.Format(frame, rate, drop));
    }

    [Fact]
    public void RoundTrip_AtAllRates_Over24Hours() => Gen.Select(Make.Rate, Gen.Bool, Gen.Double[0, 1]).Sample((rate, drop, place) =>
        RoundTrip((long)(place * (Timecode.FramesOfDay(rate, drop && rate.CanDropFrame) - 1)), rate, drop && rate.CanDropFrame), iter: 20_000);

    [Fact]
    public void RoundTrip_AtEachMinuteBorder_OfTheDay()
    {
        foreach (var (rate, drop) in Make.Rates.Select(rate => (rate, false)).Append((Make.Ntsc, true)).Append((Make.Ntsc60, true)))
        {
            for (var minute = 0; minute < 1440; minute++)
            {
                Assert.True(Timecode.TryParse($"{minute / 60:D2}:{minute % 60:D2}:59:00", rate, drop, out var second, out var error), error);
                for (var frame = second - 2; frame < second + rate.Nominal + 6; frame++)
                {
                    RoundTrip(frame % Timecode.FramesOfDay(rate, drop), rate, drop);
                }
            }
        }
    }

    [Fact]
    public void DropFrame_SkipsNoFrame_InTenMinutes()
    {
        var before = "";
        for (var frame = 0L; frame < 17982; frame++)
        {
            var text = Timecode.Format(frame, Make.Ntsc, true);
            Assert.True(string.CompareOrdinal(before, text) < 0, $"{text} follows {before}.");
            RoundTrip(frame, Make.Ntsc, true);
            before = text;
        }
    }

    [Fact]
    public void DropFrame_StaysWithinAFrameOrTwoOfTheClock()
    {
        Assert.True(Timecode.TryParse("23:00:00;00", Make.Ntsc, true, out var frame, out _));
        Assert.InRange(Make.Ntsc.TimeOf(frame).ToDouble() - (23 * 3600), -0.1, 0.1);
    }

    private static void RoundTrip(long frame, FrameRate rate, bool drop)
    {
        var text = Timecode.Format(frame, rate, drop);
        Assert.True(Timecode.TryParse(text, rate, out var read, out var readDrop, out var error), error);
        Assert.True(frame == read && drop == readDrop, $"{frame} became {text} became {read} at {rate}.");
    }

    [Fact]
    public void Format_TakesFramesModulo24Hours() => Gen.Select(Make.Rate, Gen.Long[-100_000_000, 100_000_000]).Sample((rate, frame) =>
        Assert.Equal(Timecode.Format(frame, rate, false), Timecode.Format(frame + Timecode.FramesOfDay(rate, false), rate, false)));

    [Theory]
    [InlineData(null, "HH:MM:SS:FF")]
    [InlineData("", "HH:MM:SS:FF")]
    [InlineData("1:2:3:4", "HH:MM:SS:FF")]
    [InlineData("01:00:00", "HH:MM:SS:FF")]
    [InlineData("01:00:00:-1", "HH:MM:SS:FF")]
    [InlineData("01:00:00: 1", "HH:MM:SS:FF")]
    [InlineData("٠١:٠٠:٠٠:٠٠", "HH:MM:SS:FF")]
    [InlineData("24:00:00:00", "hours go from 00 to 23")]
    [InlineData("00:60:00:00", "minutes go from 00 to 59")]
    [InlineData("00:00:60:00", "seconds go from 00 to 59")]
    [InlineData("00:00:01:30", "frames go from 00 to 29")]
    [InlineData("00:01:00;00", "00:01:00;02")]
    [InlineData("00:01:00;01", "00:01:00;02")]
    public void TryParse_SaysWhatWouldBeRight(string? text, string says)
    {
        Assert.False(Timecode.TryParse(text, Make.Ntsc, out _, out _, out var error));
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Fact]
    public void DropFrame_AtARateWithout_IsRefused()
    {
        Assert.False(Timecode.TryParse("00:00:01;00", Make.Pal, out _, out _, out var error));
        Assert.Contains("exists only at", error, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Timecode.Format(0, Make.Pal, true));
    }

    [Fact]
    public void Counting_OfTheList_OverrulesTheSeparator()
    {
        Assert.True(Timecode.TryParse("00:10:00:00", Make.Ntsc, true, out var frame, out _));
        Assert.Equal(17982, frame);
        Assert.True(Timecode.TryParse("00:10:00;00", Make.Ntsc, false, out frame, out _));
        Assert.Equal(18000, frame);
    }

    [Fact]
    public void TryParse_NeverThrows() => Gen.Select(Gen.String[Gen.Char["0123456789:; -"], 0, 14], Make.Rate).Sample((text, rate) =>
        Assert.Equal(Timecode.TryParse(text, rate, out _, out _, out var error), error.Length == 0));
}
