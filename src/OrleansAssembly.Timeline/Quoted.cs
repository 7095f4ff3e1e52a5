namespace OrleansAssembly.Timeline;

/// <summary>Text of a stranger inside a message: short, on one line, in quotation marks.</summary>
internal static class Quoted
{
    private const int MaxLength = 60;

    public static string Of(string? text)
    {
        if (text is null)
        {
            return "Nothing";
        }

        var shown = text.Length > MaxLength ? text[..MaxLength] + "…" : text;
        return $"'{string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))}'";
    }
}
