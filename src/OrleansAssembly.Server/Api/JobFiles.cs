using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Server.Api;

/// <summary>Removes what a job has on the disk.</summary>
public sealed partial class JobFiles(MediaStore media, TimeProvider time, ILogger<JobFiles> logger)
{
    /// <summary>A job that was just cancelled removes its work files itself, and what encoded may write its last: the next try finds less.</summary>
    private const int Tries = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Removes the work files, and the exports where they are to go too. Answers what was in the way, and then it may be asked again; what is not there is in nobody's way.</summary>
    public async Task<Problem?> RemoveAsync(string projectId, string jobId, bool exports, CancellationToken cancellation)
    {
        try
        {
            foreach (var folder in exports ? new[] { media.Exports(projectId, jobId), media.Work(jobId) } : [media.Work(jobId)])
            {
                await RemoveAsync(folder, cancellation);
            }

            return null;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            LogNotRemoved(failure, jobId);
            return Problem.Of("files-not-removed", "The job's files cannot be removed", "Some may be gone, but the job is still there: delete it again. If that does not help, the server's log tells what is in the way.", 503);
        }
    }

    private async Task RemoveAsync(string folder, CancellationToken cancellation)
    {
        for (var tries = 1; Directory.Exists(folder); tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException && (tries < Tries || !Directory.Exists(folder)))
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Job {JobId}: its files cannot be removed, so it is not deleted")]
    private partial void LogNotRemoved(Exception failure, string jobId);
}
