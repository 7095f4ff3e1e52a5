using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains.Work;

/// <summary>Records the sound of a run of shots, to the sample.</summary>
internal sealed class SoundWork(WorkFiles files, SoundRecorder recorder) : IPieceWork
{
    public Stage Stage => Stage.Sound;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var cut = await files.CutAsync(context.Job.JobId, cancel);
        var run = SoundRecorder.Plan(cut.Film)[context.Index];
        var made = await recorder.RecordAsync(files.Folder(context.Job.JobId), cut.Film, run, cut.Footage, context.Report, cancel);
        return PieceOutcome.Of(made.Problem);
    }
}

/// <summary>Mixes and encodes the whole sound of the film, once for all outputs that share the format.</summary>
internal sealed class MixWork(WorkFiles files, SoundMixer mixer) : IPieceWork
{
    public Stage Stage => Stage.Mix;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var cut = await files.CutAsync(context.Job.JobId, cancel);
        var preset = SoundMixer.Formats(context.Job.Presets.Select(name => Presets.Find(name)!))[context.Index];
        var made = await mixer.MixAsync(files.Folder(context.Job.JobId), cut.Film, cut.Footage, preset, context.Report, cancel);
        return PieceOutcome.Of(made.Problem);
    }
}

/// <summary>Encodes one segment of one output.</summary>
internal sealed class EncodeWork(WorkFiles files, SegmentEncoder encoder) : IPieceWork
{
    public Stage Stage => Stage.Encode;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        if (context.Request.Detail is not { } piece)
        {
            return PieceOutcome.Failed(Problem.Of("work-missing", "The request names no segment", "Retry the job.", 500));
        }

        var cut = await files.CutAsync(context.Job.JobId, cancel);
        var segment = (await files.SegmentsAsync(context.Job.JobId, cancel))[piece.Segment];
        var preset = Presets.Find(context.Job.Presets[piece.Output])!;
        var made = await encoder.EncodeAsync(files.Folder(context.Job.JobId), cut.Film, segment, cut.Footage, preset, context.Report, cancel);
        if (made.Value is { } file)
        {
            context.Report(new WorkProgress(1, file.CpuSeconds > 0 ? segment.Frames : 0, file.CpuSeconds));
        }

        return PieceOutcome.Of(made.Problem);
    }
}

/// <summary>Joins the segments of one output and the sound.</summary>
internal sealed class JoinWork(WorkFiles files, FilmJoiner joiner) : IPieceWork
{
    public Stage Stage => Stage.Join;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var (job, preset) = (context.Job, Presets.Find(context.Job.Presets[context.Index])!);
        var cut = await files.CutAsync(job.JobId, cancel);
        var story = await files.ReadAsync<Story>(job.JobId, WorkFiles.Story, cancel);
        var segments = await files.SegmentsAsync(job.JobId, cancel);
        var made = await joiner.JoinAsync(
            files.Folder(job.JobId), cut.Film, story, segments, cut.Footage, preset, files.File(job.JobId, WorkFiles.FilmName(job, preset)), context.Report, cancel);
        return PieceOutcome.Of(made.Problem);
    }
}

/// <summary>Makes sure that a finished film is what was planned.</summary>
internal sealed class VerifyWork(WorkFiles files, FilmVerifier verifier) : IPieceWork
{
    public Stage Stage => Stage.Verify;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job;
        var preset = Presets.Find(job.Presets[context.Index])!;
        var name = WorkFiles.FilmName(job, preset);
        var film = (await files.CutAsync(job.JobId, cancel)).Film;
        var found = await verifier.VerifyAsync(files.File(job.JobId, name), film, preset, files.Folder(job.JobId), context.Report, cancel);
        if (found.Value is not { } facts)
        {
            return PieceOutcome.Of(found.Problem);
        }

        await files.WriteAsync(job.JobId, WorkFiles.Checked(context.Index), new CheckedFilm(name, facts.Bytes, facts.Sha256, facts.Frames, facts.DurationSeconds), cancel);
        return PieceOutcome.Done;
    }
}

/// <summary>Makes poster, thumbnails and preview beside the films, and enters them in the list of files.</summary>
internal sealed class PreviewWork(WorkFiles files, MediaStore store, PreviewMaker maker) : IPieceWork
{
    private static readonly (string Name, string Kind, string MediaType)[] Made =
    [
        (PreviewMaker.Poster, "poster", "image/jpeg"),
        (PreviewMaker.Sprite, "sprite", "image/jpeg"),
        (PreviewMaker.Index, "thumbnails", "text/vtt"),
        (PreviewMaker.Preview, "preview", "video/mp4"),
    ];

    public Stage Stage => Stage.Preview;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job;
        var folder = store.Exports(job.ProjectId, job.JobId);
        var outputs = (await Manifest.ReadAsync(folder, cancel)).Where(output => Made.All(made => made.Name != output.Name)).ToList();
        var film = (await files.CutAsync(job.JobId, cancel)).Film;
        var from = Path.Combine(folder, outputs.First(output => output.Kind == "film").Name);
        var made = await maker.MakeAsync(from, film, folder, context.Report, cancel);
        if (made.Problem is not null)
        {
            return PieceOutcome.Of(made.Problem);
        }

        foreach (var (name, kind, mediaType) in Made)
        {
            var output = await Manifest.DescribeAsync(folder, name, kind, mediaType, null, job.JobId, cancel);
            outputs.Add(name == PreviewMaker.Sprite ? output with { Tiles = Tiles(film) } : output);
        }

        await Manifest.WriteAsync(folder, outputs, cancel);
        return PieceOutcome.Done;
    }

    private static SpriteTiles Tiles(Film film)
    {
        var grid = SpriteGrid.Of(film);
        return new SpriteTiles(grid.Columns, grid.Rows, grid.Width, grid.Height, Math.Round(grid.SecondsEach, 6), grid.Count);
    }
}
