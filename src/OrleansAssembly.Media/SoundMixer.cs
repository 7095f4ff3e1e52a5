using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Makes the whole sound of a film from its shots' sound and the clips laid over it, encoded once for all outputs with the same sound format.</summary>
public sealed class SoundMixer(FfmpegFile ffmpeg, FfmpegBuild build, SoundRecorder recorder, FfmpegRunner runner)
{
    /// <summary>What a container may round a length to: a codec's frame.</summary>
    private const double Tolerance = 0.05;

    /// <summary>The presets of a job that stand for its different sound formats: one piece of work each.</summary>
    public static IReadOnlyList<Preset> Formats(IEnumerable<Preset> presets) => [.. presets.DistinctBy(p => p.SoundFormat)];

    /// <summary>Mixes and encodes, or finds it made.</summary>
    /// <param name="workFolder">The job's work folder, where <see cref="SoundRecorder"/> left the shots' sound.</param>
    /// <param name="preset">A preset with the sound format wanted.</param>
    /// <returns>The file. Problems: <c>work-missing</c>, <c>source-changed</c>, <c>source-damaged</c>, <c>disk-full</c>, <c>encoder-failed</c>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public async Task<MediaResult<MadeFile>> MixAsync(string workFolder, Film film, Footage footage, Preset preset, Action<WorkProgress>? onProgress, CancellationToken cancel)
    {
        var sounds = await SoundsAsync(workFolder, film, footage, cancel);
        if (sounds.FirstOrDefault(s => !File.Exists(s)) is not null)
        {
            return new MediaProblem("work-missing", "The sound of a shot is missing", "A file of the work folder was lost; a retry makes it again.", Transient: true);
        }

        var file = await PathAsync(workFolder, film, footage, preset, cancel);
        if (File.Exists(file) && await CheckAsync(file, film, cancel) is null)
        {
            return new MadeFile(file, new FileInfo(file).Length, 0);
        }

        var meter = new WorkMeter(onProgress);
        var list = $"{file}.{Guid.NewGuid():N}.ffconcat";
        try
        {
            await File.WriteAllTextAsync(list, FfmpegArguments.SoundList(sounds.Select(s => Path.GetFileName(s))), cancel);
            var made = await ffmpeg.MakeAsync(
                file,
                part => FfmpegArguments.Mix(film, footage, list, preset, part),
                part => CheckAsync(part, film, cancel),
                p => Report(p),
                cancel,
                footage);
            return made.Value is { } run ? new MadeFile(file, new FileInfo(file).Length, run.CpuSeconds) : made.Problem!;
        }
        finally
        {
            File.Delete(list);
        }

        void Report(FfmpegProgress progress)
        {
            var seconds = Math.Max(0, progress.OutTime.TotalSeconds);
            meter.Report(seconds / film.Duration.ToDouble(), seconds * film.Rate.Value.ToDouble(), progress.CpuSeconds);
        }
    }

    /// <summary>Where the sound is or will be.</summary>
    public async Task<string> PathAsync(string workFolder, Film film, Footage footage, Preset preset, CancellationToken cancel)
    {
        var sounds = await SoundsAsync(workFolder, film, footage, cancel);
        var arguments = FfmpegArguments.Mix(film, footage.ByIdentity(), "", preset, "").Concat(sounds.Select(s => Path.GetFileName(s)));
        return Path.Combine(workFolder, "sound", $"film-{ContentKey.Of(arguments, await build.NameAsync(cancel))}.{preset.AudioContainer}");
    }

    private async Task<IReadOnlyList<string>> SoundsAsync(string workFolder, Film film, Footage footage, CancellationToken cancel)
    {
        List<string> files = [];
        foreach (var shot in film.Shots)
        {
            files.Add(await recorder.PathAsync(workFolder, film, shot, footage, cancel));
        }

        return files;
    }

    private async Task<MediaProblem?> CheckAsync(string file, Film film, CancellationToken cancel)
    {
        var (run, output) = await runner.ProbeAsync([.. FfmpegArguments.OwnInputGuard, "-show_entries", "format=duration", "-of", "csv=p=0", file], cancel);
        if (FfmpegFile.ProblemOf(run) is { Transient: true } ended)
        {
            return ended; // it says nothing of the file
        }

        return run.ExitCode == 0
            && double.TryParse(output.Trim(), System.Globalization.CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds - film.Duration.ToDouble()) < Tolerance
            ? null
            : new MediaProblem("encoder-failed", "The film's sound has the wrong length", $"It is {output.Trim()} s and not {film.Duration.ToDouble():0.000} s long. {run.Log} Retry the job.", Transient: true);
    }
}
