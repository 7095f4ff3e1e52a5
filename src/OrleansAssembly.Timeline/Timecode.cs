namespace OrleansAssembly.Timeline;

/// <summary>Timecode text and frame numbers. The arithmetic of drop-frame counting is SMPTE 12M's.</summary>
public static class Timecode
{
    /// <summary>Reads <c>HH:MM:SS:FF</c>; <c>;</c> before the frames means drop-frame. Refuses numbers that do not exist at the rate.</summary>
    public static bool TryParse(string? text, FrameRate rate, out long frame, out bool dropFrame, out string error) => throw new NotImplementedException();

    /// <summary>Reads as <see cref="TryParse(string?, FrameRate, out long, out bool, out string)"/> but counts drop-frame where the list says so, whatever the separator (CMX3600's FCM).</summary>
    public static bool TryParse(string? text, FrameRate rate, bool dropFrame, out long frame, out string error) => throw new NotImplementedException();

    /// <summary>Writes a frame number, modulo 24 hours; with <c>;</c> before the frames where drop-frame.</summary>
    public static string Format(long frame, FrameRate rate, bool dropFrame) => throw new NotImplementedException();
}
