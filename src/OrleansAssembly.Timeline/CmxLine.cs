using System.Globalization;

namespace OrleansAssembly.Timeline;

/// <summary>The lines of a CMX3600 list, taken apart by white space: the columns differ between systems.</summary>
internal static class CmxLine
{
    private static readonly string[] KnownRemarks = ["EFFECTS NAME IS", "AUD ", "FINAL CUT PRO", ">>> ", "SPLIT:", "GPI ", "MASTER "];

    /// <summary>What an event line says, before its times are looked at.</summary>
    /// <param name="Times">Source in, source out, record in, record out.</param>
    public readonly record struct Fields(string Number, string Reel, string Channels, CmxEdit Edit, string EditText, int TransitionFrames, string[] Times);

    /// <summary>An event line starts with a number of three digits or more and has a timecode, or as many words as an event needs.</summary>
    public static bool IsEvent(string line)
    {
        var words = Words(line);
        return words[0].Length >= 3 && words[0].All(char.IsAsciiDigit)
            && (words.Length >= 8 || words.Skip(1).Any(Timecode.HasForm));
    }

    /// <summary>Lines without a star that systems are known to write.</summary>
    public static bool IsKnownRemark(string line) => KnownRemarks.Any(known => line.StartsWith(known, StringComparison.OrdinalIgnoreCase));

    /// <summary>Takes an event line apart; <paramref name="fields"/> has at least the number.</summary>
    public static bool TryParse(string line, out Fields fields, out string error)
    {
        var words = Words(line);
        fields = new(words[0], "", "", CmxEdit.Cut, "", 0, []);
        if (words.Length < 8)
        {
            error = "The event is not complete; it needs number, reel, channels, edit (C, D 012, W001 012, K), and source in, source out, record in, record out.";
            return false;
        }

        if (words[^4..].FirstOrDefault(word => !IsTime(word)) is { } odd)
        {
            error = $"The event ends with {Quoted.Of(odd)} where a timecode should be; the last four words are source in, source out, record in, record out as HH:MM:SS:FF.";
            return false;
        }

        // Between number and times, from the right: transition length, edit, channels; what is left is the reel.
        var end = words.Length - 4;
        var length = 0L;
        var hasLength = end > 4 && TryCount(words[end - 1], out length);
        if (hasLength)
        {
            end--;
        }

        var edit = words[end - 1].ToUpperInvariant();
        if (edit is "B" or "O" && end > 4 && words[end - 2] is "K" or "k")
        {
            edit = "K" + edit;
            end--;
        }

        if (!TryEdit(edit, out var kind) || end < 4)
        {
            error = $"{Quoted.Of(words[end - 1])} is no edit, or reel or channels are missing before it; an edit is C, D, W with three digits, K, KB or KO.";
            return false;
        }

        if (kind is CmxEdit.Dissolve or CmxEdit.Wipe && !hasLength)
        {
            error = "The transition has no length; write it in frames after the edit, for example D 012.";
            return false;
        }

        fields = new(words[0], string.Join(' ', words[1..(end - 2)]), words[end - 2], kind, edit, (int)length, words[^4..]);
        error = "";
        return true;
    }

    /// <summary>Takes an <c>M2</c> line apart.</summary>
    public static bool TrySpeed(string line, out string reel, out decimal framesPerSecond, out string? time)
    {
        var words = Words(line);
        (reel, framesPerSecond, time) = ("", 0, null);
        if (words.Length < 3)
        {
            return false;
        }

        time = Timecode.HasForm(words[^1]) ? words[^1] : null;
        var last = words.Length - (time is null ? 1 : 2);
        reel = string.Join(' ', words[1..last]);
        return last >= 2 && decimal.TryParse(words[last], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out framesPerSecond);
    }

    /// <summary>A bare frame count.</summary>
    public static bool TryCount(string word, out long count)
    {
        count = 0;
        return word.Length <= 9 && long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }

    private static bool IsTime(string word) => TryCount(word, out _) || Timecode.HasForm(word);

    private static bool TryEdit(string text, out CmxEdit edit)
    {
        edit = text switch
        {
            "C" => CmxEdit.Cut,
            "D" => CmxEdit.Dissolve,
            "K" or "KB" or "KO" => CmxEdit.Key,
            _ => CmxEdit.Wipe,
        };
        return edit != CmxEdit.Wipe || (text.Length is >= 2 and <= 4 && text[0] == 'W' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
