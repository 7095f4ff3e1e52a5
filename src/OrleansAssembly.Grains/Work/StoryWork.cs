using System.Text;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains.Work;

/// <summary>Writes <c>story.json</c>: scenes, takes, durations, tags of the sources.</summary>
internal sealed class StoryWork(WorkFiles files) : IPieceWork
{
    public Stage Stage => Stage.Story;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job;
        var cut = await files.CutAsync(job.JobId, cancel);
        await files.WriteAsync(job.JobId, WorkFiles.Story, StoryBuilder.Build(cut.Film, job.Title, job.ProjectId, cut.Footage.Facts), cancel);
        context.Report(new WorkProgress(1, cut.Film.Shots.Count, 0));
        return PieceOutcome.Done;
    }
}

/// <summary>Writes the film's edit decision list.</summary>
internal sealed class EdlWork(WorkFiles files) : IPieceWork
{
    public Stage Stage => Stage.Edl;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job;
        var cut = await files.CutAsync(job.JobId, cancel);
        var file = files.File(job.JobId, WorkFiles.Edl);
        await File.WriteAllTextAsync(file + ".part", CmxWriter.Write(cut.Film, job.Title, cut.Footage.Facts), Encoding.ASCII, cancel);
        MediaStore.Finish(file + ".part", file);
        context.Report(new WorkProgress(1, cut.Film.Shots.Count, 0));
        return PieceOutcome.Done;
    }
}
