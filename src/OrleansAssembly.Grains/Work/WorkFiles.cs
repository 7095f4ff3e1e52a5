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
    private const int KeptJobs = 16;

    private readonly ConcurrentDictionary<string, (DateTime Written, Cut Cut)> _cuts = new();

    public string Folder(string jobId) => store.Work(jobId);

    public string File(string jobId, string name) => Path.Combine(Folder(jobId), name);

    public static string Edl => "film.edl";

    public static string Story => "story.json";

    public static string Source(int index) => $"source-{index}.json";

    public static string Film => "film.json";

    public static string Spec => "spec.json";

    public static string Segments => "segments.json";

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
    public async Task<Cut> CutAsync(string jobId, CancellationToken cancel)
    {
        var written = System.IO.File.GetLastWriteTimeUtc(File(jobId, Film));
        if (_cuts.TryGetValue(jobId, out var kept) && kept.Written == written)
        {
            return kept.Cut;
        }

        var cut = await ReadAsync<Cut>(jobId, Film, cancel);
        if (_cuts.Count >= KeptJobs)
        {
            _cuts.Clear(); // a few jobs at a time: no need to know which is oldest
        }

        _cuts[jobId] = (written, cut);
        return cut;
    }
}

/// <summary>A film and what it is made of.</summary>
/// <param name="Film">The resolved cut.</param>
/// <param name="Sources">By path below <c>sources/</c>.</param>
/// <param name="Files">Where to read a source from, by its path: full path of the file or of its stand-in in the work folder.</param>
public sealed record Cut(Film Film, IReadOnlyDictionary<string, SourceFacts> Sources, IReadOnlyDictionary<string, string> Files);

/// <summary>A probed source.</summary>
/// <param name="Facts">What it is.</param>
/// <param name="File">Full path to read it from.</param>
public sealed record ProbedSource(SourceFacts Facts, string File);
