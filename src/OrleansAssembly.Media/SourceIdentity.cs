using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>
/// Which file a source was when it was probed, and whether it still is: results are kept under the identity, and what is made of a newer file by the facts of the older
/// must not count as made of either.
/// </summary>
internal static class SourceIdentity
{
    /// <summary>Hex digest of the path, size and time of change; null where there is no such file.</summary>
    /// <param name="path">Path below <c>sources/</c>.</param>
    /// <param name="file">Full path.</param>
    public static string? Of(string path, string file)
    {
        if (RealPath.Stat(file) is not { } stat)
        {
            return null;
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{path}\0{stat.Bytes}\0{stat.ModifiedNanoseconds}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary><c>source-changed</c> where another file is in the place of the one that the facts are of. One that is gone is none: what was read of it is its own.</summary>
    public static MediaProblem? Changed(SourceFacts facts, string file) => Of(facts.Path, file) is { } now && now != facts.Identity
        ? new MediaProblem("source-changed", "A source was replaced", $"'{facts.Path}' was replaced while the film was made. Retry the job: it then uses the new file.") { Source = facts.Path }
        : null;

    /// <summary>The first of the sources that ffmpeg's arguments name which has changed.</summary>
    /// <param name="sourcesRoot">What lies elsewhere stands in for a source: nobody replaces it.</param>
    public static MediaProblem? Changed(Footage footage, IEnumerable<string> arguments, string sourcesRoot)
    {
        var named = arguments.ToHashSet();
        return footage.Files
            .Where(source => named.Contains(source.Value) && source.Value.StartsWith(sourcesRoot + "/", StringComparison.Ordinal))
            .Select(source => Changed(footage.Facts[source.Key], source.Value))
            .FirstOrDefault(problem => problem is not null);
    }
}
