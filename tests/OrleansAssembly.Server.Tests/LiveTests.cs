using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Progress;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>Progress as it happens: by WebSocket, by events and by the hub.</summary>
public sealed class LiveTests(RunningServer server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_WebSocket_tells_each_step_and_closes_with_1000_after_the_last_update()
    {
        var job = await server.SubmitAsync(SpecOf(JobType.Edl));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(SocketAddress(job.Id), Cancel);
        var updates = await ReadToEndAsync(socket);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        AssertWhole(updates);

        using var late = new ClientWebSocket();
        await late.ConnectAsync(SocketAddress(job.Id), Cancel);
        Assert.Equal(updates[^1].Sequence, Assert.Single(await ReadToEndAsync(late)).Sequence);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, late.CloseStatus);
    }

    [Theory]
    [InlineData("http://evil.example", null)] // Chromium tells no more of a WebSocket
    [InlineData("https://evil.example", "cross-site")]
    [InlineData("https://other.films.example", "same-site")]
    public async Task A_WebSocket_of_another_servers_page_is_refused(string origin, string? site)
    {
        var job = await server.SubmitAsync(SpecOf(JobType.Edl));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.SetRequestHeader("Sec-Fetch-Site", site);
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(SocketAddress(job.Id), Cancel));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task A_WebSocket_of_the_servers_own_page_is_taken_behind_a_proxy_that_does_not_pass_its_host_on()
    {
        var job = await server.SubmitAsync(SpecOf(JobType.Edl));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://films.example");
        socket.Options.SetRequestHeader("Sec-Fetch-Site", "same-origin");
        await socket.ConnectAsync(SocketAddress(job.Id), Cancel);
        AssertWhole(await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task A_WebSocket_to_no_job_is_refused_as_not_found()
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(SocketAddress(Updates.NewId()), Cancel));
        Assert.Equal(HttpStatusCode.NotFound, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Events_go_on_after_the_last_one_that_the_client_has()
    {
        var job = await server.SubmitAsync(SpecOf(JobType.Edl));
        var events = await ToListAsync(server.EventsAsync(job.Id, null, Cancel));
        AssertWhole([.. events.Select(e => e.Update)]);
        Assert.All(events, e => Assert.Equal(e.Update.Sequence, e.Id));

        var last = events[^1].Id;
        Assert.Equal(last, Assert.Single(await ToListAsync(server.EventsAsync(job.Id, last - 1, Cancel))).Id);
        var request = new HttpRequestMessage(HttpMethod.Get, $"{JobsApi.Root}/{job.Id}/events");
        request.Headers.Add("Last-Event-ID", $"{last}");
        using var nothing = await server.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_hub_answers_the_newest_and_pushes_each_change(bool packed)
    {
        await using var hub = Connect(packed);
        var updates = Listen<ProgressUpdate>(hub, "progress");
        await hub.StartAsync(Cancel);
        Assert.Null(await hub.InvokeAsync<ProgressUpdate?>("WatchJob", Updates.NewId(), null, Cancel));

        var job = await server.SubmitAsync(SpecOf(JobType.Edl, project: "hub"));
        var newest = await hub.InvokeAsync<ProgressUpdate?>("WatchJob", job.Id, Cancel);
        List<ProgressUpdate> seen = [newest!];
        while (seen[^1].Status is JobStatus.Pending or JobStatus.Running)
        {
            seen.Add(await NextAsync(updates, $"an update after {seen[^1]}"));
        }

        AssertWhole(seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_board_pushes_the_jobs_of_its_project_and_the_end_is_notified(bool packed)
    {
        var project = packed ? "board-packed" : "board";
        await using var hub = Connect(packed);
        var boards = Listen<ProgressUpdate[]>(hub, "board");
        var notifications = Listen<NotificationEvent>(hub, "notification");
        await hub.StartAsync(Cancel);
        await hub.InvokeAsync("WatchBoard", new BoardFilter(project), Cancel);
        await server.SubmitAsync(SpecOf(JobType.Edl, project: project + "-other"));
        var job = await server.SubmitAsync(SpecOf(project: project));
        var last = default(ProgressUpdate);
        while (last?.Status != JobStatus.Completed)
        {
            var changes = await NextAsync(boards, "a change of the board");
            Assert.All(changes, change => Assert.Equal(job.Id, change.JobId));
            last = changes[^1];
        }

        NotificationEvent told;
        do
        {
            told = await NextAsync(notifications, "the notification of the end");
        }
        while (told.JobId != job.Id);
        Assert.Equal("completed", told.Event);
    }

    [Fact]
    public async Task Many_watchers_of_one_job_all_see_its_end()
    {
        var job = await server.SubmitAsync(SpecOf(JobType.Edl));
        var ends = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.EndOfAsync(job.Id)));
        Assert.All(ends, end => Assert.Equal(JobStatus.Completed, end.Status));
    }

    private Uri SocketAddress(string jobId) => new UriBuilder(server.Address) { Scheme = "ws", Path = $"{JobsApi.Root}/{jobId}/websocket" }.Uri;

    private HubConnection Connect(bool packed)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(server.Address, ProgressHub.Path));
        return (packed
            ? builder.AddMessagePackProtocol(options => options.SerializerOptions = HubProtocols.Packed)
            : builder.AddJsonProtocol(options => AssemblyJson.Configure(options.PayloadSerializerOptions))).Build();
    }

    private static ChannelReader<T> Listen<T>(HubConnection hub, string method)
    {
        var channel = Channel.CreateUnbounded<T>();
        hub.On<T>(method, value => channel.Writer.TryWrite(value));
        return channel.Reader;
    }

    private static async Task<T> NextAsync<T>(ChannelReader<T> channel, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        try
        {
            return await channel.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"There did not come {what}.");
        }
    }

    private static async Task<List<ProgressUpdate>> ReadToEndAsync(ClientWebSocket socket)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        var updates = new List<ProgressUpdate>();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, limit.Token) is { MessageType: not WebSocketMessageType.Close } received)
        {
            Assert.True(received.EndOfMessage);
            var message = JsonSerializer.Deserialize<ProgressMessage>(buffer.AsSpan(0, received.Count), AssemblyJson.Options)!;
            Assert.Equal("progress_update", message.Type);
            updates.Add(message.Data);
        }

        return updates;
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }

    /// <summary>Rising numbers, no progress that falls, the end last and complete.</summary>
    private static void AssertWhole(List<ProgressUpdate> updates)
    {
        Assert.Equal(updates.Select(u => u.Sequence).Distinct().Order(), updates.Select(u => u.Sequence));
        Assert.Equal(updates.Select(u => u.Progress).Order(), updates.Select(u => u.Progress));
        Assert.Equal((JobStatus.Completed, 100d), (updates[^1].Status, updates[^1].Progress));
    }
}
