using System.Collections.Concurrent;
using System.Net;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Grains.Notifications;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Tests.Given;
using OrleansAssembly.Testing;
using StackExchange.Redis;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>The recovery of one silo, on a real catalogue, with a clock and a membership that the test drives.</summary>
public sealed class RecoveryTests : IAsyncLifetime
{
    private const int Jobs = 60;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly SiloAddress Self = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress Other = SiloAddress.New(IPAddress.Loopback, 2, 1);

    private readonly Clock _time = new();
    private readonly ConcurrentDictionary<string, int> _touched = new();
    private readonly ConcurrentDictionary<string, bool> _silent = new();
    private readonly List<string> _jobs = [.. Enumerable.Range(0, Jobs).Select(_ => AssemblyCluster.NewId())];
    private readonly ISiloStatusOracle _membership = DispatchProxy.Create<ISiloStatusOracle, Stub>();
    private readonly IGrainFactory _grains = DispatchProxy.Create<IGrainFactory, Stub>();
    private readonly ISiloLifecycle _lifecycle = DispatchProxy.Create<ISiloLifecycle, Stub>();
    private RedisProcess _redis = null!;
    private IConnectionMultiplexer _store = null!;
    private Recovery _recovery = null!;
    private ILifecycleObserver _silo = null!;
    private SiloAddress[] _active = [Self];

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        _store = _redis.Connect();
        var catalogue = new JobCatalogue(_store, NullLogger<JobCatalogue>.Instance);
        foreach (var job in _jobs)
        {
            await catalogue.PutAsync(Updates.Summary(job, JobStatus.Running));
        }

        ((Stub)(object)_membership).Answer = (method, _) => method switch
        {
            "get_SiloAddress" => Self,
            "GetActiveSilos" => _active,
            _ => true,
        };
        ((Stub)(object)_grains).Answer = (_, arguments) =>
        {
            var job = DispatchProxy.Create<IJobGrain, Stub>();
            ((Stub)(object)job).Answer = (_, _) => Touch((string)arguments[0]!);
            return job;
        };
        ((Stub)(object)_lifecycle).Answer = (_, arguments) =>
        {
            _silo = (ILifecycleObserver)arguments[2]!;
            return null;
        };
        _recovery = new Recovery(catalogue, new OutboxIndex(_store), _grains, _membership, _time, NullLogger<Recovery>.Instance);
        _recovery.Participate(_lifecycle);
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.OnStop(CancellationToken.None);
        _recovery.Dispose();
        await _store.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task EveryJob_IsWokenAtTheStart_AndAgainWithinAboutAMinute()
    {
        await _silo.OnStart(CancellationToken.None);
        await UntilAsync(() => _jobs.All(job => Touched(job) == 1), "the first round");

        await UntilAsync(() => _time.Waits.Any(wait => wait > TimeSpan.FromSeconds(10)), "the wait for the second round");
        var wait = Assert.Single(_time.Waits, wait => wait > TimeSpan.FromSeconds(10));
        Assert.InRange(wait, TimeSpan.FromSeconds(54), TimeSpan.FromSeconds(66));
        _time.Advance(wait);
        await UntilAsync(() => _jobs.All(job => Touched(job) == 2), "the second round");
    }

    [Fact]
    public async Task AJobThatDoesNotAnswer_IsTriedAgainSoon_AndTheOthersAreNot()
    {
        _silent[_jobs[7]] = true;
        await _silo.OnStart(CancellationToken.None);
        await UntilAsync(() => Touched(_jobs[7]) >= 3, "the third try", TimeSpan.FromMilliseconds(100));
        _silent.Clear();
        await UntilAsync(() => _jobs.All(job => Touched(job) >= 1), "the rest");
        Assert.All(_jobs.Except([_jobs[7]]), job => Assert.Equal(1, Touched(job)));
    }

    [Fact]
    public async Task AJobThatCanNeverBeWoken_DoesNotKeepTheOthersFromBeingWokenAgain()
    {
        _silent[_jobs[7]] = true;
        await _silo.OnStart(CancellationToken.None);
        await UntilAsync(() => _jobs.All(job => Touched(job) >= 1), "the first round");
        var began = _time.GetUtcNow();
        await UntilAsync(() => _jobs.All(job => Touched(job) >= 3), "the third round", TimeSpan.FromSeconds(1));
        Assert.True(_time.GetUtcNow() - began >= 2 * TimeSpan.FromSeconds(54), "all were woken more often than once a minute");
    }

    [Fact]
    public async Task TheJobsOfASiloThatLeft_FallToThoseThatAreLeft()
    {
        _active = [Self, Other];
        var own = _jobs.Where(job => JobShare.FallsTo(job, Self.ToParsableString(), _active.Select(silo => silo.ToParsableString()))).ToList();
        Assert.InRange(own.Count, Jobs / 6, Jobs * 5 / 6); // both have some
        Assert.Equal(_jobs.Except(own), _jobs.Where(job => JobShare.FallsTo(job, Other.ToParsableString(), _active.Select(silo => silo.ToParsableString()))));
        await _silo.OnStart(CancellationToken.None);
        await UntilAsync(() => own.All(job => Touched(job) == 1), "this silo's share");
        Assert.Equal(own.Count, _touched.Count);

        _active = [Self];
        _recovery.SiloStatusChangeNotification(Other, SiloStatus.Dead);
        await UntilAsync(() => _jobs.All(job => Touched(job) >= 1), "the jobs of the other silo");
    }

    private int Touched(string job) => _touched.GetValueOrDefault(job);

    private Task Touch(string job)
    {
        _touched.AddOrUpdate(job, 1, (_, times) => times + 1);
        return _silent.ContainsKey(job) ? Task.FromException(new SiloUnavailableException()) : Task.CompletedTask;
    }

    /// <summary>Waits, and lets the clock go on meanwhile.</summary>
    private async Task UntilAsync(Func<bool> condition, string what, TimeSpan step = default)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, $"{what} did not come within {Limit.TotalSeconds} s");
            _time.Advance(step);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Tells for how long somebody wants to wait.</summary>
    private sealed class Clock : FakeTimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>Answers every call as the test says.</summary>
    public class Stub : DispatchProxy
    {
        public Func<string, object?[], object?> Answer { get; set; } = (_, _) => null;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer(targetMethod!.Name, args ?? []);
    }
}
