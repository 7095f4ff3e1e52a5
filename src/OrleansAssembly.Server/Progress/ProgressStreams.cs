using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Errors;

namespace OrleansAssembly.Server.Progress;

/// <summary>The progress of one job for plain clients: as a WebSocket and as server-sent events. The newest at once, then each change; both end after the last.</summary>
public static class ProgressStreams
{
    internal const string WebSocketPath = "/websocket";
    internal const string EventsPath = "/events";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapProgressStreams(this IEndpointRouteBuilder routes)
    {
        var job = routes.MapGroup(JobsApi.Root + "/{id}").WithTags("Progress");
        job.MapGet(WebSocketPath, WebSocketAsync).WithName("WatchByWebSocket").WithSummary("Progress as a WebSocket; closes with 1000 after the last update; afterSequence leaves out what the client has")
            .Produces<ProgressMessage>(101).ProducesProblem(404).ProducesProblem(426);
        job.MapGet(EventsPath, EventsAsync).WithName("WatchByEvents").WithSummary("Progress as server-sent events; honours Last-Event-ID, and afterSequence where that cannot be sent")
            .Produces<ProgressMessage>(200, "text/event-stream").Produces(204).ProducesProblem(404);
    }

    private static async Task WebSocketAsync(string id, long? afterSequence, HttpContext http, ProgressRelay relay, IGrainFactory grains, IHostApplicationLifetime life)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            await Problems.Of("websocket-expected", "This address speaks WebSocket", $"Open it as a WebSocket, or use {JobsApi.Root}/{id}/events.", 426).ExecuteAsync(http);
            return;
        }

        await WatchAsync(id, afterSequence, http, relay, grains, life, async (mailbox, more, over) =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Heartbeat, KeepAliveTimeout = Heartbeat });
            var listening = ListenAsync(socket, over);
            var ended = !more || await SendAllAsync(socket, mailbox, over.Token);
            var status = ended ? WebSocketCloseStatus.NormalClosure : WebSocketCloseStatus.EndpointUnavailable;
            await CloseAsync(socket, status, http.RequestAborted);
            await over.CancelAsync();
            await listening;
        });
    }

    /// <summary>True where the job ended, false where the client or the server goes.</summary>
    private static async Task<bool> SendAllAsync(WebSocket socket, Mailbox mailbox, CancellationToken over)
    {
        try
        {
            while (true)
            {
                foreach (var update in (await mailbox.TakeAsync(over)).Progress)
                {
                    await socket.SendAsync(Write(update), WebSocketMessageType.Text, endOfMessage: true, over);
                    if (update.Status.IsEnded())
                    {
                        return true;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Clients have nothing to say here but that they go.</summary>
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource over)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                // Whatever it says is not listened to.
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It went without a word.
        }

        try
        {
            await over.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // Everything has ended already.
        }
    }

    private static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, CancellationToken aborted)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(status, null, aborted);
        }
    }

    private static Task EventsAsync(string id, long? afterSequence, HttpContext http, ProgressRelay relay, IGrainFactory grains, IHostApplicationLifetime life)
    {
        var has = long.TryParse(http.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : afterSequence;
        return WatchAsync(id, has, http, relay, grains, life, async (mailbox, more, over) =>
        {
            if (more)
            {
                await SendEventsAsync(http.Response, mailbox, over.Token);
            }
            else
            {
                http.Response.StatusCode = StatusCodes.Status204NoContent; // a browser asks no more after this
            }
        });
    }

    /// <summary>Watches the job for as long as the client is sent to.</summary>
    /// <param name="send">Is given the mailbox, whether anything will ever come into it, and what tells that the client or the server goes.</param>
    private static async Task WatchAsync(
        string id, long? has, HttpContext http, ProgressRelay relay, IGrainFactory grains, IHostApplicationLifetime life, Func<Mailbox, bool, CancellationTokenSource, Task> send)
    {
        using var mailbox = new Mailbox();
        if (grains.Find(id) is null || await relay.WatchAsync(id, mailbox) is not { } newest)
        {
            await Problems.NoSuchJob(id).ExecuteAsync(http);
            return;
        }

        try
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
            await send(mailbox, Begin(mailbox, newest, has), over);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            // The client or the server goes without a word.
        }
        finally
        {
            await relay.UnwatchAsync(id, mailbox);
        }
    }

    /// <summary>Puts in what the client has not got; false where it has all that will ever come.</summary>
    private static bool Begin(Mailbox mailbox, ProgressUpdate newest, long? has)
    {
        if (has is { } last)
        {
            mailbox.StartAfter(newest.JobId, last);
        }

        mailbox.Post(newest);
        return !newest.Status.IsEnded() || has is null || newest.Sequence > has;
    }

    private static async Task SendEventsAsync(HttpResponse response, Mailbox mailbox, CancellationToken over)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers.Connection = "close"; // with its short buffers it is no good for a film afterwards
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        await response.WriteAsync("retry: 1000\n\n", over);
        await response.Body.FlushAsync(over);
        while (true)
        {
            if (await mailbox.TakeAsync(Heartbeat, over) is not { } mail)
            {
                await response.WriteAsync(":\n\n", over); // so that proxies keep the connection
                await response.Body.FlushAsync(over);
                continue;
            }

            foreach (var update in mail.Progress)
            {
                await response.WriteAsync($"id: {update.Sequence}\ndata: ", over);
                await response.Body.WriteAsync(Write(update), over);
                await response.WriteAsync("\n\n", over);
                await response.Body.FlushAsync(over);
                if (update.Status.IsEnded())
                {
                    return;
                }
            }
        }
    }

    private static byte[] Write(ProgressUpdate update) => JsonSerializer.SerializeToUtf8Bytes(ProgressMessage.Of(update), AssemblyJson.Options);
}
