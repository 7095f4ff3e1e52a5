using System.Numerics;

namespace OrleansAssembly.Timeline;

/// <summary>An exact fraction, always reduced and with a positive denominator. Arithmetic is done in 128 bits; a result that does not fit throws <see cref="OverflowException"/>.</summary>
public readonly record struct Rational : IComparable<Rational>
{
    private readonly long _denominatorLessOne; // so that default(Rational) is 0/1

    public Rational(long numerator, long denominator = 1)
    {
        this = Reduce(numerator, denominator);
    }

    private Rational(long numerator, long denominatorLessOne, bool _)
    {
        Numerator = numerator;
        _denominatorLessOne = denominatorLessOne;
    }

    public static Rational Zero => default;

    public long Numerator { get; }

    public long Denominator => _denominatorLessOne + 1;

    public static implicit operator Rational(long value) => new(value);

    public static Rational operator +(Rational a, Rational b) => Reduce(((Int128)a.Numerator * b.Denominator) + ((Int128)b.Numerator * a.Denominator), (Int128)a.Denominator * b.Denominator);

    public static Rational operator -(Rational a, Rational b) => Reduce(((Int128)a.Numerator * b.Denominator) - ((Int128)b.Numerator * a.Denominator), (Int128)a.Denominator * b.Denominator);

    public static Rational operator *(Rational a, Rational b) => Reduce((Int128)a.Numerator * b.Numerator, (Int128)a.Denominator * b.Denominator);

    /// <exception cref="DivideByZeroException">When <paramref name="b"/> is zero.</exception>
    public static Rational operator /(Rational a, Rational b) => Reduce((Int128)a.Numerator * b.Denominator, (Int128)a.Denominator * b.Numerator);

    public static bool operator <(Rational a, Rational b) => a.CompareTo(b) < 0;

    public static bool operator >(Rational a, Rational b) => a.CompareTo(b) > 0;

    public static bool operator <=(Rational a, Rational b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Rational a, Rational b) => a.CompareTo(b) >= 0;

    public static Rational Max(Rational a, Rational b) => a >= b ? a : b;

    public static Rational Min(Rational a, Rational b) => a <= b ? a : b;

    public int CompareTo(Rational other) => ((Int128)Numerator * other.Denominator).CompareTo((Int128)other.Numerator * Denominator);

    /// <summary>Greatest integer not above the value.</summary>
    public long Floor() => (Numerator / Denominator) - (Numerator % Denominator < 0 ? 1 : 0);

    /// <summary>Smallest integer not below the value.</summary>
    public long Ceiling() => (Numerator / Denominator) + (Numerator % Denominator > 0 ? 1 : 0);

    /// <summary>Nearest integer, halves upwards: <c>floor(x + 1/2)</c>.</summary>
    public long Round() => (this + new Rational(1, 2)).Floor();

    public double ToDouble() => (double)Numerator / Denominator;

    /// <summary><c>n/d</c>, or <c>n</c> for a whole number.</summary>
    public override string ToString() => Denominator == 1
        ? Numerator.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    /// <summary>Reads <c>n</c>, <c>n/d</c> or <c>n:d</c>.</summary>
    public static bool TryParse(string? text, out Rational value)
    {
        value = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var parts = text.Split('/', ':');
        if (parts.Length > 2 || !TryLong(parts[0], out var numerator))
        {
            return false;
        }

        var denominator = 1L;
        if (parts.Length == 2 && (!TryLong(parts[1], out denominator) || denominator == 0))
        {
            return false;
        }

        value = new Rational(numerator, denominator);
        return true;

        // The smallest 64-bit number has no positive counterpart, so it could not be reduced.
        static bool TryLong(string part, out long number) =>
            long.TryParse(part, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out number) && number != long.MinValue;
    }

    private static Rational Reduce(Int128 numerator, Int128 denominator)
    {
        if (denominator == 0)
        {
            throw new DivideByZeroException("A fraction needs a denominator other than zero.");
        }

        if (denominator < 0)
        {
            (numerator, denominator) = (-numerator, -denominator);
        }

        var divisor = (Int128)BigInteger.GreatestCommonDivisor((BigInteger)numerator, (BigInteger)denominator);
        return new Rational(checked((long)(numerator / divisor)), checked((long)(denominator / divisor)) - 1, true);
    }
}
