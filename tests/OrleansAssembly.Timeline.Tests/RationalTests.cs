using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

public class RationalTests
{
    private static readonly Gen<Rational> Any = Gen.Select(Gen.Long[-1_000_000, 1_000_000], Gen.Long[1, 1_000_000], (n, d) => new Rational(n, d));

    [Fact]
    public void Arithmetic_KeepsTheLawsOfAField() => Gen.Select(Any, Gen.Select(Gen.Int[-9999, 9999], Gen.Int[1, 999], (n, d) => new Rational(n, d)), Gen.Select(Gen.Int[-99, 99], Gen.Int[1, 99], (n, d) => new Rational(n, d))).Sample((a, b, c) =>
    {
        Assert.Equal(a + b, b + a);
        Assert.Equal(a * b, b * a);
        Assert.Equal(a + b + c, a + (b + c));
        Assert.Equal(a * (b + c), (a * b) + (a * c));
        Assert.Equal(a, a + b - b);
        if (b != Rational.Zero)
        {
            Assert.Equal(a, a * b / b);
        }
    });

    [Fact]
    public void Fraction_IsReducedWithPositiveDenominator() => Gen.Select(Gen.Long[-1000, 1000], Gen.Long[-1000, 1000].Where(d => d != 0)).Sample((n, d) =>
    {
        var value = new Rational(n, d);
        Assert.True(value.Denominator > 0);
        Assert.Equal(1, (long)System.Numerics.BigInteger.GreatestCommonDivisor(value.Numerator, value.Denominator));
        Assert.Equal((double)n / d, value.ToDouble(), 12);
    });

    [Fact]
    public void Floor_Ceiling_Round_EncloseTheValue() => Any.Sample(value =>
    {
        Assert.True(value.Floor() <= value && value < value.Floor() + 1);
        Assert.True(value.Ceiling() >= value && value > value.Ceiling() - 1);
        Assert.Equal((value + new Rational(1, 2)).Floor(), value.Round());
    });

    [Theory]
    [InlineData(long.MinValue, long.MinValue, long.MinValue)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue)]
    public void FloorAndCeiling_HoldAtTheEndsOfTheRange(long value, long floor, long ceiling)
    {
        Assert.Equal(floor, new Rational(value).Floor());
        Assert.Equal(ceiling, new Rational(value).Ceiling());
    }

    [Fact]
    public void Text_RoundTrips() => Any.Sample(value =>
    {
        Assert.True(Rational.TryParse(value.ToString(), out var read));
        Assert.Equal(value, read);
    });

    [Fact]
    public void TryParse_NeverThrows() => Gen.String[Gen.Char["0123456789-+/:. x"], 0, 30].Sample(text =>
        Assert.True(!FrameRate.TryParse(text, out var rate) || Rational.TryParse(text, out _) || rate.Value > 0));

    [Fact]
    public void Result_BeyondSixtyFourBits_Throws() => Assert.Throws<OverflowException>(() => new Rational(long.MaxValue) * 2);
}
