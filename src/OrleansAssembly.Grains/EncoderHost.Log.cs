using Microsoft.Extensions.Logging;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

public sealed partial class EncoderHost
{
    [LoggerMessage(LogLevel.Debug, "Job {JobId}: {Stage} {Index} begun, attempt {Attempt}.")]
    private static partial void LogBegun(ILogger log, string jobId, Stage stage, int index, int attempt);

    [LoggerMessage(LogLevel.Error, "Job {JobId}: {Stage} {Index} failed unexpectedly.")]
    private static partial void LogFailed(ILogger log, Exception failure, string jobId, Stage stage, int index);

    [LoggerMessage(LogLevel.Warning, "The slots of this silo could not be reported; trying again.")]
    private static partial void LogReportFailed(ILogger log, Exception failure);
}
