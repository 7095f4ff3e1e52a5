using System.Collections.Concurrent;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Server.Progress;

/// <summary>
/// Brings the changes of jobs to the people of this silo. It watches each job once, whoever and how many look at it; renews what it watches
/// before the lease ends and whenever the cluster changes, since a grain that woke elsewhere knows of no watchers; and compares sequence numbers,
/// so that an update that was lost on the way comes with the next renewal, and none comes twice.
/// </summary>
public sealed partial class ProgressRelay(IGrainFactory grains, IClusterMembershipService cluster, TimeProvider time, ILogger<ProgressRelay> logger)
    : BackgroundService, IProgressObserver, IBoardObserver
{
    private static readonly TimeSpan RenewalPeriod = WatchLease.Duration / 6;
    private static readonly ParallelOptions Renewals = new() { MaxDegreeOfParallelism = 32 };

    private readonly ConcurrentDictionary<string, WatchedJob> _jobs = new();
    private readonly ConcurrentDictionary<Mailbox, BoardView?> _boards = new();
    private readonly SemaphoreSlim _due = new(0, 1);
    private IProgressObserver? _progressSelf;
    private IBoardObserver? _boardSelf;

    private IBoardGrain Board => grains.GetGrain<IBoardGrain>(0);

    /// <summary>Puts every change of a job into the mailbox from now on. Answers the newest progress; null where there is no such job, and then nothing is watched.</summary>
    public async Task<ProgressUpdate?> WatchAsync(string jobId, Mailbox mailbox)
    {
        // First in the list, then asked: what changes between is put in, and the sequence number keeps the order.
        while (!_jobs.GetOrAdd(jobId, _ => new WatchedJob()).TryAdd(mailbox))
        {
            // The last watcher has just left it; the next look makes a new one.
        }

        try
        {
            var newest = await grains.GetGrain<IJobGrain>(jobId).WatchAsync(ProgressSelf);
            if (newest is null)
            {
                await UnwatchAsync(jobId, mailbox);
            }

            return newest;
        }
        catch
        {
            await UnwatchAsync(jobId, mailbox);
            throw;
        }
    }

    public async Task UnwatchAsync(string jobId, Mailbox mailbox)
    {
        if (!_jobs.TryGetValue(jobId, out var watched) || !watched.Remove(mailbox))
        {
            return;
        }

        // Nobody looks any more. If somebody comes back at this very moment the renewal makes it good.
        _jobs.TryRemove(new KeyValuePair<string, WatchedJob>(jobId, watched));
        try
        {
            await grains.GetGrain<IJobGrain>(jobId).UnwatchAsync(ProgressSelf);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogUnwatchFailed(e, jobId); // the lease ends by itself
        }

        if (_jobs.ContainsKey(jobId))
        {
            RenewSoon();
        }
    }

    /// <summary>Puts notifications into the mailbox, and, once <see cref="WatchBoard"/> says so, changes of the board.</summary>
    public void Join(Mailbox mailbox)
    {
        _boards[mailbox] = null;
        RenewSoon();
    }

    public void WatchBoard(Mailbox mailbox, BoardFilter filter) => _boards[mailbox] = new BoardView(filter);

    public void UnwatchBoard(Mailbox mailbox) => _boards[mailbox] = null;

    public void Leave(Mailbox mailbox) => _boards.TryRemove(mailbox, out _);

    public Task OnProgressAsync(ProgressUpdate update)
    {
        if (_jobs.TryGetValue(update.JobId, out var watched))
        {
            watched.Post(update);
        }

        return Task.CompletedTask;
    }

    public Task OnBoardAsync(BoardChange[] changes)
    {
        foreach (var (mailbox, view) in _boards)
        {
            if (view is not null)
            {
                mailbox.PostBoard(view.Select(changes));
            }
        }

        return Task.CompletedTask;
    }

    public Task OnNotificationAsync(NotificationEvent notification)
    {
        foreach (var mailbox in _boards.Keys)
        {
            mailbox.Post(notification);
        }

        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var following = FollowClusterAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await RenewAsync(stoppingToken);
            await WaitForRenewalAsync(stoppingToken);
        }

        await following;
    }

    public override void Dispose()
    {
        _due.Dispose();
        base.Dispose();
    }

    private IProgressObserver ProgressSelf => LazyInitializer.EnsureInitialized(ref _progressSelf, () => grains.CreateObjectReference<IProgressObserver>(this));

    private IBoardObserver BoardSelf => LazyInitializer.EnsureInitialized(ref _boardSelf, () => grains.CreateObjectReference<IBoardObserver>(this));

    private async Task RenewAsync(CancellationToken stopping)
    {
        if (!_boards.IsEmpty)
        {
            await TryAsync("board", () => Board.WatchAsync(BoardSelf));
        }

        await Parallel.ForEachAsync(_jobs, Renewals, async (entry, _) => await TryAsync(entry.Key, async () =>
        {
            if (await grains.GetGrain<IJobGrain>(entry.Key).WatchAsync(ProgressSelf) is { } newest)
            {
                entry.Value.Post(newest);
            }
        }));
        stopping.ThrowIfCancellationRequested();
    }

    private async Task TryAsync(string what, Func<Task> renew)
    {
        try
        {
            await renew();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogRenewalFailed(e, what); // the next round comes soon
        }
    }

    private async Task WaitForRenewalAsync(CancellationToken stopping)
    {
        using var timer = new CancellationTokenSource(RenewalPeriod, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            await _due.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time for the next round, or to stop.
        }
    }

    /// <summary>A silo came or went: grains may have moved, and forgot who watches them.</summary>
    private async Task FollowClusterAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var _ in cluster.MembershipUpdates.WithCancellation(stopping))
            {
                RenewSoon();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void RenewSoon()
    {
        lock (_due)
        {
            if (_due.CurrentCount == 0)
            {
                _due.Release();
            }
        }
    }

    /// <summary>What of the board one connection sees.</summary>
    private sealed class BoardView(BoardFilter filter)
    {
        private readonly HashSet<string> _shown = [];

        public List<ProgressUpdate> Select(BoardChange[] changes)
        {
            lock (_shown)
            {
                return [.. changes.Where(IsSeen).Select(change => change.Progress)];
            }
        }

        private bool IsSeen(BoardChange change)
        {
            if (filter.ProjectId is not null && change.ProjectId != filter.ProjectId)
            {
                return false;
            }

            if (filter.Status is null)
            {
                return true;
            }

            if (change.Progress.Status != filter.Status)
            {
                return _shown.Remove(change.Progress.JobId); // what leaves the status is told once more
            }

            _shown.Add(change.Progress.JobId);
            return true;
        }
    }

    /// <summary>A job and the mailboxes of those who look at it. Once empty it takes no more: a new one is made.</summary>
    private sealed class WatchedJob
    {
        private readonly Lock _gate = new();
        private readonly HashSet<Mailbox> _mailboxes = [];
        private bool _left;

        public bool TryAdd(Mailbox mailbox)
        {
            lock (_gate)
            {
                if (!_left)
                {
                    _mailboxes.Add(mailbox);
                }

                return !_left;
            }
        }

        /// <summary>True where it was the last.</summary>
        public bool Remove(Mailbox mailbox)
        {
            lock (_gate)
            {
                return _mailboxes.Remove(mailbox) && (_left = _mailboxes.Count == 0);
            }
        }

        public void Post(ProgressUpdate update)
        {
            lock (_gate)
            {
                foreach (var mailbox in _mailboxes)
                {
                    mailbox.Post(update);
                }
            }
        }
    }
}
