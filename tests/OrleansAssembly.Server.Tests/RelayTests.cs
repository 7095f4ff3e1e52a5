using System.Reflection;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Progress;
using OrleansAssembly.Server.Tests.Given;

namespace OrleansAssembly.Server.Tests;

/// <summary>What it costs that many jobs are watched. The grains are stand-ins, since a thousand real jobs would take minutes.</summary>
public sealed class RelayTests
{
    private const int Jobs = 1000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_watched_jobs_are_renewed_without_a_timer_each()
    {
        var time = new CountingTime();
        var renewed = Channel.CreateUnbounded<string>();
        var cluster = StandIn.For<IClusterMembershipService>((_, _) => Channel.CreateUnbounded<ClusterMembershipSnapshot>().Reader.ReadAllAsync(CancellationToken.None));
        using var relay = new ProgressRelay(StandIn.For<IGrainFactory>(Grain), cluster, time, NullLogger<ProgressRelay>.Instance);
        await relay.StartAsync(Cancel);
        var mailboxes = Enumerable.Range(0, Jobs).Select(_ => new Mailbox()).ToList();
        for (var job = 0; job < Jobs; job++)
        {
            Assert.NotNull(await relay.WatchAsync($"{job}", mailboxes[job]));
        }

        var names = new HashSet<string>();
        while (names.Count < Jobs)
        {
            names.Add(await renewed.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancel));
        }

        Assert.InRange(time.Most, 1, 50);
        await relay.StopAsync(Cancel);
        mailboxes.ForEach(mailbox => mailbox.Dispose());

        object? Grain(MethodInfo method, object?[] arguments) => method switch
        {
            { Name: "CreateObjectReference" } => arguments[0],
            { ReturnType.Name: nameof(IJobGrain) } => StandIn.For<IJobGrain>((call, _) => call.Name == nameof(IJobGrain.UnwatchAsync) ? Task.CompletedTask : AnswerAsync(call.Name, (string)arguments[0]!)),
            _ => StandIn.For<IBoardGrain>((_, _) => Task.CompletedTask),
        };

        async Task<ProgressUpdate?> AnswerAsync(string call, string job)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System); // so that it is really waited for
            if (call == nameof(IJobGrain.RenewWatchAsync))
            {
                renewed.Writer.TryWrite(job);
            }

            return Updates.Of(job, 1);
        }
    }

    [Fact]
    public void A_board_of_one_status_is_told_once_of_each_job_that_is_not_in_it()
    {
        using var relay = Relay();
        using var mailbox = Looking(relay, new BoardFilter("harbour", JobStatus.Paused));
        List<(string Job, long Sequence)> told = [];

        // Listed before it was looked at, and resumed since: the first word of it is that it left.
        Change(Updates.Of("resumed", 7));
        Change(Updates.Of("resumed", 8));
        Change(Updates.Of("other", 1), "pier");
        Assert.Equal([("resumed", 7)], told);

        Change(Updates.Of("resumed", 9, status: JobStatus.Paused));
        Change(Updates.Of("resumed", 10, status: JobStatus.Paused));
        Change(Updates.Of("resumed", 11, status: JobStatus.Completed));
        Change(Updates.Of("resumed", 12, status: JobStatus.Completed));
        Assert.Equal([("resumed", 7), ("resumed", 9), ("resumed", 10), ("resumed", 11)], told);

        void Change(ProgressUpdate update, string project = "harbour")
        {
            relay.OnBoardAsync([new BoardChange(project, update)]);
            told.AddRange((mailbox.TryTake()?.Board ?? []).Select(seen => (seen.JobId, seen.Sequence)));
        }
    }

    [Fact]
    public void A_board_of_one_status_remembers_only_so_many_others_and_is_told_once_more_of_what_it_forgot()
    {
        using var relay = Relay();
        using var mailbox = Looking(relay, new BoardFilter(Status: JobStatus.Paused));
        for (var job = 0; job <= ProgressRelay.MostOut; job++)
        {
            Assert.True(IsTold(job, 1));
        }

        Assert.False(IsTold(ProgressRelay.MostOut, 2));
        Assert.True(IsTold(0, 2));

        bool IsTold(int job, long sequence)
        {
            relay.OnBoardAsync([new BoardChange("harbour", Updates.Of($"{job}", sequence))]);
            return mailbox.TryTake() is not null;
        }
    }

    private static ProgressRelay Relay()
    {
        var cluster = StandIn.For<IClusterMembershipService>((_, _) => Channel.CreateUnbounded<ClusterMembershipSnapshot>().Reader.ReadAllAsync(CancellationToken.None));
        var board = StandIn.For<IBoardGrain>((_, _) => Task.CompletedTask);
        var grains = StandIn.For<IGrainFactory>((call, arguments) => call.Name == "CreateObjectReference" ? arguments[0] : board);
        return new ProgressRelay(grains, cluster, TimeProvider.System, NullLogger<ProgressRelay>.Instance);
    }

    private static Mailbox Looking(ProgressRelay relay, BoardFilter filter)
    {
        var mailbox = new Mailbox();
        Assert.True(relay.WatchBoardAsync(mailbox, filter).IsCompletedSuccessfully);
        return mailbox;
    }

    /// <summary>Counts the timers that live at the same time.</summary>
    private sealed class CountingTime : TimeProvider
    {
        private int _live;
        private int _most;

        public int Most => Volatile.Read(ref _most);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (this)
            {
                _most = Math.Max(_most, ++_live);
            }

            return new Counted(base.CreateTimer(callback, state, dueTime, period), () => Interlocked.Decrement(ref _live));
        }

        private sealed class Counted(ITimer timer, Action gone) : ITimer
        {
            private int _gone;

            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                Leave();
                timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Leave();
                return timer.DisposeAsync();
            }

            private void Leave()
            {
                if (Interlocked.Exchange(ref _gone, 1) == 0)
                {
                    gone();
                }
            }
        }
    }

    /// <summary>An interface, all of whose calls are answered by a function.</summary>
    public class StandIn : DispatchProxy
    {
        private Func<MethodInfo, object?[], object?> _answer = (_, _) => null;

        public static T For<T>(Func<MethodInfo, object?[], object?> answer)
            where T : class
        {
            var made = Create<T, StandIn>();
            ((StandIn)(object)made)._answer = answer;
            return made;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!, args ?? []);
    }
}
