using Microsoft.Extensions.Logging;

namespace OrleansAssembly.Grains.Notifications;

public sealed partial class NotificationsGrain
{
    [LoggerMessage(LogLevel.Information, "{Scope}: {Channel} message {Id} was delivered.")]
    private static partial void LogDelivered(ILogger log, string scope, string channel, string id);

    [LoggerMessage(LogLevel.Warning, "{Scope}: {Channel} message {Id} did not arrive ({Answer}); next try {Next}.")]
    private static partial void LogFailed(ILogger log, string scope, string channel, string id, string answer, DateTimeOffset? next);

    [LoggerMessage(LogLevel.Warning, "{Scope}: what became of a message could not be written; trying again.")]
    private static partial void LogUnwritten(ILogger log, Exception failure, string scope);

    [LoggerMessage(LogLevel.Warning, "{Scope}: a try to send broke off; it is tried again.")]
    private static partial void LogBrokenOff(ILogger log, Exception failure, string scope);
}
