using System.Globalization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Encodes the picture of one segment. A finished segment is a checkpoint: its name tells what it was made of, and it is never made twice.</summary>
public sealed class SegmentEncoder(FfmpegFile ffmpeg, FfmpegBuild build)
{
    /// <summary>Encodes the segment, or finds it made.</summary>
    /// <param name="workFolder">The job's work folder; the segment lies below its <c>seg/</c>.</param>
    /// <param name="onProgress">Called a few times a second.</param>
    /// <returns>The file. Problems: <c>source-changed</c>, <c>source-damaged</c>, <c>disk-full</c>, <c>encoder-failed</c>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public async Task<MediaResult<MadeFile>> EncodeAsync(
        string workFolder,
        Film film,
        Segment segment,
        Footage footage,
        Preset preset,
        Action<WorkProgress>? onProgress,
        CancellationToken cancel)
    {
        var file = await PathAsync(workFolder, film, segment, footage, preset, cancel);
        if (File.Exists(file))
        {
            switch (await ffmpeg.CountAsync(file, segment.Frames, TooFew, cancel))
            {
                case null:
                    return new MadeFile(file, new FileInfo(file).Length, 0);
                case { Transient: true } unknown:
                    return unknown.At(film.Shots[segment.Shot].Source); // the next try finds out whether it is good
            }
        }

        var meter = new WorkMeter(onProgress);
        var far = new SegmentFraction(segment.Frames, film.Rate.TimeOf(segment.Frames).ToDouble(), SegmentCost.Predict(film, segment, footage, preset));
        var encoded = 0L;
        var made = await ffmpeg.MakeAsync(
            file,
            part => FfmpegArguments.Segment(film, segment, footage, preset, part),
            _ => Task.FromResult(encoded == segment.Frames ? null : TooFew(encoded)), // its own count: to look into the file would start a program more for each segment
            Report,
            cancel,
            footage);
        return made.Value is { } run ? new MadeFile(file, new FileInfo(file).Length, run.CpuSeconds) : made.Problem!.At(film.Shots[segment.Shot].Source);

        void Report(FfmpegProgress p)
        {
            encoded = p.Frames;
            var fraction = far.At(p);
            meter.Report(fraction, fraction * segment.Frames, p.CpuSeconds);
        }

        MediaProblem TooFew(long frames)
        {
            var shot = film.Shots[segment.Shot];
            return new MediaProblem(
                "source-damaged",
                "A source ends too early or cannot be decoded",
                $"Shot '{shot.Name}' from '{shot.Source}' gave {Math.Max(0, frames)} of {segment.Frames} frames. Replace the source by an intact copy, or use less of it.");
        }
    }

    /// <summary>Where the segment is or will be.</summary>
    public async Task<string> PathAsync(string workFolder, Film film, Segment segment, Footage footage, Preset preset, CancellationToken cancel)
    {
        var key = ContentKey.Of(FfmpegArguments.Segment(film, segment, footage.ByIdentity(), preset, ""), await build.NameAsync(cancel));
        return Path.Combine(workFolder, "seg", preset.Name, string.Create(CultureInfo.InvariantCulture, $"{segment.Index:D5}-{key}.{preset.SegmentExtension}"));
    }
}
