using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>The files that show a film before it is played.</summary>
/// <param name="Files">File names in the folder: poster, sprite, its index, preview.</param>
public sealed record PreviewFiles(IReadOnlyList<string> Files);

/// <summary>How the thumbnails of a film lie in its sprite: row by row from the left, each standing for the same time.</summary>
public readonly record struct SpriteGrid(int Columns, int Rows, int Width, int Height, double SecondsEach, int Count)
{
    public static SpriteGrid Of(Film film)
    {
        var (interval, tiles, width, height, rows) = FfmpegArguments.SpriteLayout(film);
        return new(FfmpegArguments.SpriteColumns, rows, width, height, interval.ToDouble(), tiles);
    }
}

/// <summary>Makes a film's poster, its thumbnails as one sprite with a WebVTT index, and a short preview.</summary>
public sealed class PreviewMaker(FfmpegFile ffmpeg)
{
    private const double Steps = 3;

    /// <summary>The encoder holds pictures back: what comes out says nothing of the first second or two.</summary>
    private const double ShareOfEntering = 0.8;

    public const string Poster = "poster.jpg";
    public const string Sprite = "sprite.jpg";
    public const string Index = "thumbnails.vtt";
    public const string Preview = "preview.mp4";

    /// <summary>Makes all of them from a finished film; run again, it makes them again.</summary>
    /// <param name="file">The film, in any format.</param>
    /// <param name="folder">Where they are put.</param>
    /// <param name="onProgress">Told how many shots' pictures are made.</param>
    /// <returns>What was made. Problems: <c>disk-full</c>, <c>encoder-failed</c>, <c>source-damaged</c>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; what is finished is kept.</exception>
    public async Task<MediaResult<PreviewFiles>> MakeAsync(string file, Film film, string folder, Action<WorkProgress>? onProgress, CancellationToken cancel)
    {
        var meter = new WorkMeter(onProgress);
        var step = 0;
        var bytes = (double)new FileInfo(file).Length;
        var previewed = Math.Min(FfmpegArguments.PreviewSeconds, film.Duration.ToDouble());

        // Of a film with nothing but black there is no other picture: then any will do.
        var poster = await MakeStepAsync(Poster, part => FfmpegArguments.Poster(film, file, allowBlack: false, part));
        if (poster is { Transient: false })
        {
            step = 0;
            poster = await MakeStepAsync(Poster, part => FfmpegArguments.Poster(film, file, allowBlack: true, part));
        }

        if (poster is not null)
        {
            return poster;
        }

        if (await MakeStepAsync(Sprite, part => FfmpegArguments.Sprite(film, file, part)) is { } noSprite)
        {
            return noSprite;
        }

        await WriteAsync(Path.Combine(folder, Index), FfmpegArguments.SpriteIndex(film, Sprite), cancel);
        if (await MakeStepAsync(Preview, part => FfmpegArguments.Preview(film, file, part)) is { } noPreview)
        {
            return noPreview;
        }

        return new PreviewFiles([Poster, Sprite, Index, Preview]);

        async Task<MediaProblem?> MakeStepAsync(string name, Func<string, IReadOnlyList<string>> arguments)
        {
            var made = await ffmpeg.MakeAsync(
                Path.Combine(folder, name),
                arguments,
                part => Task.FromResult(NotEmpty(part, name)),
                p => Report(name == Preview ? Previewed(p) : p.ReadBytes / bytes, p.CpuSeconds),
                cancel);
            step++;
            if (made.Value is { } run)
            {
                meter.Add(run);
                Report(0, 0);
            }

            return made.Problem;
        }

        double Previewed(FfmpegProgress p) =>
            ((ShareOfEntering * p.Frames / film.Rate.Value.ToDouble()) + ((1 - ShareOfEntering) * p.OutTime.TotalSeconds)) / previewed;

        // Of one picture nothing is written before all of the film is read.
        void Report(double share, double cpuSeconds)
        {
            var fraction = (step + Math.Clamp(share, 0, 1)) / Steps;
            meter.Report(fraction, fraction * film.Shots.Count, cpuSeconds);
        }
    }

    private static MediaProblem? NotEmpty(string part, string name) => new FileInfo(part) is { Exists: true, Length: > 0 }
        ? null
        : new MediaProblem("encoder-failed", "A preview could not be made", $"ffmpeg wrote no {name}. Retry the job; if it fails again, the server's log tells more.");

    private static async Task WriteAsync(string file, string text, CancellationToken cancel)
    {
        var part = $"{file}.{Guid.NewGuid():N}.part";
        await File.WriteAllTextAsync(part, text, cancel);
        MediaStore.Finish(part, file);
    }
}
