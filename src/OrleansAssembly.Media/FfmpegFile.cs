using System.Text.RegularExpressions;

namespace OrleansAssembly.Media;

/// <summary>Makes files by one run of ffmpeg: under a temporary name, looked at, on disk, and only then under its own name. Whoever finds a file under its name may trust it.</summary>
public sealed partial class FfmpegFile(FfmpegRunner runner, MediaStore store)
{
    /// <summary>Makes the file, over an older one.</summary>
    /// <param name="arguments">The argument list for the temporary file that it is given.</param>
    /// <param name="check">Says what is wrong with the temporary file, or null.</param>
    /// <param name="footage">The sources that it may be made of: where one that the arguments name was replaced meanwhile, the result does not count, nor does what went wrong.</param>
    /// <returns>How ffmpeg ended. Problems: <c>source-changed</c>, <c>source-damaged</c>, <c>disk-full</c>, <c>encoder-failed</c>, and those of <paramref name="check"/>.</returns>
    public Task<MediaResult<FfmpegRun>> MakeAsync(
        string file,
        Func<string, IReadOnlyList<string>> arguments,
        Func<string, Task<MediaProblem?>> check,
        Action<FfmpegProgress>? onProgress,
        CancellationToken cancel,
        Footage? footage = null) => MakeAllAsync([file], parts => arguments(parts[0]), parts => check(parts[0]), onProgress, cancel, footage);

    /// <summary>Makes several files of one folder by the same run: none under its name before all have been looked at.</summary>
    public async Task<MediaResult<FfmpegRun>> MakeAllAsync(
        IReadOnlyList<string> files,
        Func<IReadOnlyList<string>, IReadOnlyList<string>> arguments,
        Func<IReadOnlyList<string>, Task<MediaProblem?>> check,
        Action<FfmpegProgress>? onProgress,
        CancellationToken cancel,
        Footage? footage = null)
    {
        var folder = Path.GetDirectoryName(files[0])!;
        Directory.CreateDirectory(folder);
        var parts = files.Select(file => $"{file}.{Guid.NewGuid():N}.part").ToList();
        try
        {
            var list = arguments(parts);
            var run = await runner.RunAsync(list, folder, onProgress, cancel);
            var changed = footage is null ? null : SourceIdentity.Changed(footage, list, store.SourcesRoot);
            if ((changed ?? ProblemOf(run)) is { } failed)
            {
                return failed;
            }

            if (await check(parts) is { } wrong)
            {
                return wrong;
            }

            foreach (var (part, file) in parts.Zip(files))
            {
                MediaStore.Finish(part, file);
            }

            return run;
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            return DiskFull();
        }
        finally
        {
            parts.ForEach(File.Delete);
        }
    }

    /// <summary>Counts the pictures of a file of our own by its packets.</summary>
    /// <param name="wrong">What it means that there are so many, or -1 where the file cannot be read.</param>
    /// <param name="onProgress">Told the share that is counted, 0 to 1.</param>
    /// <returns>Null where there are as many as expected. A count that was ended from outside says nothing of the file: its problem is one that may pass.</returns>
    public async Task<MediaProblem?> CountAsync(string file, long expected, Func<long, MediaProblem> wrong, CancellationToken cancel, Action<double>? onProgress = null)
    {
        var frames = 0L;
        var run = await runner.RunAsync(FfmpegArguments.Count(file), Path.GetDirectoryName(file)!, Report, cancel);
        if (WasEnded(run))
        {
            return ProblemOf(run);
        }

        var counted = run.ExitCode == 0 ? frames : -1;
        return counted == expected ? null : wrong(counted);

        void Report(FfmpegProgress progress)
        {
            frames = progress.Frames;
            onProgress?.Invoke(Math.Min(1, (double)frames / expected));
        }
    }

    /// <summary>Why a run failed, or null where it did not. Only what is certainly the fault of a source stays; all else may do better elsewhere, or later.</summary>
    public static MediaProblem? ProblemOf(FfmpegRun run)
    {
        if (run is { ExitCode: 0, Stalled: false })
        {
            return null;
        }

        if (run.Stalled)
        {
            return Failed("The encoder made no progress", "ffmpeg was ended because it made no progress.", run);
        }

        if (run.Log.Contains("No space left on device", StringComparison.Ordinal))
        {
            return DiskFull();
        }

        // Whoever ends it says nothing about the work, and what it had complained of until then had not ended it.
        if (WasEnded(run))
        {
            return Failed("The encoder was ended", $"ffmpeg was ended from outside, or could not be started (code {run.ExitCode}).", run);
        }

        if (DecodingFailed().IsMatch(run.Log))
        {
            return new MediaProblem("source-damaged", "A source cannot be decoded", $"Replace the source by an intact copy, or leave the damaged part out. ffmpeg says: {LastLines(run.Log)}");
        }

        return Failed("The encoder failed", $"ffmpeg ended with code {run.ExitCode}.", run);
    }

    /// <summary>Above 128: ended by a signal, or 255, which is ffmpeg's own answer to one; 127: it could not be started; negative: ended for making no progress.</summary>
    internal static bool WasEnded(FfmpegRun run) => run.Stalled || run.ExitCode is < 0 or >= 127;

    private static MediaProblem Failed(string title, string what, FfmpegRun run)
    {
        var lines = LastLines(run.Log);
        var says = lines.Length == 0 ? "It says nothing of the reason." : $"It says: {lines}";
        return new MediaProblem("encoder-failed", title, $"{what} {says} Look for what is wrong on that machine and retry the job; what is finished is kept.", Transient: true);
    }

    /// <summary>Somebody may free space meanwhile, so it is worth another try.</summary>
    public static MediaProblem DiskFull() => new(
        "disk-full", "No space is left on the media volume", "Free space on the media volume and retry the job; what is finished is kept.", Transient: true);

    /// <summary>Whether writing failed for want of space, or of quota.</summary>
    public static bool IsDiskFull(IOException e) => (e.HResult & 0xFFFF) is 28 or 122; // ENOSPC, EDQUOT

    private static string LastLines(string log) =>
        string.Join(" | ", log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(5));

    [GeneratedRegex("Invalid data found when processing input|corrupt decoded frame|[Ee]rror while decoding|Error submitting (a )?packet to (the )?decoder|moov atom not found|Decode error rate")]
    private static partial Regex DecodingFailed();
}

/// <summary>Which ffmpeg it is: other builds make other bytes.</summary>
public sealed class FfmpegBuild(FfmpegRunner runner)
{
    private string? _name;

    /// <summary>The version with its libraries, asked once.</summary>
    /// <exception cref="InvalidOperationException">It cannot be run.</exception>
    public async Task<string> NameAsync(CancellationToken cancel)
    {
        if (_name is null)
        {
            var (run, output) = await runner.ProbeAsync(["-version"], cancel);
            _name = run.ExitCode == 0 ? output : throw new InvalidOperationException($"ffprobe cannot be run: {run.Log}");
        }

        return _name;
    }
}
