using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>A still that was made.</summary>
/// <param name="File">Full path.</param>
/// <param name="Key">Changes when the picture would.</param>
public sealed record Still(string File, string Key);

/// <summary>
/// Shows single frames of sources, for those who choose in and out points. Frame-exact, by the same chain of filters that a film's shots go through. Made once and kept in a
/// folder of bounded size; few at a time, since the films that are being made come first.
/// </summary>
public sealed class StillMaker(FfmpegFile ffmpeg, FfmpegBuild build, KnownSources sources, MediaStore store, TimeProvider time) : IDisposable
{
    public const int DefaultWidth = 320;
    public const int LeastWidth = 64;
    public const int MostWidth = 1920;

    /// <summary>Stills that are kept: some tens of kilobytes each. When there are more, the older half goes.</summary>
    private const int MostKept = 4000;

    /// <summary>A frame that costs more of a processor is not shown, seconds: what a busy machine adds to that is not the source's fault.</summary>
    private const double MostCpu = 10;

    /// <summary>So long somebody waits for others' stills, and again for this one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _slots = new(2);
    private int _made = MostKept; // how many lie there is not known before they are counted

    public void Dispose() => _slots.Dispose();

    /// <summary>
    /// The frame shown at a moment. Problems: those of <see cref="SourceProber.ProbeAsync"/>, <c>source-has-no-picture</c>, <c>time-past-end</c>, <c>frame-too-slow</c>,
    /// <c>frames-busy</c>, and those of <see cref="FfmpegFile.MakeAsync"/>.
    /// </summary>
    /// <param name="path">Path below <c>sources/</c>.</param>
    /// <param name="at">Seconds from the first picture; the very end means the last frame.</param>
    /// <param name="width">At most so wide, pixels; never wider than the source.</param>
    public async Task<MediaResult<Still>> MakeAsync(string path, Rational at, int width, CancellationToken cancel)
    {
        var (facts, problem) = await sources.FactsAsync(path, cancel);
        if (problem is not null)
        {
            return problem;
        }

        if (facts!.Video is not { } video)
        {
            return new MediaProblem("source-has-no-picture", "The source has no picture", $"'{path}' has sound only: there is no frame to show.");
        }

        if (at > video.Duration)
        {
            return new MediaProblem("time-past-end", "The source is shorter than that", FormattableString.Invariant($"'{path}' is {video.Duration.ToDouble():0.###} s long; name a time from 0s to that."));
        }

        // The last frame is shown to the end, so the end itself shows it too.
        at = Rational.Max(0, Rational.Min(at, video.Duration - (video.Rate.TimeOf(1) / 2)));
        var size = FfmpegArguments.StillSize(video, width);
        var key = ContentKey.Of(FfmpegArguments.Still(facts, at, size, facts.Identity, ""), await build.NameAsync(cancel));
        var still = new Still(Path.Combine(store.StillsRoot, key[..2], key + ".jpg"), key);
        return File.Exists(still.File) ? still : await MakeAsync(path, facts, at, size, still, cancel);
    }

    private async Task<MediaResult<Still>> MakeAsync(string path, SourceFacts facts, Rational at, (int Width, int Height) size, Still still, CancellationToken cancel)
    {
        if (!await _slots.WaitAsync(Patience, cancel))
        {
            return Busy();
        }

        using var timer = new CancellationTokenSource(Patience, time);
        using var tooSlow = new CancellationTokenSource();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token, tooSlow.Token);
        try
        {
            var file = store.Resolve(path);
            if (file.Problem is not null)
            {
                return file.Problem;
            }

            MakeRoom();
            var made = await ffmpeg.MakeAsync(
                still.File,
                part => FfmpegArguments.Still(facts, at, size, file.Value!, part),
                part => Task.FromResult(new FileInfo(part) is { Exists: true, Length: > 0 } ? null : Nothing(path)),
                progress =>
                {
                    if (progress.CpuSeconds > MostCpu)
                    {
                        tooSlow.Cancel();
                    }
                },
                limit.Token);
            return made.Problem is { } problem ? problem : still;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return tooSlow.IsCancellationRequested
                ? new MediaProblem("frame-too-slow", "The frame cannot be shown", FormattableString.Invariant($"Decoding '{path}' up to this frame takes more than {MostCpu} s. It can be used all the same; for looking at it, a copy with more keyframes helps."))
                : Busy();
        }
        finally
        {
            _slots.Release();
        }
    }

    private static MediaProblem Busy() => new("frames-busy", "The server is too busy to show frames", "It has too much else to do, or others look at sources too. Ask again in a moment.", Transient: true);

    private static MediaProblem Nothing(string path) => new("frame-unreadable", "The frame cannot be shown", $"'{path}' has no picture there that can be decoded.");

    /// <summary>Another server on the same volume may do so at the same time: what is gone already is no matter.</summary>
    private void MakeRoom()
    {
        if (Interlocked.Increment(ref _made) <= MostKept)
        {
            return;
        }

        var stills = new DirectoryInfo(store.StillsRoot).EnumerateFiles("*.jpg", SearchOption.AllDirectories).OrderBy(file => file.LastWriteTimeUtc).ToList();
        Volatile.Write(ref _made, stills.Count);
        if (stills.Count < MostKept)
        {
            return;
        }

        foreach (var old in stills.Take(stills.Count / 2))
        {
            old.Delete();
        }

        Volatile.Write(ref _made, stills.Count - (stills.Count / 2));
    }
}
