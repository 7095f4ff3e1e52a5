using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.TestingHost;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media.Tests;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Testing;
using StackExchange.Redis;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Two silos with real Redis and real ffmpeg, wired as the server wires them.</summary>
public sealed class AssemblyCluster : IAsyncLifetime
{
    public const int SlotsPerSilo = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private IConnectionMultiplexer _store = null!;

    internal TestMedia Media { get; } = new();

    /// <summary>What the silos are configured with beside the usual, by their number.</summary>
    internal Func<int, Dictionary<string, string?>> Settings { get; init; } = _ => [];

    /// <summary>What is changed in each silo.</summary>
    internal Action<IServiceCollection> Services { get; init; } = _ => { };

    public InProcessTestCluster Silos { get; private set; } = null!;

    internal RedisProcess Redis { get; private set; } = null!;

    /// <summary>The store as it is, past the grains.</summary>
    internal IDatabase Store => _store.GetDatabase();

    internal JobCatalogue Catalogue => Silos.Silos[0].ServiceProvider.GetRequiredService<JobCatalogue>();

    public async ValueTask InitializeAsync()
    {
        Redis = await RedisProcess.StartAsync();
        _store = Redis.Connect();
        var builder = new InProcessTestClusterBuilder(2);
        var silos = 0;
        builder.ConfigureSiloHost((_, host) => host.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Media:Root"] = Media.Root,
            ["Encoder:Slots"] = $"{SlotsPerSilo}",
            ["Encoder:DrainLimit"] = "0",
        }).AddInMemoryCollection(Settings(Interlocked.Increment(ref silos) - 1)));
        builder.ConfigureSilo((_, silo) =>
        {
            // A connection for each, as if they were processes: a silo that dies takes its own along.
            var store = Redis.Connect();
            SiloWiring.AddParts(silo, store);
            silo.Services.AddSingleton(store);
            silo.Services.AddAssemblyGrains(silo.Configuration);
            Services(silo.Services);
        });
        builder.ConfigureClient(client => client.Services.AddAssemblySerializers());
        Silos = builder.Build();
        await Silos.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Silos is not null) // else it did not come so far, and what stopped it is told
        {
            await Silos.StopAllSilosAsync();
            await Silos.DisposeAsync();
            await _store.DisposeAsync();
        }

        await Redis.DisposeAsync();
        Media.Dispose();
    }

    /// <summary>Sends a job's grain out of memory. A call that comes while it is sent out again and again is turned away after a few forwards, and made once more.</summary>
    public Task DeactivateAsync(string id) => TakenAsync(async () =>
    {
        await Job(id).AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        return true;
    });

    /// <summary>Watches a job, whose grain may be leaving memory at this moment.</summary>
    internal Task<ProgressUpdate?> WatchAsync(WatchedJob job) => TakenAsync(() => Job(job.Id).WatchAsync(job.Reference!));

    /// <summary>Calls again where a grain that is just leaving memory does not take the call.</summary>
    private static async Task<T> TakenAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (OrleansMessageRejectionException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    public static string NewId() => Guid.CreateVersion7().ToString("N");

    public IJobGrain Job(string id) => Silos.Client.GetGrain<IJobGrain>(id);

    /// <summary>Submits a job and collects what a watcher is told.</summary>
    internal async Task<WatchedJob> SubmitAsync(JobSpec spec)
    {
        var watched = new WatchedJob(NewId());
        var job = Job(watched.Id);
        watched.Seen.Enqueue((await job.SubmitAsync(spec)).Progress!);
        watched.Reference = Silos.Client.CreateObjectReference<IProgressObserver>(watched);
        watched.RenewAsync = async () =>
        {
            // What came while nobody was told of it: a grain that moved forgets who watches.
            if (await WatchAsync(watched) is { } newest && watched.Seen.All(seen => seen.Sequence < newest.Sequence) && HasEnded(newest))
            {
                await watched.OnProgressAsync(newest);
            }
        };
        await watched.RenewAsync();
        return watched;
    }

    private static bool HasEnded(ProgressUpdate update) => update.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>Waits until a watcher has been told what is expected, or the job has ended.</summary>
    internal static async Task<ProgressUpdate> UntilAsync(WatchedJob watched, Func<ProgressUpdate, bool> expected, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            // As the server does: a watch ends by itself where nobody renews it.
            using var renewal = new PeriodicTimer(WatchLease.Duration / 6);
            var due = renewal.WaitForNextTickAsync(patience.Token).AsTask();
            while (true)
            {
                if (due.IsCompletedSuccessfully)
                {
                    await watched.RenewAsync!();
                    due = renewal.WaitForNextTickAsync(patience.Token).AsTask();
                }

                var arrival = watched.NextAsync();
                if (watched.Seen.FirstOrDefault(expected) is { } found)
                {
                    return found;
                }

                Assert.False(watched.Seen.Any(HasEnded), $"the job ended before {what}: {watched.Seen.LastOrDefault()}");
                await Task.WhenAny(arrival, due).WaitAsync(patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{what} did not come within {Patience}; last: {watched.Seen.LastOrDefault()}");
            throw;
        }
    }
}

/// <summary>What a watcher was told of a job, in order.</summary>
internal sealed class WatchedJob(string id) : IProgressObserver
{
    private volatile TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = id;

    /// <summary>Kept, so that the reference lives as long as the watch.</summary>
    public IProgressObserver? Reference { get; set; }

    /// <summary>Watches for a while longer.</summary>
    public Func<Task>? RenewAsync { get; set; }

    public ConcurrentQueue<ProgressUpdate> Seen { get; } = new();

    public Task NextAsync() => _arrival.Task;

    public Task OnProgressAsync(ProgressUpdate update)
    {
        Seen.Enqueue(update);
        Interlocked.Exchange(ref _arrival, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return Task.CompletedTask;
    }
}
