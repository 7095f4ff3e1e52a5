using System.Collections.Concurrent;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains.Work;

/// <summary>
/// The files by which the pieces of a job hand on their results: everything in <c>work/&lt;job&gt;/</c>. What many pieces read is kept in memory while it is unchanged.
/// </summary>
public sealed class WorkFiles(MediaStore store)
{
    private const int KeptFiles = 32;

    private readonly ConcurrentDictionary<string, (DateTime Written, object Value)> _kept = new();

    public string Folder(string jobId) => store.Work(jobId);

    public string File(string jobId, string name) => Path.Combine(Folder(jobId), name);

    public static string Edl => "film.edl";

    public static string Story => "story.json";

    public static string Source(int index) => $"source-{index}.json";

    public static string Film => "film.json";

    public static string Spec => "spec.json";

    public static string Segments => "segments.json";

    /// <summary>File name of a finished film: its title, as far as a file name can say it, and its preset.</summary>
    public static string FilmName(JobHeader job, Preset preset)
    {
        var words = new string([.. job.Title.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')])
            .Split('-', StringSplitOptions.RemoveEmptyEntries);
        var title = string.Join('-', words);
        title = title.Length > 60 ? title[..60].TrimEnd('-') : title;
        return $"{(title.Length == 0 ? "film" : title)}-{preset.Name}.{preset.Extension}";
    }

    public static string Checked(int output) => $"checked-{output}.json";

    /// <summary>Writes a file whole or not at all, and makes the folder where it is missing.</summary>
    public Task WriteAsync<T>(string jobId, string name, T value, CancellationToken cancel)
    {
        Directory.CreateDirectory(Folder(jobId));
        return MediaStore.WriteJsonAsync(File(jobId, name), value, AssemblyJson.Options, cancel);
    }

    public Task<T> ReadAsync<T>(string jobId, string name, CancellationToken cancel) =>
        MediaStore.ReadJsonAsync<T>(File(jobId, name), AssemblyJson.Options, cancel);

    /// <summary>The job as it was asked for; an export has the timeline of its source job.</summary>
    public Task<JobSpec> SpecAsync(string jobId, CancellationToken cancel) => ReadAsync<JobSpec>(jobId, Spec, cancel);

    /// <summary>The resolved cut and its sources, from the resolve stage on.</summary>
    public Task<Cut> CutAsync(string jobId, CancellationToken cancel) => KeptAsync<Cut>(jobId, Film, cancel);

    /// <summary>The segments of the film, from the plan stage on.</summary>
    public Task<List<Segment>> SegmentsAsync(string jobId, CancellationToken cancel) => KeptAsync<List<Segment>>(jobId, Segments, cancel);

    private async Task<T> KeptAsync<T>(string jobId, string name, CancellationToken cancel)
        where T : class
    {
        var file = File(jobId, name);
        var written = System.IO.File.GetLastWriteTimeUtc(file);
        if (_kept.TryGetValue(file, out var kept) && kept.Written == written)
        {
            return (T)kept.Value;
        }

        var value = await ReadAsync<T>(jobId, name, cancel);
        if (_kept.Count >= KeptFiles)
        {
            _kept.Clear(); // a few jobs at a time: no need to know which is oldest
        }

        _kept[file] = (written, value);
        return value;
    }
}

/// <summary>A film and what it is made of.</summary>
/// <param name="Film">The resolved cut.</param>
/// <param name="Footage">Its sources, and the files (or their stand-ins in the work folder) to read them from.</param>
public sealed record Cut(Film Film, Footage Footage);

/// <summary>A probed source.</summary>
/// <param name="Facts">What it is.</param>
/// <param name="File">Full path to read it from.</param>
public sealed record ProbedSource(SourceFacts Facts, string File);
