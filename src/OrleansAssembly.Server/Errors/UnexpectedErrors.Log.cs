namespace OrleansAssembly.Server.Errors;

public sealed partial class UnexpectedErrors
{
    [LoggerMessage(LogLevel.Warning, "{Path} cannot be answered now ({TraceId})")]
    private partial void LogUnavailable(Exception exception, PathString path, string traceId);

    [LoggerMessage(LogLevel.Error, "{Path} failed in a way that nobody foresaw ({TraceId})")]
    private partial void LogUnexpected(Exception exception, PathString path, string traceId);
}
