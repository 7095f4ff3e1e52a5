using Microsoft.Extensions.Logging;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains.Work;

/// <summary>Removes a job's work folder.</summary>
internal sealed class CleanupWork(WorkFiles files) : IPieceWork
{
    public Stage Stage => Stage.Cleanup;

    public Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var folder = files.Folder(context.Job.JobId);
        if (Directory.Exists(folder))
        {
            var megabytes = MediaStore.BytesIn(folder) / WorkProgress.BytesAMegabyte;
            Directory.Delete(folder, recursive: true);
            context.Report(new WorkProgress(1, megabytes, 0));
        }

        return Task.FromResult(PieceOutcome.Done);
    }
}

/// <summary>Tells the log; the live push comes from the job itself once it has ended.</summary>
internal sealed partial class NotifyWork(ILogger<NotifyWork> log) : IPieceWork
{
    public Stage Stage => Stage.Notify;

    public Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        LogDone(log, context.Job.JobId, context.Job.Title, context.Job.ProjectId, string.Join(", ", context.Job.Presets));
        return Task.FromResult(PieceOutcome.Done);
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId}: '{Title}' of project {ProjectId} is done ({Presets}).")]
    private static partial void LogDone(ILogger log, string jobId, string title, string projectId, string presets);
}
