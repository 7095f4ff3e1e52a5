using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.SignalR;
using OrleansAssembly.Server.Api;

namespace OrleansAssembly.Server.Progress;

/// <summary>
/// What may lie between a <see cref="Mailbox"/> and a client that reads slowly. All of it is sent before anything newer, so it is kept short: what waits in
/// the mailbox is replaced by what is newer, and what is in a buffer is not. On its way an update passes SignalR's buffer, Kestrel's (64 KB) and the kernel's,
/// which alone would take 2.5 MB (seen on loopback), half an hour of a job's updates.
/// </summary>
public static class SlowReaders
{
    /// <summary>Bytes: some forty updates.</summary>
    private const int Buffer = 32 * 1024;

    /// <summary>Who takes nothing for so long is sent away, and comes again: SignalR and WebSockets do the same.</summary>
    private static readonly MinDataRate Patience = new(bytesPerSecond: 1, gracePeriod: TimeSpan.FromSeconds(30));

    /// <summary>Keeps the kernel's buffer short where progress is sent, and only there: films are to flow.</summary>
    public static void UseShortBuffers(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (SendsProgress(http.Request.Path))
        {
            if (http.Features.Get<IConnectionSocketFeature>() is { } connection)
            {
                connection.Socket.SendBufferSize = Buffer;
            }

            if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            {
                rate.MinDataRate = Patience;
            }
        }

        return next(http);
    });

    /// <summary>A client that asks for it may lose its connection without losing a message; others come again and ask for what is newer.</summary>
    public static void Configure(HttpConnectionDispatcherOptions options)
    {
        options.AllowStatefulReconnects = true;
        options.TransportMaxBufferSize = Buffer;
    }

    /// <summary>What is kept for those who come back is bounded likewise; what is newer waits in the mailbox.</summary>
    public static void Configure(HubOptions options) => options.StatefulReconnectBufferSize = Buffer;

    private static bool SendsProgress(PathString path) =>
        path.StartsWithSegments(ProgressHub.Path, StringComparison.OrdinalIgnoreCase)
        || (path.StartsWithSegments(JobsApi.Root, StringComparison.OrdinalIgnoreCase, out var rest)
            && (rest.Value!.EndsWith(ProgressStreams.WebSocketPath, StringComparison.OrdinalIgnoreCase) || rest.Value.EndsWith(ProgressStreams.EventsPath, StringComparison.OrdinalIgnoreCase)));
}
