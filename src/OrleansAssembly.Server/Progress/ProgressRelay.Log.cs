namespace OrleansAssembly.Server.Progress;

public sealed partial class ProgressRelay
{
    [LoggerMessage(LogLevel.Warning, "Job {JobId}: its watch could not be renewed; it is tried again")]
    private partial void LogRenewalFailed(Exception exception, string jobId);

    [LoggerMessage(LogLevel.Debug, "Job {JobId}: its watch could not be ended; the lease ends by itself")]
    private partial void LogUnwatchFailed(Exception exception, string jobId);
}
