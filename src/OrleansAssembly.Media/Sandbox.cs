using System.Text.RegularExpressions;

namespace OrleansAssembly.Media;

/// <summary>
/// What ffmpeg may open. A file that a client sent may be a playlist that names other files or hosts, whatever its ending says; so only formats that hold
/// their own media are known, and only files and pipes can be read at all.
/// </summary>
public static partial class Sandbox
{
    /// <summary>Demuxers as <c>ffmpeg -demuxers</c> names them; one name of a group (<c>mov,mp4,...</c>) stands for all of it. None of them opens another file.</summary>
    public static IReadOnlyList<string> Demuxers { get; } =
    [
        "mov", "matroska", "avi", "mpegts", "mpeg", "mxf", "flv", "asf", "ogg", "wav", "w64", "aiff", "mp3", "aac", "flac", "ac3", "eac3",
    ];

    /// <summary>Options that stand before every <c>-i</c> of a source, for ffmpeg and ffprobe alike.</summary>
    public static IReadOnlyList<string> InputGuard { get; } = ["-protocol_whitelist", "file,pipe", "-format_whitelist", string.Join(',', Demuxers)];

    /// <summary>A guarded input.</summary>
    /// <param name="file">Full path, from <see cref="MediaStore.Resolve"/>: it begins with a slash, so that no part of it is taken for a protocol.</param>
    public static IReadOnlyList<string> Input(string file) => [.. InputGuard, "-i", file];

    /// <summary>Why ffprobe could not open a source, in plain words.</summary>
    /// <param name="source">Path below <c>sources/</c>.</param>
    internal static MediaProblem Explain(string source, FfmpegRun run)
    {
        if (run.Stalled)
        {
            return new("source-unreadable", "The source cannot be read", $"Reading '{source}' made no progress for too long. Look whether the media volume answers, and retry the job.", Transient: true);
        }

        if (NotListed().Match(run.Log) is { Success: true } refused)
        {
            var name = refused.Groups[1].Value.Trim();
            var detail = name switch
            {
                "hls" or "concat" or "dash" or "imf" => $"'{source}' is a playlist ({name}), which names other files. Upload the media themselves.",
                "image2" or "gif" or "apng" or "ico" => StillImage(source),
                _ when name.EndsWith("_pipe", StringComparison.Ordinal) => StillImage(source),
                _ => $"'{source}' is in a format ({name}) that is not accepted. Convert it; accepted are {string.Join(", ", Demuxers)}.",
            };
            return new("source-not-allowed", "This kind of file is not accepted", detail);
        }

        var reason = run.Log switch
        {
            var log when log.Contains("moov atom not found", StringComparison.Ordinal) => "Its index (moov) is missing: the file was cut off, its recording never ended, or it is no media file.",
            var log when log.Contains("Invalid data found", StringComparison.Ordinal) => "It is no media file, or is damaged at its start.",
            var log when log.Contains("Permission denied", StringComparison.Ordinal) => "The server has no permission to read it.",
            var log when Plain(log).LastOrDefault() is { } last => last,
            _ => $"ffprobe ended with code {run.ExitCode}.",
        };

        // Ended by a signal (out of memory, for one), and not by what it read.
        return new("source-unreadable", "The source cannot be read", $"'{source}' cannot be read. {reason} Copy or upload it again.", Transient: FfmpegFile.WasEnded(run));
    }

    internal static MediaProblem Still(string source) => new("source-not-allowed", "This kind of file is not accepted", StillImage(source));

    /// <summary>ffmpeg's own lines without the addresses in memory.</summary>
    internal static IEnumerable<string> Plain(string log) => log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Address().Replace(line, "]"));

    private static string StillImage(string source) => $"'{source}' is a still image. Make a clip of it and use that.";

    [GeneratedRegex(@"\[([^\]@]+)@ [^\]]*\] Format not on whitelist")]
    private static partial Regex NotListed();

    [GeneratedRegex(@" @ 0x[0-9a-f]+\]")]
    private static partial Regex Address();
}
