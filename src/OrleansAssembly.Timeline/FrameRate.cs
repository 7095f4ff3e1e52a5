using System.Globalization;

namespace OrleansAssembly.Timeline;

/// <summary>Frames per second as an exact fraction, e.g. 24000/1001.</summary>
public readonly record struct FrameRate(Rational Value)
{
    /// <summary>Largest numerator or denominator that is read: keeps every product of a rate and a time of day well inside 64 bits.</summary>
    private const long MaxTerm = 1_000_000;

    public FrameRate(int numerator, int denominator = 1) : this(new Rational(numerator, denominator))
    {
    }

    public long Numerator => Value.Numerator;

    public long Denominator => Value.Denominator;

    /// <summary>The whole number that timecode counts by: 24 for 24000/1001, 30 for 30000/1001.</summary>
    public int Nominal => (int)Value.Ceiling();

    /// <summary>Drop-frame counting exists only at 29.97 and 59.94.</summary>
    public bool CanDropFrame => this == new FrameRate(30000, 1001) || this == new FrameRate(60000, 1001);

    /// <summary>Time at which a frame starts, seconds from frame 0.</summary>
    public Rational TimeOf(long frame) => frame / Value;

    /// <summary>The frame whose start is nearest to a time, halves upwards.</summary>
    public long FrameAt(Rational seconds)
    {
        // floor(s·R + 1/2) on one fraction line, in 128 bits: the product need not fit a Rational.
        var numerator = (2 * (Int128)seconds.Numerator * Numerator) + ((Int128)seconds.Denominator * Denominator);
        var denominator = 2 * (Int128)seconds.Denominator * Denominator;
        return checked((long)((numerator / denominator) - (numerator % denominator < 0 ? 1 : 0)));
    }

    public override string ToString() => Value.ToString();

    /// <summary>Reads <c>24000/1001</c>, <c>25</c>, or a usual decimal: 23.976, 29.97, 47.952, 59.94 mean their exact NTSC rates. Accepts rates from 1 to 120; other decimals count to the thousandth.</summary>
    public static bool TryParse(string? text, out FrameRate rate)
    {
        rate = default;
        Rational value;
        if (text is not null && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            if (number is < 1 or > 120)
            {
                return false;
            }

            // 23.976, 23.98, 29.97, 47.952, 59.94: within a thousandth of N·1000/1001 and not whole.
            var nominal = (long)Math.Ceiling(number);
            var ntsc = new Rational(nominal * 1000, 1001);
            value = number != nominal && Math.Abs((double)number - ntsc.ToDouble()) < 0.006
                ? ntsc
                : new Rational((long)Math.Round(number * 1000), 1000);
        }
        else if (!Rational.TryParse(text, out value))
        {
            return false;
        }

        if (value < 1 || value > 120 || value.Numerator > MaxTerm || value.Denominator > MaxTerm)
        {
            return false;
        }

        rate = new FrameRate(value);
        return true;
    }
}
