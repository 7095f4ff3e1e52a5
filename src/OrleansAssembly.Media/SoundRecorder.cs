using System.Globalization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Neighbouring shots whose sound is one piece of work.</summary>
/// <param name="First">Index of the first shot.</param>
/// <param name="Count">How many.</param>
public sealed record SoundRun(int First, int Count);

/// <summary>Makes the sound of shots, each as a file of exactly its length in samples.</summary>
public sealed class SoundRecorder(FfmpegFile ffmpeg, FfmpegBuild build)
{
    private const int MostShots = 20;
    private static readonly Rational EnoughSeconds = 60;

    /// <summary>Groups a film's shots into pieces of about a minute or <see cref="MostShots"/> shots, so that short ones do not each cost a turn of the scheduler.</summary>
    public static IReadOnlyList<SoundRun> Plan(Film film)
    {
        List<SoundRun> runs = [];
        var first = 0;
        for (var i = 0; i < film.Shots.Count; i++)
        {
            var frames = film.Shots[i].EndFrame - film.Shots[first].StartFrame;
            if (i + 1 == film.Shots.Count || i + 1 - first == MostShots || film.Rate.TimeOf(frames) >= EnoughSeconds)
            {
                runs.Add(new SoundRun(first, i + 1 - first));
                first = i + 1;
            }
        }

        return runs;
    }

    /// <summary>
    /// Makes the sound of the run's shots, or finds it made. All by one ffmpeg, which takes longer to start than most shots' sound takes to make; where that fails, each by one of its own,
    /// which shows whose sound it is that cannot be made.
    /// </summary>
    /// <param name="workFolder">The job's work folder; the sounds lie below its <c>sound/</c>.</param>
    /// <returns>The files, one a shot. Problems: <c>source-changed</c>, <c>source-damaged</c>, <c>disk-full</c>, <c>encoder-failed</c>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; finished shots are kept.</exception>
    public async Task<MediaResult<IReadOnlyList<string>>> RecordAsync(
        string workFolder,
        Film film,
        SoundRun run,
        Footage footage,
        Action<WorkProgress>? onProgress,
        CancellationToken cancel)
    {
        List<Sound> sounds = [];
        foreach (var shot in film.Shots.Skip(run.First).Take(run.Count))
        {
            sounds.Add(new Sound(shot, await PathAsync(workFolder, film, shot, footage, cancel), FfmpegArguments.SampleAt(film.Rate, shot.EndFrame) - FfmpegArguments.SampleAt(film.Rate, shot.StartFrame)));
        }

        var missing = sounds.Where(sound => !File.Exists(sound.File) || sound.ProblemOf(sound.File) is not null).ToList();
        var meter = new WorkMeter(onProgress);
        var total = sounds.Sum(sound => sound.Shot.Frames);
        var found = total - missing.Sum(sound => sound.Shot.Frames);
        var made = 0L;
        if (missing.Count > 0 && await MakeAsync(missing) is { } failed)
        {
            foreach (var sound in missing)
            {
                if ((missing.Count == 1 ? failed : await MakeAsync([sound])) is { } problem)
                {
                    return problem.At(sound.Shot.Source);
                }
            }
        }

        meter.Report(1, total - found, 0);
        return sounds.ConvertAll(sound => sound.File);

        async Task<MediaProblem?> MakeAsync(List<Sound> wanted)
        {
            var result = await ffmpeg.MakeAllAsync(
                wanted.ConvertAll(sound => sound.File),
                parts => FfmpegArguments.ShotSounds(film, footage, [.. wanted.Zip(parts, (sound, part) => (sound.Shot, part))]),
                parts => Task.FromResult(wanted.Zip(parts, (sound, part) => sound.ProblemOf(part)).FirstOrDefault(problem => problem is not null)),
                progress => Report(progress, wanted),
                cancel,
                footage);
            if (result.Value is { } ended)
            {
                meter.Add(ended);
                made += wanted.Sum(sound => sound.Shot.Frames);
            }

            return result.Problem;
        }

        // All outputs grow alike, until each has its length.
        void Report(FfmpegProgress progress, List<Sound> wanted)
        {
            var each = Math.Max(0, progress.OutTime.TotalSeconds) * film.Rate.Value.ToDouble();
            var frames = made + wanted.Sum(sound => Math.Min(sound.Shot.Frames, each));
            meter.Report((found + frames) / total, frames, progress.CpuSeconds);
        }
    }

    /// <summary>Where the sound of a shot is or will be.</summary>
    public async Task<string> PathAsync(string workFolder, Film film, Shot shot, Footage footage, CancellationToken cancel)
    {
        var key = ContentKey.Of(FfmpegArguments.ShotSounds(film, footage.ByIdentity(), [(shot, "")]), await build.NameAsync(cancel));
        return Path.Combine(workFolder, "sound", string.Create(CultureInfo.InvariantCulture, $"{shot.Index:D5}-{key}.wav"));
    }

    private sealed record Sound(Shot Shot, string File, long Samples)
    {
        private const int BytesASample = 8; // two channels of 32-bit float
        private const int LongestHeader = 256;

        /// <summary>What is wrong with a file that is to hold it, or null. The size tells the length: samples are not compressed.</summary>
        public MediaProblem? ProblemOf(string file) => new FileInfo(file).Length - (Samples * BytesASample) is >= 0 and < LongestHeader
            ? null
            : new MediaProblem("encoder-failed", "The sound of a shot has the wrong length", $"The sound of shot '{Shot.Name}' from '{Shot.Source}' did not come out as {Samples} samples. Retry the job; if it fails again, replace the source by an intact copy.");
    }
}
