using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Joins the segments of one output and the film's sound into the film, with title, chapters and timecode; nothing is encoded again.</summary>
public sealed class FilmJoiner(FfmpegFile ffmpeg, SegmentEncoder encoder, SoundMixer mixer)
{
    /// <summary>The rest is counting what was written.</summary>
    private const double ShareOfWriting = 0.8;

    /// <summary>Everything is written, and then moved on to make room for the index in front.</summary>
    private const int Passes = 2;

    /// <summary>Joins what lies in the work folder.</summary>
    /// <param name="workFolder">The job's work folder.</param>
    /// <param name="story">Title, chapters (one a scene) and start timecode.</param>
    /// <param name="segments">All segments of the film, in order.</param>
    /// <param name="file">Where to write the film.</param>
    /// <param name="onProgress">Told megabytes written and read again.</param>
    /// <returns>The film. Problems: <c>work-missing</c>, <c>disk-full</c>, <c>encoder-failed</c>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public async Task<MediaResult<MadeFile>> JoinAsync(
        string workFolder,
        Film film,
        Story story,
        IReadOnlyList<Segment> segments,
        Footage footage,
        Preset preset,
        string file,
        Action<WorkProgress>? onProgress,
        CancellationToken cancel)
    {
        List<string> pictures = [];
        foreach (var segment in segments)
        {
            pictures.Add(await encoder.PathAsync(workFolder, film, segment, footage, preset, cancel));
        }

        var sound = await mixer.PathAsync(workFolder, film, footage, preset, cancel);
        if (pictures.Append(sound).FirstOrDefault(f => !File.Exists(f)) is not null)
        {
            return new MediaProblem("work-missing", "A segment of the film is missing", "A file of the work folder was lost; a retry makes it again.", Transient: true);
        }

        // The list lies beside the segments, so that it names them without any folder.
        var list = Path.Combine(Path.GetDirectoryName(pictures[0])!, $"{Guid.NewGuid():N}.ffconcat");
        var metadata = Path.ChangeExtension(list, "ffmeta");
        var meter = new WorkMeter(onProgress);
        var megabytes = pictures.Append(sound).Sum(f => new FileInfo(f).Length) / WorkProgress.BytesAMegabyte;
        try
        {
            await File.WriteAllTextAsync(list, FfmpegArguments.SegmentList(film.Rate, segments, [.. pictures.Select(p => Path.GetFileName(p))]), cancel);
            await File.WriteAllTextAsync(metadata, FfmpegArguments.Metadata(film.Rate, story.Title, story.Scenes.Select(s => (s.Name, s.StartFrame, s.EndFrame))), cancel);
            var made = await ffmpeg.MakeAsync(
                file,
                part => FfmpegArguments.Join(film, preset, list, sound, metadata, story.StartTimecode, part),
                part => CheckAsync(part, film, counted => meter.Report(ShareOfWriting + ((1 - ShareOfWriting) * counted), (Passes + counted) * megabytes, 0), cancel),
                Report,
                cancel);
            return made.Value is { } run ? new MadeFile(file, new FileInfo(file).Length, run.CpuSeconds) : made.Problem!;
        }
        finally
        {
            File.Delete(list);
            File.Delete(metadata);
        }

        void Report(FfmpegProgress p)
        {
            var written = Math.Min(Passes, p.WrittenBytes / WorkProgress.BytesAMegabyte / megabytes);
            meter.Report(ShareOfWriting * written / Passes, written * megabytes, p.CpuSeconds);
        }
    }

    private Task<MediaProblem?> CheckAsync(string part, Film film, Action<double> onProgress, CancellationToken cancel) =>
        ffmpeg.CountAsync(
            part,
            film.Frames,
            frames => new MediaProblem("encoder-failed", "The joined film has the wrong length", $"It has {frames} frames and not {film.Frames}. Retry the job.", Transient: true),
            cancel,
            onProgress);
}
