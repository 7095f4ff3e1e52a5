using System.Text;

namespace OrleansAssembly.Timeline;

/// <summary>What may name a source: a plain relative path that cannot lead out of the folder of sources, nor be taken for a protocol.</summary>
public static class SourcePath
{
    /// <summary>Longest path, in bytes of UTF-8.</summary>
    public const int MaxLength = 1000;

    /// <summary>Longest part between two slashes, in bytes of UTF-8: what file systems take.</summary>
    public const int MaxPartLength = 255;

    /// <summary>Why a path is refused, as a sentence for a person; null where it is good.</summary>
    public static string? Check(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return "Name a file below sources/, for example harbour/010.mp4.";
        }

        if (!PlainText.IsPlain(path))
        {
            return "The path has a control character or broken text in it; use printable characters only.";
        }

        if (path.Contains('\\', StringComparison.Ordinal))
        {
            return $"{Quoted.Of(path)} has a backslash; write '/' between folders.";
        }

        // ffmpeg takes a word before ':' for a protocol (http:, concat:, subfile,,start,0,,:), and Windows for a drive or a stream.
        if (path.Contains(':', StringComparison.Ordinal))
        {
            return $"{Quoted.Of(path)} has a ':'; only files below sources/ can be used, no addresses and no protocols.";
        }

        if (path[0] == '/')
        {
            return $"{Quoted.Of(path)} starts with '/'; write the path below sources/, for example harbour/010.mp4.";
        }

        if (Encoding.UTF8.GetByteCount(path) > MaxLength)
        {
            return $"The path is longer than {MaxLength} bytes.";
        }

        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0)
            {
                return $"{Quoted.Of(path)} has an empty part; write one '/' between names and none at the end.";
            }

            if (part is "." or "..")
            {
                return $"{Quoted.Of(path)} has a '{part}' part; write the path below sources/ without detours.";
            }

            if (Encoding.UTF8.GetByteCount(part) > MaxPartLength)
            {
                return $"A name in the path is longer than {MaxPartLength} bytes.";
            }
        }

        return null;
    }
}
