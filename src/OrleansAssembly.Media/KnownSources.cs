using System.Collections.Concurrent;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Remembers what probing found of a source for as long as the file is the same: probing reads all of it, and people look at the same shots again and again.</summary>
public sealed class KnownSources(SourceProber prober, MediaStore store) : IDisposable
{
    /// <summary>Sources that are remembered; the facts of one take a kilobyte.</summary>
    private const int Most = 5000;

    /// <summary>Probes at a time: reading is what they wait for.</summary>
    private readonly SemaphoreSlim _probing = new(2);

    private readonly ConcurrentDictionary<string, (long Bytes, DateTime Written, SourceFacts Facts)> _known = new();

    public void Dispose() => _probing.Dispose();

    /// <summary>What a source is; problems as those of <see cref="SourceProber.ProbeAsync"/>.</summary>
    public async Task<MediaResult<SourceFacts>> FactsAsync(string path, CancellationToken cancel)
    {
        if (Find(path) is { } known)
        {
            return known;
        }

        await _probing.WaitAsync(cancel);
        try
        {
            if (Find(path) is { } meanwhile)
            {
                return meanwhile;
            }

            var file = store.Resolve(path);
            if (file.Problem is not null)
            {
                return file.Problem;
            }

            var before = new FileInfo(file.Value!);
            var (bytes, written) = (before.Length, before.LastWriteTimeUtc);
            var facts = await prober.ProbeAsync(path, cancel);
            if (facts.Value is not null)
            {
                if (_known.Count >= Most)
                {
                    _known.Clear(); // as many as a long film has: no need to know which is oldest
                }

                _known[path] = (bytes, written, facts.Value);
            }

            return facts;
        }
        finally
        {
            _probing.Release();
        }
    }

    private SourceFacts? Find(string path) =>
        _known.TryGetValue(path, out var known)
        && store.Resolve(path).Value is { } file
        && new FileInfo(file) is { Exists: true } now
        && (now.Length, now.LastWriteTimeUtc) == (known.Bytes, known.Written)
            ? known.Facts
            : null;
}
