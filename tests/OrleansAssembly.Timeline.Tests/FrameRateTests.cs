using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

public class FrameRateTests
{
    [Theory]
    [InlineData("24000/1001", 24000, 1001, 24)]
    [InlineData("23.976", 24000, 1001, 24)]
    [InlineData("23.98", 24000, 1001, 24)]
    [InlineData("23.976024", 24000, 1001, 24)]
    [InlineData("24", 24, 1, 24)]
    [InlineData("25", 25, 1, 25)]
    [InlineData("25.000", 25, 1, 25)]
    [InlineData("29.97", 30000, 1001, 30)]
    [InlineData("47.952", 48000, 1001, 48)]
    [InlineData("50", 50, 1, 50)]
    [InlineData("59.94", 60000, 1001, 60)]
    [InlineData("119.88", 120000, 1001, 120)]
    [InlineData("12.5", 25, 2, 13)]
    [InlineData("179/6", 179, 6, 30)]
    [InlineData("8.797", 8797, 1000, 9)]
    [InlineData("1", 1, 1, 1)]
    [InlineData("120", 120, 1, 120)]
    public void TryParse_ReadsUsualRates(string text, long numerator, long denominator, int nominal)
    {
        Assert.True(FrameRate.TryParse(text, out var rate));
        Assert.Equal(new Rational(numerator, denominator), rate.Value);
        Assert.Equal(nominal, rate.Nominal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-25")]
    [InlineData("121")]
    [InlineData("1/0")]
    [InlineData("0/1")]
    [InlineData("25/1/1")]
    [InlineData("fast")]
    [InlineData("25 fps")]
    [InlineData("NaN")]
    [InlineData("1e3")]
    [InlineData("1/-9223372036854775808")]
    [InlineData("9223372036854775807/9223372036854775806")]
    [InlineData("99999999999999999999999999999999999999999")]
    public void TryParse_RefusesTheRest(string? text) => Assert.False(FrameRate.TryParse(text, out _));

    [Fact]
    public void Text_RoundTrips() => Make.Rate.Sample(rate => Assert.True(FrameRate.TryParse(rate.ToString(), out var read) && read == rate));

    [Fact]
    public void FrameAt_IsTheInverseOfTimeOf() => Gen.Select(Make.Rate, Gen.Long[0, 100_000_000]).Sample((rate, frame) => Assert.Equal(frame, rate.FrameAt(rate.TimeOf(frame))));

    [Fact]
    public void FrameAt_TakesNanosecondsAtOddRates() =>
        Gen.Long[0, 345_600_000_000_000].Sample(nanoseconds => Assert.Equal(nanoseconds / 1e9 * 8.797, new FrameRate(8797, 1000).FrameAt(new Rational(nanoseconds, 1_000_000_000)), 0.51));

    [Fact]
    public void DropFrame_ExistsOnlyAtTwoRates() => Assert.Equal([Make.Ntsc, Make.Ntsc60], Make.Rates.Where(rate => rate.CanDropFrame));
}
