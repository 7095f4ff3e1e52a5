using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansAssembly.Contracts;
using OrleansAssembly.Server.Progress;
using static OrleansAssembly.Server.Tests.Given.Updates;
using static OrleansAssembly.Server.Tests.RelayTests;

namespace OrleansAssembly.Server.Tests;

/// <summary>What is sent to one hub connection, and when. The connection is a stand-in: a real one cannot be made to stand still at a chosen moment.</summary>
public sealed class HubPumpTests : IAsyncDisposable
{
    private readonly Connection _connection = new();
    private readonly ProgressRelay _relay;
    private readonly HubPump _pump;
    private int _aborts;

    public HubPumpTests()
    {
        var cluster = StandIn.For<IClusterMembershipService>((_, _) => Channel.CreateUnbounded<ClusterMembershipSnapshot>().Reader.ReadAllAsync(CancellationToken.None));
        _relay = new ProgressRelay(StandIn.For<IGrainFactory>((_, _) => null), cluster, TimeProvider.System, NullLogger<ProgressRelay>.Instance);
        _pump = new HubPump(_relay, _connection, () => _aborts++, NullLogger.Instance);
        _pump.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _pump.DisposeAsync();
        _relay.Dispose();
    }

    [Fact]
    public void To_an_idle_connection_it_is_sent_at_once_by_whoever_brings_it()
    {
        _pump.Mailbox.Post(Of("a", 1));
        Assert.Equal([1], _connection.Sent);
        _pump.Mailbox.Post(Of("a", 2));
        Assert.Equal([1, 2], _connection.Sent);
    }

    [Fact]
    public async Task While_one_is_on_its_way_nobody_waits_and_of_numbers_only_the_newest_is_kept()
    {
        var taken = _connection.StandStill();
        for (var sequence = 1; sequence <= 100; sequence++)
        {
            _pump.Mailbox.Post(Of("a", sequence));
        }

        _pump.Mailbox.Post(Of("a", 101, step: 2));
        Assert.Equal([1], _connection.Sent);
        taken.SetResult();
        await _connection.UntilSentAsync(101);
        Assert.Equal([1, 100, 101], _connection.Sent);
    }

    [Fact]
    public async Task After_it_is_closed_nothing_is_sent()
    {
        var taken = _connection.StandStill();
        _pump.Mailbox.Post(Of("a", 1));
        _pump.Mailbox.Post(Of("a", 2));
        var closing = _pump.DisposeAsync();
        Assert.False(closing.IsCompleted);
        taken.SetResult();
        await closing;
        _pump.Mailbox.Post(Of("a", 3));
        Assert.DoesNotContain(3, _connection.Sent);
    }

    [Fact]
    public void A_connection_that_fails_is_ended_and_sent_to_no_more()
    {
        _connection.StandStill().SetException(new IOException());
        _pump.Mailbox.Post(Of("a", 1));
        _pump.Mailbox.Post(Of("a", 2));
        Assert.Equal([1], _connection.Sent);
        Assert.Equal(1, _aborts);
    }

    private sealed class Connection : ISingleClientProxy
    {
        private readonly Lock _gate = new();
        private readonly List<long> _sent = [];
        private readonly Channel<long> _news = Channel.CreateUnbounded<long>();
        private Task _next = Task.CompletedTask;

        public IReadOnlyList<long> Sent
        {
            get
            {
                lock (_gate)
                {
                    return [.. _sent];
                }
            }
        }

        /// <summary>The next message is taken only when the answer is set.</summary>
        public TaskCompletionSource StandStill()
        {
            var taken = new TaskCompletionSource();
            _next = taken.Task;
            return taken;
        }

        public Task SendCoreAsync(string method, object?[] args, CancellationToken cancellationToken = default)
        {
            var sequence = ((ProgressUpdate)args[0]!).Sequence;
            lock (_gate)
            {
                _sent.Add(sequence);
            }

            _news.Writer.TryWrite(sequence);
            return Interlocked.Exchange(ref _next, Task.CompletedTask);
        }

        public Task<T> InvokeCoreAsync<T>(string method, object?[] args, CancellationToken cancellationToken) => throw new NotSupportedException();

        public async Task UntilSentAsync(long sequence)
        {
            while (await _news.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System) != sequence)
            {
                // What came before.
            }
        }
    }
}
