using System.Globalization;

namespace OrleansAssembly.Cli;

/// <summary>Numbers as people read them.</summary>
internal static class Texts
{
    /// <summary><c>45 s</c>, <c>1 min 20 s</c>, <c>2 h 05 min</c>.</summary>
    public static string Duration(double seconds)
    {
        var whole = WholeSeconds(seconds);
        return whole switch
        {
            < 60 => Invariant($"{whole} s"),
            < 3600 => Invariant($"{whole / 60} min {whole % 60:00} s"),
            _ => Invariant($"{whole / 3600} h {whole / 60 % 60:00} min"),
        };
    }

    /// <summary><c>0:45</c>, <c>1:20</c>, <c>2:05:00</c>.</summary>
    public static string Clock(double seconds)
    {
        var whole = WholeSeconds(seconds);
        return whole < 3600
            ? Invariant($"{whole / 60}:{whole % 60:00}")
            : Invariant($"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}");
    }

    /// <summary>Decimal units, as file managers show them: <c>812 B</c>, <c>14.2 MB</c>.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB", "PB"];
        double value = bytes;
        var unit = 0;
        while (value >= 999.5 && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        var digits = unit == 0 || value >= 100 ? "0" : "0.0";
        return $"{value.ToString(digits, CultureInfo.InvariantCulture)} {units[unit]}";
    }

    /// <summary>One decimal, never rounded up: 99.96 is not yet 100.</summary>
    public static string Percent(double percent) =>
        (Math.Floor(Math.Clamp(percent, 0, 100) * 10) / 10).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string Speed(double value, string unit) =>
        value > 0 && unit.Length > 0 ? $"{value.ToString(value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture)} {unit}" : "";

    /// <summary>The same words on every machine, whatever its culture.</summary>
    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static long WholeSeconds(double seconds) =>
        double.IsFinite(seconds) && seconds > 0 ? (long)Math.Round(Math.Min(seconds, 1e9), MidpointRounding.AwayFromZero) : 0;
}
