using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains.Notifications;

namespace OrleansAssembly.Grains;

/// <summary>
/// Wakes the jobs that are not ended, and the outboxes that are not empty: when a silo starts, when one leaves, since whoever ran them may be gone, and about once a minute whatever
/// happened. The silos share the jobs; where two do not see the same silos for a moment, a job is woken twice, or with the next round.
/// </summary>
public sealed partial class Recovery(
    JobCatalogue catalogue,
    OutboxIndex outboxes,
    IGrainFactory grains,
    ISiloStatusOracle membership,
    TimeProvider time,
    ILogger<Recovery> log) : ILifecycleParticipant<ISiloLifecycle>, ISiloStatusListener, IDisposable
{
    private const int Parallel = 16;

    /// <summary>Give or take a tenth, so that the silos do not all ask at the same time.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(60);

    /// <summary>What could not be woken is tried again after this, then after twice as long, and so on to the longest.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AgainAtMost = TimeSpan.FromSeconds(5);

    /// <summary>A job that does not answer for so long is left for the next try: it must not keep the others waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Before the scope of an outbox, where the others are jobs.</summary>
    private const string Outbox = "outbox:";

    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<SiloAddress> _gone = Channel.CreateBounded<SiloAddress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Task _loop = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(Recovery), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status.IsTerminating())
        {
            _gone.Writer.TryWrite(updatedSilo);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancel)
    {
        membership.SubscribeToSiloStatusEvents(this);
        _loop = Task.Run(LoopAsync, cancel);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancel)
    {
        membership.UnSubscribeFromSiloStatusEvents(this);
        await _stopping.CancelAsync();
        await _loop;
    }

    private async Task LoopAsync()
    {
        IReadOnlyCollection<string>? left = null; // null: all of this silo's share
        var (wait, looked, period) = (Again, 0L, Period);
        while (!_stopping.IsCancellationRequested)
        {
            var all = left is null;
            left = await WakeAsync(left);
            if (all)
            {
                (looked, period) = (time.GetTimestamp(), Period * (0.9 + (0.2 * Random.Shared.NextDouble())));
            }

            // What is left may never be woken, as a state that this version cannot read: the next look at all does not wait for it.
            var rest = period - time.GetElapsedTime(looked);
            var tries = left is not { Count: 0 } && wait < rest;
            if (await WaitAsync(tries ? wait : rest) || !tries)
            {
                (left, wait) = (null, Again);
            }
            else
            {
                wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, AgainAtMost.Ticks));
            }
        }
    }

    /// <summary>Wakes the given jobs, or this silo's share of all; answers those that could not be woken, or null where not even the list could be read.</summary>
    private async Task<IReadOnlyCollection<string>?> WakeAsync(IReadOnlyCollection<string>? jobs)
    {
        var failed = new ConcurrentQueue<string>();
        Exception? why = null;
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = _stopping.Token };
            await System.Threading.Tasks.Parallel.ForEachAsync(jobs?.ToAsyncEnumerable() ?? ShareAsync(), options, async (id, _) =>
            {
                try
                {
                    await TouchAsync(id).WaitAsync(Patience, time, _stopping.Token);
                }
                catch (Exception failure) when (failure is not OutOfMemoryException && !_stopping.IsCancellationRequested)
                {
                    why = failure;
                    failed.Enqueue(id);
                }
            });
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return [];
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogNoList(log, failure);
            return jobs;
        }

        if (why is not null)
        {
            LogFailed(log, why, failed.Count);
        }

        return failed;
    }

    private Task TouchAsync(string id) => id.StartsWith(Outbox, StringComparison.Ordinal)
        ? grains.GetGrain<INotificationsGrain>(id[Outbox.Length..]).TouchAsync()
        : grains.GetGrain<IJobGrain>(id).TouchAsync();

    /// <summary>The jobs that fall to this silo, and the outboxes that have something to send.</summary>
    private async IAsyncEnumerable<string> ShareAsync()
    {
        var self = membership.SiloAddress.ToParsableString();
        var silos = membership.GetActiveSilos().Select(silo => silo.ToParsableString()).ToList();
        await foreach (var id in catalogue.ListActiveAsync(_stopping.Token))
        {
            if (JobShare.FallsTo(id, self, silos))
            {
                yield return id;
            }
        }

        await foreach (var scope in outboxes.ListAsync())
        {
            if (JobShare.FallsTo(scope, self, silos))
            {
                yield return Outbox + scope;
            }
        }
    }

    /// <summary>True where a silo has gone meanwhile.</summary>
    private async Task<bool> WaitAsync(TimeSpan pause)
    {
        using var timer = new CancellationTokenSource(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _stopping.Token);
        try
        {
            await _gone.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The list of unfinished jobs cannot be read; trying again.")]
    private static partial void LogNoList(ILogger log, Exception failure);

    [LoggerMessage(LogLevel.Warning, "{Count} unfinished jobs could not be woken; trying again.")]
    private static partial void LogFailed(ILogger log, Exception failure, int count);
}
