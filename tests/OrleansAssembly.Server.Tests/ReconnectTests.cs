using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Progress;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>Clients whose TCP connection is really cut, while their job goes through pauses.</summary>
public sealed class ReconnectTests(RunningServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly CuttableLine _line = new(server.Address);
    private string _job = "";

    public async ValueTask InitializeAsync()
    {
        _job = (await server.SubmitAsync(SpecOf(project: "reconnects"))).Id;
        await AskAsync("pause");
    }

    public async ValueTask DisposeAsync()
    {
        await AskAsync("cancel");
        await _line.DisposeAsync();
    }

    [Fact]
    public async Task A_hub_client_with_stateful_reconnect_misses_nothing_and_stays_the_same_connection()
    {
        await using var hub = Hub(builder => builder.WithStatefulReconnect());
        var (seen, closed) = (Listen(hub), 0);
        hub.Reconnecting += _ => Task.FromResult(Interlocked.Increment(ref closed));
        hub.Closed += _ => Task.FromResult(Interlocked.Increment(ref closed));
        await hub.StartAsync(Cancel);
        var connection = hub.ConnectionId;
        Assert.Equal(JobStatus.Paused, (await hub.InvokeAsync<ProgressUpdate?>("WatchJob", _job, null, Cancel))!.Status);

        _line.Cut();
        await AskAsync("resume");
        await AskAsync("pause");
        await AskAsync("resume");
        var last = await AskAsync("pause");
        _line.Mend();

        await UntilAsync(() => seen.Any(update => update.Sequence >= last.Sequence), "the last pause");
        Assert.Equal(2, seen.Zip(seen.Skip(1)).Count(pair => pair.First.Status != JobStatus.Paused && pair.Second.Status == JobStatus.Paused));
        AssertRising(seen);
        Assert.Equal((connection, 0), (hub.ConnectionId, closed));
    }

    [Fact]
    public async Task A_hub_client_with_automatic_reconnect_watches_again_and_gets_the_newest_at_once()
    {
        await using var hub = Hub(builder => builder.WithAutomaticReconnect(new AtOnce()));
        var (seen, back) = (Listen(hub), new TaskCompletionSource());
        hub.Reconnected += _ =>
        {
            back.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync(Cancel);
        var first = (await hub.InvokeAsync<ProgressUpdate?>("WatchJob", _job, null, Cancel))!;

        _line.Cut();
        await AskAsync("resume");
        var missed = await AskAsync("pause");
        _line.Mend();
        await back.Task.WaitAsync(Limit, TimeProvider.System, Cancel);
        var newest = (await hub.InvokeAsync<ProgressUpdate?>("WatchJob", _job, first.Sequence, Cancel))!;

        Assert.True(newest.Sequence >= missed.Sequence && newest.Status == JobStatus.Paused, $"{newest} after {missed}");
        var resumed = await AskAsync("resume");
        await UntilAsync(() => seen.Any(update => update.Sequence >= resumed.Sequence), "the change after the reconnect");
        Assert.All(seen, update => Assert.True(update.Sequence > newest.Sequence, $"{update} again"));
        AssertRising(seen);
    }

    [Fact]
    public async Task A_plain_WebSocket_comes_back_after_its_last_sequence_and_gets_only_what_is_newer()
    {
        ProgressUpdate first;
        using (var socket = await SocketAsync(null))
        {
            first = (await ReadAsync(socket))!;
            _line.Cut();
            await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(socket));
        }

        await AskAsync("resume");
        var missed = await AskAsync("pause");
        _line.Mend();
        using var again = await SocketAsync(first.Sequence);
        var newest = (await ReadAsync(again))!;
        Assert.True(newest.Sequence >= missed.Sequence && newest.Status == JobStatus.Paused, $"{newest} after {missed}");

        using var third = await SocketAsync(newest.Sequence);
        await AskAsync("cancel");
        var next = (await ReadAsync(third))!;
        Assert.True(next.Sequence > newest.Sequence, "what it had came again");
        while (next.Status != JobStatus.Cancelled)
        {
            next = (await ReadAsync(third))!;
        }

        Assert.Null(await ReadAsync(third));
        using var late = await SocketAsync(next.Sequence);
        Assert.Null(await ReadAsync(late)); // it has all there is
        Assert.Equal(WebSocketCloseStatus.NormalClosure, late.CloseStatus);
    }

    [Fact]
    public async Task Events_come_back_after_the_last_id_and_give_only_what_is_newer()
    {
        using var http = new HttpClient { BaseAddress = _line.Address };
        var first = default((long Id, ProgressUpdate Update));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var item in RunningServer.EventsAsync(http, _job, null, Cancel))
            {
                first = item;
                _line.Cut();
            }
        });
        await AskAsync("resume");
        var missed = await AskAsync("pause");
        _line.Mend();

        await foreach (var (id, update) in RunningServer.EventsAsync(http, _job, first.Id, Cancel))
        {
            Assert.True(id >= missed.Sequence && update.Status == JobStatus.Paused, $"{update} after {missed}");
            break;
        }
    }

    private async Task<ProgressUpdate> AskAsync(string what)
    {
        using var answer = await server.Http.PostAsync($"{JobsApi.Root}/{_job}/{what}", null, CancellationToken.None);
        Assert.True(answer.IsSuccessStatusCode, $"{what}: {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
        return (await answer.Content.ReadFromJsonAsync<ProgressUpdate>(AssemblyJson.Options, CancellationToken.None))!;
    }

    private HubConnection Hub(Action<IHubConnectionBuilder> configure)
    {
        var builder = new HubConnectionBuilder()
            .WithUrl(new Uri(_line.Address, ProgressHub.Path))
            .AddJsonProtocol(options => AssemblyJson.Configure(options.PayloadSerializerOptions));
        configure(builder);
        return builder.Build();
    }

    private static ConcurrentQueue<ProgressUpdate> Listen(HubConnection hub)
    {
        var seen = new ConcurrentQueue<ProgressUpdate>();
        hub.On<ProgressUpdate>("progress", seen.Enqueue);
        return seen;
    }

    private async Task<ClientWebSocket> SocketAsync(long? after)
    {
        var socket = new ClientWebSocket();
        var query = after is null ? "" : $"?afterSequence={after}";
        await socket.ConnectAsync(new Uri($"ws://{_line.Address.Authority}{JobsApi.Root}/{_job}/websocket{query}"), Cancel);
        return socket;
    }

    /// <summary>The next update; null where the server closes.</summary>
    private static async Task<ProgressUpdate?> ReadAsync(ClientWebSocket socket)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer, limit.Token);
        return received.MessageType == WebSocketMessageType.Close ? null : JsonSerializer.Deserialize<ProgressMessage>(buffer.AsSpan(0, received.Count), AssemblyJson.Options)!.Data;
    }

    private static async Task UntilAsync(Func<bool> reached, string what)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Limit, $"{what} did not come");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
    }

    private static void AssertRising(IEnumerable<ProgressUpdate> seen) =>
        Assert.Equal(seen.Select(update => update.Sequence).Distinct().Order(), seen.Select(update => update.Sequence));

    private sealed class AtOnce : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(50);
    }
}
