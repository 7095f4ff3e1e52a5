using Microsoft.Extensions.Logging;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

public sealed partial class JobGrain
{
    [LoggerMessage(LogLevel.Information, "Job {JobId} submitted: {Type} in {ProjectId}.")]
    private static partial void LogSubmitted(ILogger log, string jobId, JobType type, string projectId);

    [LoggerMessage(LogLevel.Information, "Job {JobId} is {Status}. {Detail}")]
    private static partial void LogStatus(ILogger log, string jobId, JobStatus status, string detail);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: {Stage} {Index}, attempt {Attempt}, was lost and is given out again.")]
    private static partial void LogLost(ILogger log, string jobId, Stage stage, int index, int attempt);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: {Stage} {Index} does not answer.")]
    private static partial void LogSilent(ILogger log, Exception failure, string jobId, Stage stage, int index);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: the scheduler does not answer; asking again.")]
    private static partial void LogSchedulerSilent(ILogger log, Exception failure, string jobId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: the catalogue could not be written; trying again.")]
    private static partial void LogCatalogueFailed(ILogger log, Exception failure, string jobId);

    [LoggerMessage(LogLevel.Debug, "Job {JobId}: what jobs cost could not be read or written.")]
    private static partial void LogCostsAway(ILogger log, Exception failure, string jobId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: {Effect} failed; it is made good later.")]
    private static partial void LogEffectFailed(ILogger log, Exception failure, string jobId, JobEffect effect);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: its outbox does not answer; asking again.")]
    private static partial void LogOutboxSilent(ILogger log, Exception failure, string jobId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} lives elsewhere by now; this activation ends.")]
    private static partial void LogOverruled(ILogger log, Exception failure, string jobId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: its stream failed; silent pieces will be asked.")]
    private static partial void LogStreamFailed(ILogger log, Exception failure, string jobId);
}
