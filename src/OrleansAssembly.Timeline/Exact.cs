using System.Numerics;

namespace OrleansAssembly.Timeline;

/// <summary>
/// A fraction of any size, for sums over a whole film: thousands of shots of different rates have a common denominator far beyond 64 bits.
/// </summary>
internal readonly record struct Exact(BigInteger Numerator, BigInteger Denominator)
{
    /// <summary>Beyond this many bits a sum is rounded to <c>2^-Precision</c>, so that 10,000 different denominators cost no more than one: 10,000 roundings are still below 1e-30.</summary>
    private const int MaxBits = 512;
    private const int Precision = 128;

    public static Exact Zero => new(0, 1);

    public static implicit operator Exact(Rational value) => new(value.Numerator, value.Denominator);

    public static Exact operator +(Exact a, Exact b) => Reduce((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Exact operator -(Exact a, Exact b) => Reduce((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Exact operator *(Exact a, Exact b) => Reduce(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static bool operator <(Exact a, Exact b) => a.CompareTo(b) < 0;

    public static bool operator >(Exact a, Exact b) => a.CompareTo(b) > 0;

    public static Exact Min(Exact a, Exact b) => a < b ? a : b;

    public int CompareTo(Exact other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    public BigInteger Floor() => FloorDivide(Numerator, Denominator);

    /// <summary>Nearest integer, halves upwards.</summary>
    public BigInteger Round() => FloorDivide((2 * Numerator) + Denominator, 2 * Denominator);

    /// <summary>The same value where it fits 64 bits, else the nearest nanosecond.</summary>
    public Rational ToRational() => Numerator.GetBitLength() < 63 && Denominator.GetBitLength() < 63
        ? new Rational((long)Numerator, (long)Denominator)
        : new Rational((long)(this * new Exact(1_000_000_000, 1)).Round(), 1_000_000_000);

    private static Exact Reduce(BigInteger numerator, BigInteger denominator)
    {
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        var reduced = new Exact(numerator / divisor, denominator / divisor);
        return reduced.Denominator.GetBitLength() <= MaxBits
            ? reduced
            : new Exact(FloorDivide((reduced.Numerator << (Precision + 1)) + reduced.Denominator, reduced.Denominator * 2), BigInteger.One << Precision);
    }

    private static BigInteger FloorDivide(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }
}
