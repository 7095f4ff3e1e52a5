using System.Globalization;

namespace OrleansAssembly.Timeline;

/// <summary>Frames per second as an exact fraction, e.g. 24000/1001.</summary>
public readonly record struct FrameRate(Rational Value)
{
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
    public long FrameAt(Rational seconds) => (seconds * Value).Round();

    public override string ToString() => Value.ToString();

    /// <summary>Reads <c>24000/1001</c>, <c>25</c>, or a usual decimal: 23.976, 29.97, 47.952, 59.94 mean their exact NTSC rates. Accepts rates above 1 and up to 120.</summary>
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
                : new Rational((long)(number * 1000), 1000);
        }
        else if (!Rational.TryParse(text, out value))
        {
            return false;
        }

        if (value < 1 || value > 120)
        {
            return false;
        }

        rate = new FrameRate(value);
        return true;
    }
}
