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

    [LoggerMessage(LogLevel.Information, "This silo leaves; {Count} pieces of work have {Limit} s to end.")]
    private static partial void LogDraining(ILogger log, int count, int limit);

    [LoggerMessage(LogLevel.Information, "{Count} pieces of work are given back; others do them again.")]
    private static partial void LogGivenBack(ILogger log, int count);
}
