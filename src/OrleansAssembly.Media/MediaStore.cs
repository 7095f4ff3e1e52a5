using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace OrleansAssembly.Media;

/// <summary>The media root's folders, and the only way from a name that a client gave to a file: nothing outside the root is ever reached through it.</summary>
public sealed partial class MediaStore(IOptions<MediaOptions> options)
{
    /// <summary>Longest name that the usual file systems take, bytes of UTF-8.</summary>
    private const int LongestName = 255;

    /// <summary>Longest path below <c>sources/</c>, bytes of UTF-8.</summary>
    private const int LongestPath = 1024;

    private readonly Lazy<string> _sources = Folder(options, "sources");
    private readonly Lazy<string> _work = Folder(options, "work");
    private readonly Lazy<string> _exports = Folder(options, "exports");
    private readonly Lazy<string> _stills = Folder(options, "stills");
    private readonly Lazy<string> _uploads = Folder(options, "uploads", SweepUploads);

    /// <summary>Full path of <c>sources/</c>, links followed; made on first use.</summary>
    public string SourcesRoot => _sources.Value;

    /// <summary>Full path of <c>work/</c>, links followed; made on first use.</summary>
    public string WorkRoot => _work.Value;

    /// <summary>Full path of <c>exports/</c>, links followed; made on first use.</summary>
    public string ExportsRoot => _exports.Value;

    /// <summary>Full path of the folder of stills, links followed; made on first use. What lies there may be removed at any time.</summary>
    public string StillsRoot => _stills.Value;

    /// <summary>Full path of a job's work folder, which may not exist yet.</summary>
    /// <exception cref="ArgumentException">The id has other characters than <c>a-z 0-9 _ -</c>.</exception>
    public string Work(string jobId) => Path.Combine(WorkRoot, Checked(jobId));

    /// <summary>Full path of the folder that holds a finished job's films, which may not exist yet.</summary>
    /// <exception cref="ArgumentException">An id has other characters than <c>a-z 0-9 _ -</c>.</exception>
    public string Exports(string projectId, string jobId) => Path.Combine(ExportsRoot, Checked(projectId), Checked(jobId));

    /// <summary>Bytes that are free on the media volume for this user.</summary>
    public long FreeBytes() => new DriveInfo(WorkRoot).AvailableFreeSpace;

    /// <summary>Bytes in all files below a folder; 0 where there is none. What vanishes meanwhile is not counted.</summary>
    public static long BytesIn(string folder)
    {
        var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", all).Sum(file => file.Exists ? file.Length : 0);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Full path, links followed, of an existing source. Problems: <c>source-not-found</c>, <c>source-outside-root</c>, <c>source-not-a-file</c>.</summary>
    public MediaResult<string> Resolve(string relativePath)
    {
        if (BadPath(relativePath) is { } bad)
        {
            return bad;
        }

        if (RealPath.Of(Path.Combine(SourcesRoot, relativePath)) is not { } real)
        {
            return Missing(relativePath);
        }

        if (!real.StartsWith(SourcesRoot + "/", StringComparison.Ordinal))
        {
            return Outside(relativePath);
        }

        return RealPath.IsRegularFile(real) ? real : NotAFile(relativePath);
    }

    /// <summary>
    /// The sources in ordinal order of their paths, read folder by folder as they are asked for. Links and what is no plain file are left out.
    /// </summary>
    /// <param name="after">Only paths behind this one: a page's cursor. Null: from the start.</param>
    /// <param name="prefix">Only paths that begin with this; folders that cannot hold any are not read.</param>
    public IEnumerable<(string Path, long Bytes, DateTimeOffset ModifiedAt)> List(string? after = null, string prefix = "") => List(new DirectoryInfo(SourcesRoot), "", after, prefix);

    /// <summary>Removes a source. Problems as <see cref="Resolve"/>.</summary>
    public MediaProblem? Delete(string relativePath)
    {
        var resolved = Resolve(relativePath);
        if (resolved.Problem is not null)
        {
            return resolved.Problem;
        }

        // The name as given: of a link, the link goes and not what it leads to.
        File.Delete(Path.Combine(SourcesRoot, relativePath));
        return null;
    }

    /// <summary>Writes a value as JSON so that a reader, even after a crash, sees the old file or the new one: temporary name, fsync, rename.</summary>
    public static async Task WriteJsonAsync<T>(string file, T value, JsonSerializerOptions json, CancellationToken cancel)
    {
        var part = $"{file}.{Guid.NewGuid():N}.part";
        try
        {
            await using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await JsonSerializer.SerializeAsync(stream, value, json, cancel);
            }

            Finish(part, file);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Reads what <see cref="WriteJsonAsync"/> wrote.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="JsonException">It does not hold such a value.</exception>
    public static async Task<T> ReadJsonAsync<T>(string file, JsonSerializerOptions json, CancellationToken cancel)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        return await JsonSerializer.DeserializeAsync<T>(stream, json, cancel) ?? throw new JsonException($"{Path.GetFileName(file)} holds null.");
    }

    private static IEnumerable<(string Path, long Bytes, DateTimeOffset ModifiedAt)> List(DirectoryInfo folder, string above, string? after, string prefix)
    {
        // A folder is sorted as "name/", which is how the paths in it begin: so the walk is in order of the whole paths.
        var entries = folder.EnumerateFileSystemInfos()
            .Where(e => !e.Attributes.HasFlag(FileAttributes.ReparsePoint))
            .Select(e => (Entry: e, Key: above + e.Name + (e is DirectoryInfo ? "/" : "")))
            .Where(e => after is null || string.CompareOrdinal(e.Key, after) > 0 || (e.Entry is DirectoryInfo && after.StartsWith(e.Key, StringComparison.Ordinal)))
            .Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal) || (e.Entry is DirectoryInfo && prefix.StartsWith(e.Key, StringComparison.Ordinal)))
            .OrderBy(e => e.Key, StringComparer.Ordinal);
        foreach (var (entry, key) in entries)
        {
            if (entry is DirectoryInfo inner)
            {
                foreach (var found in List(inner, key, after, prefix))
                {
                    yield return found;
                }
            }
            else if (entry is FileInfo file && RealPath.IsRegularFile(file.FullName))
            {
                yield return (key, file.Length, file.LastWriteTimeUtc);
            }
        }
    }

    /// <summary>Looser than what jobs and uploads may name (<c>Timeline.SourcePath</c>): what lies there under another name can still be fetched and removed.</summary>
    private static MediaProblem? BadPath(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return new MediaProblem("source-not-found", "No source is named", "Name a file below the media root's sources folder.");
        }

        if (path.StartsWith('/') || path.Split('/').Contains(".."))
        {
            return Outside(path);
        }

        var clean = path.Split('/').All(name => name is not ("" or ".") && System.Text.Encoding.UTF8.GetByteCount(name) <= LongestName)
            && !path.Any(char.IsControl)
            && System.Text.Encoding.UTF8.GetByteCount(path) <= LongestPath;
        return clean ? null : new MediaProblem("source-not-found", "Not the name of a source", $"'{Shown(path)}' is no path of a source: names of 1 to {LongestName} bytes, parted by single slashes, at most {LongestPath} bytes in all.");
    }

    /// <summary>What a client sent, fit to be shown back to it.</summary>
    private static string Shown(string path)
    {
        var printable = string.Concat(path.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return printable.Length > 200 ? printable[..200] + "..." : printable;
    }

    private static MediaProblem Missing(string path) => new("source-not-found", "The source does not exist", $"There is no '{Shown(path)}' below the media root's sources folder. Upload it, or mend the path.");

    private static MediaProblem Outside(string path) => new("source-outside-root", "The source lies outside the media root", $"'{Shown(path)}' leads out of the media root's sources folder. Put the file itself there.");

    private static MediaProblem NotAFile(string path) => new("source-not-a-file", "The source is not a file", $"'{Shown(path)}' is a folder or a device; name a media file.");

    private static string Checked(string id) => Id().IsMatch(id) ? id : throw new ArgumentException("An id has only the characters a-z, 0-9, _ and -.", nameof(id));

    private static Lazy<string> Folder(IOptions<MediaOptions> options, string name, Action<string>? prepare = null) => new(() =>
    {
        var path = Path.GetFullPath(Path.Combine(options.Value.Root, name));
        Directory.CreateDirectory(path);
        prepare?.Invoke(path);
        return RealPath.Of(path) ?? path;
    });

    [GeneratedRegex(@"^[a-z0-9_-]{1,100}\z")]
    private static partial Regex Id();
}
