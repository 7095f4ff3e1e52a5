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
    private const int BytesASample = 8; // two channels of 32-bit float
    private const int LongestHeader = 256;
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

    /// <summary>Makes the sound of each shot of the run, or finds it made, one after the other.</summary>
    /// <param name="workFolder">The job's work folder; the sounds lie below its <c>sound/</c>.</param>
    /// <returns>The files, one a shot. Problems: <c>source-damaged</c>, <c>disk-full</c>, <c>encoder-failed</c>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; finished shots are kept.</exception>
    public async Task<MediaResult<IReadOnlyList<MadeFile>>> RecordAsync(
        string workFolder,
        Film film,
        SoundRun run,
        Footage footage,
        Action<WorkProgress>? onProgress,
        CancellationToken cancel)
    {
        var meter = new WorkMeter(onProgress);
        var shots = film.Shots.Skip(run.First).Take(run.Count).ToList();
        var total = (double)shots.Sum(s => s.Frames);
        var (before, found) = (0L, 0L);
        List<MadeFile> files = [];
        foreach (var shot in shots)
        {
            var file = await PathAsync(workFolder, film, shot, footage, cancel);
            var samples = FfmpegArguments.SampleAt(film.Rate, shot.EndFrame) - FfmpegArguments.SampleAt(film.Rate, shot.StartFrame);
            var cpu = 0.0;
            if (!File.Exists(file) || Check(file, shot, samples) is not null)
            {
                var made = await ffmpeg.MakeAsync(
                    file,
                    part => FfmpegArguments.ShotSound(film, shot, footage, part),
                    part => Task.FromResult(Check(part, shot, samples)),
                    p => Report(Math.Max(0, p.OutTime.TotalSeconds) * film.Rate.Value.ToDouble(), p.CpuSeconds),
                    cancel);
                if (made.Value is not { } ended)
                {
                    return made.Problem!.At(shot.Source);
                }

                meter.Add(ended);
                cpu = ended.CpuSeconds;
            }
            else
            {
                found += shot.Frames;
            }

            before += shot.Frames;
            Report(0, 0);
            files.Add(new MadeFile(file, new FileInfo(file).Length, cpu));
        }

        return files;

        void Report(double frames, double cpuSeconds) => meter.Report((before + frames) / total, before - found + frames, cpuSeconds);
    }

    /// <summary>Where the sound of a shot is or will be.</summary>
    public async Task<string> PathAsync(string workFolder, Film film, Shot shot, Footage footage, CancellationToken cancel)
    {
        var key = ContentKey.Of(FfmpegArguments.ShotSound(film, shot, footage.ByIdentity(), ""), await build.NameAsync(cancel));
        return Path.Combine(workFolder, "sound", string.Create(CultureInfo.InvariantCulture, $"{shot.Index:D5}-{key}.wav"));
    }

    /// <summary>The size tells the length: samples are not compressed.</summary>
    private static MediaProblem? Check(string file, Shot shot, long samples) =>
        new FileInfo(file).Length - (samples * BytesASample) is >= 0 and < LongestHeader
            ? null
            : new MediaProblem("encoder-failed", "The sound of a shot has the wrong length", $"The sound of shot '{shot.Name}' from '{shot.Source}' did not come out as {samples} samples. Retry the job; if it fails again, replace the source by an intact copy.");
}
