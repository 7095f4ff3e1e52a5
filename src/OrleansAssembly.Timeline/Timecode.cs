using System.Globalization;

namespace OrleansAssembly.Timeline;

/// <summary>Timecode text and frame numbers. The arithmetic of drop-frame counting is SMPTE 12M's.</summary>
public static class Timecode
{
    /// <summary>Reads <c>HH:MM:SS:FF</c>; <c>;</c> before the frames means drop-frame. Refuses numbers that do not exist at the rate.</summary>
    /// <param name="text">The timecode; rates above 100 have three digits of frames where needed.</param>
    /// <param name="rate">The rate that it counts at.</param>
    /// <param name="frame">The frame number, 0 at 00:00:00:00.</param>
    /// <param name="dropFrame">Whether it is written as drop-frame.</param>
    /// <param name="error">What is wrong and what would be right; empty where nothing is.</param>
    public static bool TryParse(string? text, FrameRate rate, out long frame, out bool dropFrame, out string error)
    {
        dropFrame = IsDropFrame(text);
        return TryParse(text, rate, dropFrame, out frame, out error);
    }

    /// <summary>Reads as <see cref="TryParse(string?, FrameRate, out long, out bool, out string)"/> but counts drop-frame where the list says so, whatever the separator (CMX3600's FCM).</summary>
    public static bool TryParse(string? text, FrameRate rate, bool dropFrame, out long frame, out string error)
    {
        frame = 0;
        if (!TryFields(text, out var hours, out var minutes, out var seconds, out var frames))
        {
            error = $"{Quoted.Of(text)} is not a timecode; write HH:MM:SS:FF, for example 01:02:03:04.";
            return false;
        }

        var nominal = rate.Nominal;
        var dropped = Dropped(rate, dropFrame);
        error = (hours, minutes, seconds) switch
        {
            ( > 23, _, _) => $"{Quoted.Of(text)} has hour {hours}; hours go from 00 to 23.",
            (_, > 59, _) => $"{Quoted.Of(text)} has minute {minutes}; minutes go from 00 to 59.",
            (_, _, > 59) => $"{Quoted.Of(text)} has second {seconds}; seconds go from 00 to 59.",
            _ when frames >= nominal => $"{Quoted.Of(text)} has frame {frames:D2}; at {rate} frames a second, frames go from 00 to {nominal - 1:D2}.",
            _ when dropFrame && !rate.CanDropFrame => $"{Quoted.Of(text)} is drop-frame, which exists only at 30000/1001 and 60000/1001; at {rate} write ':' before the frames.",
            _ when seconds == 0 && minutes % 10 != 0 && frames < dropped => $"{Quoted.Of(text)} does not exist in drop-frame counting; the first frame of that minute is {hours:D2}:{minutes:D2}:00;{dropped:D2}.",
            _ => "",
        };
        if (error.Length > 0)
        {
            return false;
        }

        long minute = (60 * hours) + minutes;
        frame = (((minute * 60) + seconds) * nominal) + frames - (dropped * (minute - (minute / 10)));
        return true;
    }

    /// <summary>Writes a frame number, modulo 24 hours; with <c>;</c> before the frames where drop-frame.</summary>
    /// <exception cref="ArgumentException">When drop-frame is asked for at a rate that has none.</exception>
    public static string Format(long frame, FrameRate rate, bool dropFrame)
    {
        if (dropFrame && !rate.CanDropFrame)
        {
            throw new ArgumentException($"There is no drop-frame counting at {rate}.", nameof(dropFrame));
        }

        long nominal = rate.Nominal;
        var dropped = Dropped(rate, dropFrame);
        var day = FramesOfDay(rate, dropFrame);
        var n = ((frame % day) + day) % day;
        if (dropFrame)
        {
            // Put the numbers back that were skipped: 9 times d in each ten minutes, d in each minute but the tenth.
            var tenMinutes = (600 * nominal) - (9 * dropped);
            var minute = (60 * nominal) - dropped;
            var (tens, rest) = Math.DivRem(n, tenMinutes);
            n += (9 * dropped * tens) + (rest >= dropped ? dropped * ((rest - dropped) / minute) : 0);
        }

        var separator = dropFrame ? ';' : ':';
        return string.Create(CultureInfo.InvariantCulture, $"{n / (3600 * nominal):D2}:{n / (60 * nominal) % 60:D2}:{n / nominal % 60:D2}{separator}{n % nominal:D2}");
    }

    /// <summary>How many frame numbers 24 hours have.</summary>
    public static long FramesOfDay(FrameRate rate, bool dropFrame) => 144 * ((600L * rate.Nominal) - (9 * Dropped(rate, dropFrame)));

    /// <summary>Whether a text has the form of a timecode, at whatever rate.</summary>
    internal static bool HasForm(string? text) => TryFields(text, out _, out _, out _, out _);

    /// <summary>Whether a text has the form of a drop-frame timecode.</summary>
    internal static bool IsDropFrame(string? text) => text is { Length: >= 11 } && text[8] == ';';

    /// <summary>The four numbers of a timecode, whether they exist at a rate or not.</summary>
    internal static bool TryFields(string? text, out int hours, out int minutes, out int seconds, out int frames)
    {
        hours = minutes = seconds = frames = 0;
        return text is { Length: 11 or 12 }
            && text[2] == ':' && text[5] == ':' && text[8] is ':' or ';'
            && TryDigits(text.AsSpan(0, 2), out hours)
            && TryDigits(text.AsSpan(3, 2), out minutes)
            && TryDigits(text.AsSpan(6, 2), out seconds)
            && TryDigits(text.AsSpan(9), out frames);
    }

    private static long Dropped(FrameRate rate, bool dropFrame) => dropFrame && rate.CanDropFrame ? rate.Nominal / 15 : 0;

    private static bool TryDigits(ReadOnlySpan<char> digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
