using Microsoft.Extensions.Logging;

namespace OrleansAssembly.Grains;

public sealed partial class JobCatalogue
{
    [LoggerMessage(LogLevel.Error, "Job {JobId}: its summary in the catalogue cannot be read; it is left out of lists")]
    private partial void LogUnreadable(Exception exception, string jobId);
}
