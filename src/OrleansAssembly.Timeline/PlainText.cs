using System.Globalization;
using System.Text;

namespace OrleansAssembly.Timeline;

/// <summary>Text that goes into lists and files line by line.</summary>
internal static class PlainText
{
    /// <summary>No control character, no line break of any kind, no half of a surrogate pair.</summary>
    public static bool IsPlain(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Printable ASCII on one line: what a CMX3600 list can hold. Control and combining characters are left out, any other letter becomes <c>?</c>.</summary>
    public static string ToAscii(string text)
    {
        var ascii = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= 0x20 and < 0x7F)
            {
                ascii.Append((char)rune.Value);
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.NonSpacingMark))
            {
                ascii.Append('?');
            }
        }

        return ascii.ToString().Trim();
    }
}
