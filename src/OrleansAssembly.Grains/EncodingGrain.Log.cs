using Microsoft.Extensions.Logging;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

public sealed partial class EncodingGrain
{
    [LoggerMessage(LogLevel.Warning, "Job {JobId}: {Stage} {Index} was stopped, or lent a slot on a silo that is gone; where it is still wanted the job will ask again.")]
    private static partial void LogWrongSilo(ILogger log, string jobId, Stage stage, int index);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: a report of {Stage} {Index} could not be sent; the job will ask for it.")]
    private static partial void LogReportLost(ILogger log, Exception failure, string jobId, Stage stage, int index);

    [LoggerMessage(LogLevel.Warning, "The stream of {Key} failed; the job will ask again.")]
    private static partial void LogStreamFailed(ILogger log, Exception failure, string key);
}
