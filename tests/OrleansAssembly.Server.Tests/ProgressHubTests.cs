using System.Collections.Concurrent;
using System.Security.Claims;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansAssembly.Contracts;
using OrleansAssembly.Server.Progress;
using static OrleansAssembly.Server.Tests.Given.Updates;
using static OrleansAssembly.Server.Tests.RelayTests;

namespace OrleansAssembly.Server.Tests;

/// <summary>What a hub connection watches, and lets go. Grains and connection are stand-ins: real ones cannot be made to answer at a chosen moment.</summary>
public sealed class ProgressHubTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Func<Task<ProgressUpdate?>>> _watch = new();
    private readonly ConcurrentDictionary<string, Task> _unwatch = new();
    private readonly ConcurrentQueue<string> _unwatched = new();
    private readonly Channel<ProgressUpdate> _sent = Channel.CreateUnbounded<ProgressUpdate>();
    private readonly ProgressRelay _relay;
    private readonly ProgressHub _hub;
    private readonly string _a = NewId();
    private readonly string _b = NewId();

    public ProgressHubTests()
    {
        var cluster = StandIn.For<IClusterMembershipService>((_, _) => Channel.CreateUnbounded<ClusterMembershipSnapshot>().Reader.ReadAllAsync(CancellationToken.None));
        var grains = StandIn.For<IGrainFactory>((call, arguments) => call.Name == "CreateObjectReference" ? arguments[0] : Job((string)arguments[0]!));
        var client = StandIn.For<ISingleClientProxy>((_, arguments) => Task.FromResult(_sent.Writer.TryWrite((ProgressUpdate)((object?[])arguments[1]!)[0]!)));
        var clients = StandIn.For<IHubClients>((_, _) => client);
        _relay = new ProgressRelay(grains, cluster, TimeProvider.System, NullLogger<ProgressRelay>.Instance);
        _hub = new ProgressHub(_relay, grains, StandIn.For<IHubContext<ProgressHub>>((_, _) => clients), NullLogger<ProgressHub>.Instance) { Context = new Caller() };
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.OnDisconnectedAsync(null);
        _hub.Dispose();
        _relay.Dispose();
    }

    [Fact]
    public async Task Who_goes_while_a_job_is_looked_up_watches_it_no_longer()
    {
        var looking = new TaskCompletionSource<ProgressUpdate?>();
        _watch[_a] = () => looking.Task;
        await _hub.OnConnectedAsync();
        var watching = _hub.WatchJob(_a, null);
        await _hub.OnDisconnectedAsync(null).WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

        looking.SetResult(Of(_a, 1));
        Assert.Null(await watching);
        Assert.Equal([_a], _unwatched);
    }

    [Fact]
    public async Task A_job_that_is_found_while_the_others_are_let_go_is_let_go_too()
    {
        var (looking, leaving) = (new TaskCompletionSource<ProgressUpdate?>(), new TaskCompletionSource());
        (_watch[_b], _unwatch[_a]) = (() => looking.Task, leaving.Task);
        await _hub.OnConnectedAsync();
        Assert.NotNull(await _hub.WatchJob(_a, null));
        var watching = _hub.WatchJob(_b, null);
        var going = _hub.OnDisconnectedAsync(null);

        looking.SetResult(Of(_b, 1));
        Assert.Null(await watching);
        leaving.SetResult();
        await going.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal([_a, _b], _unwatched);
    }

    [Fact]
    public async Task Of_a_job_that_does_not_exist_nothing_is_kept()
    {
        _watch[_a] = () => Task.FromResult<ProgressUpdate?>(null);
        await _hub.OnConnectedAsync();
        Assert.Null(await _hub.WatchJob(_a, 100));

        _watch.Clear();
        Assert.Equal(1, (await _hub.WatchJob(_a, null))?.Sequence);
        await _relay.OnProgressAsync(Of(_a, 2));
        Assert.Equal(2, (await _sent.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken)).Sequence);
    }

    private IJobGrain Job(string id) => StandIn.For<IJobGrain>((call, _) =>
    {
        if (call.Name != nameof(IJobGrain.UnwatchAsync))
        {
            return _watch.TryGetValue(id, out var answer) ? answer() : Task.FromResult<ProgressUpdate?>(Of(id, 1));
        }

        _unwatched.Enqueue(id);
        return _unwatch.GetValueOrDefault(id, Task.CompletedTask);
    });

    private sealed class Caller : HubCallerContext
    {
        public override string ConnectionId => "one";

        public override string? UserIdentifier => null;

        public override ClaimsPrincipal? User => null;

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => CancellationToken.None;

        public override void Abort()
        {
        }
    }
}
