using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains.Work;

/// <summary>Notes the finished film in its project.</summary>
internal sealed class ProjectWork(IGrainFactory grains, MediaStore store, WorkFiles files, TimeProvider time) : IPieceWork
{
    public Stage Stage => Stage.Project;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job;
        var outputs = await Manifest.ReadAsync(store.Exports(job.ProjectId, job.JobId), cancel);
        var film = (await files.CutAsync(job.JobId, cancel)).Film;
        await grains.GetGrain<IProjectGrain>(job.ProjectId).AddFilmAsync(new ProjectFilm(
            job.JobId, job.Type, job.Title, time.GetUtcNow(), film.Duration.ToDouble(), [.. outputs.Select(output => output.Name)]));
        context.Report(new WorkProgress(1, film.Shots.Count, 0));
        return PieceOutcome.Done;
    }
}
