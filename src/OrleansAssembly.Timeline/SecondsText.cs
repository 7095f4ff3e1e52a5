using System.Globalization;

namespace OrleansAssembly.Timeline;

/// <summary>Seconds as people write them: <c>2.5s</c>, read exactly.</summary>
public static class SecondsText
{
    /// <summary>Four days: longer than any source, short enough for every product with a rate.</summary>
    public const int Max = 4 * 86_400;
    private const int MaxDecimals = 9;

    /// <summary>Reads a decimal number of seconds with at most nine decimals, 0 to <see cref="Max"/>, followed by <c>s</c>.</summary>
    public static bool TryParse(string? text, out Rational seconds)
    {
        seconds = default;
        if (text is not { Length: >= 2 and <= 20 } || text[^1] != 's')
        {
            return false;
        }

        var number = text.AsSpan(0, text.Length - 1);
        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        var decimals = point < 0 ? [] : number[(point + 1)..];
        if (point >= 0 && decimals.Length is 0 or > MaxDecimals)
        {
            return false;
        }

        var fraction = 0L;
        if (!long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var units)
            || units > Max
            || (decimals.Length > 0 && !long.TryParse(decimals, NumberStyles.None, CultureInfo.InvariantCulture, out fraction)))
        {
            return false;
        }

        var scale = 1L;
        for (var i = 0; i < decimals.Length; i++)
        {
            scale *= 10;
        }

        seconds = new Rational((units * scale) + fraction, scale);
        return seconds <= Max;
    }

    /// <summary>Seconds to the millisecond, for a message: <c>5.005 s</c>.</summary>
    public static string Show(Rational seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds.ToDouble():0.###} s");
}
