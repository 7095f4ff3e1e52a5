using System.Collections.Concurrent;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Server.Progress;

/// <summary>
/// Brings the changes of jobs to the people of this silo. It watches each job once, whoever and how many look at it; renews what it watches every
/// few seconds and whenever the cluster changes, since a grain that woke elsewhere knows of no watchers; and compares sequence numbers,
/// so that an update that was lost on the way, the last one too, comes with the next renewal, and none comes twice.
/// </summary>
public sealed partial class ProgressRelay(IGrainFactory grains, IClusterMembershipService cluster, TimeProvider time, ILogger<ProgressRelay> logger)
    : BackgroundService, IProgressObserver, IBoardObserver
{
    /// <summary>A grain may leave memory and wake elsewhere without the cluster changing: nobody misses more than this.</summary>
    private static readonly TimeSpan RenewalPeriod = TimeSpan.FromSeconds(2);

    /// <summary>What could not be renewed, since its silo died and it is not up elsewhere yet, is tried again after this, then after twice as long, up to the period.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>A grain that does not answer for so long must not keep the others waiting.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private const int Parallel = 32;
    private const string BoardName = "board";

    private readonly ConcurrentDictionary<string, WatchedJob> _jobs = new();
    private readonly ConcurrentDictionary<Mailbox, BoardView?> _boards = new();
    private readonly SemaphoreSlim _due = new(0, 1);
    private IProgressObserver? _progressSelf;
    private IBoardObserver? _boardSelf;
    private readonly SemaphoreSlim _boardTurn = new(1, 1);
    private bool _onBoard;
    private bool _looksAtBoard;

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

    /// <summary>Puts notifications into the mailbox, and, once <see cref="WatchBoardAsync"/> says so, changes of the board.</summary>
    public void Join(Mailbox mailbox)
    {
        _boards[mailbox] = null;
        RenewSoon();
    }

    /// <summary>Puts changes of the board into the mailbox too: all that happen after this has ended, or, where the board cannot be reached, after the next renewal.</summary>
    public Task WatchBoardAsync(Mailbox mailbox, BoardFilter filter)
    {
        _boards[mailbox] = new BoardView(filter);
        return TryAsync(BoardName, () => FollowBoardAsync(evenIfLooking: false));
    }

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

    /// <summary>Lets the board go while it can still be reached. The connections, which end before, let go of their jobs.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        _boards.Clear();
        await TryAsync(BoardName, () => FollowBoardAsync());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var following = FollowClusterAsync(stoppingToken);
        var retry = RetryAfter;
        IReadOnlyCollection<string>? due = null; // null: everything
        while (!stoppingToken.IsCancellationRequested)
        {
            var failed = await RenewAsync(due ?? [BoardName, .. _jobs.Keys], stoppingToken);
            var hasty = failed.Count > 0 && retry < RenewalPeriod;
            if (await WaitForRenewalAsync(hasty ? retry : RenewalPeriod, stoppingToken) || failed.Count == 0)
            {
                (due, retry) = (null, RetryAfter);
            }
            else
            {
                (due, retry) = hasty ? (failed, 2 * retry) : (null, retry);
            }
        }

        await following;
    }

    public override void Dispose()
    {
        _due.Dispose();
        _boardTurn.Dispose();
        base.Dispose();
    }

    private IProgressObserver ProgressSelf => LazyInitializer.EnsureInitialized(ref _progressSelf, () => grains.CreateObjectReference<IProgressObserver>(this));

    private IBoardObserver BoardSelf => LazyInitializer.EnsureInitialized(ref _boardSelf, () => grains.CreateObjectReference<IBoardObserver>(this));

    /// <summary>Renews what is watched, and answers what could not be.</summary>
    private async Task<IReadOnlyCollection<string>> RenewAsync(IEnumerable<string> names, CancellationToken stopping)
    {
        var late = new ConcurrentQueue<string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = stopping };
        try
        {
            await System.Threading.Tasks.Parallel.ForEachAsync(names, options, async (name, _) =>
            {
                if (!await TryAsync(name, () => name == BoardName ? FollowBoardAsync() : RenewAsync(name)))
                {
                    late.Enqueue(name);
                }
            });
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }

        return late;
    }

    private async Task RenewAsync(string jobId)
    {
        if (_jobs.TryGetValue(jobId, out var watched) && await grains.GetGrain<IJobGrain>(jobId).RenewWatchAsync(ProgressSelf) is { } newest)
        {
            watched.Post(newest);
        }
    }

    /// <summary>Watches the board for as long as somebody here wants to hear of it. One after the other, so that the board hears last what is true last.</summary>
    private async Task FollowBoardAsync(bool evenIfLooking = true)
    {
        await _boardTurn.WaitAsync();
        try
        {
            var (hears, looks) = (!_boards.IsEmpty, _boards.Values.Any(view => view is not null));
            if (hears && (evenIfLooking || looks != _looksAtBoard))
            {
                _onBoard = true;
                await Board.WatchAsync(BoardSelf, looks);
                _looksAtBoard = looks;
            }
            else if (!hears && _onBoard)
            {
                await Board.UnwatchAsync(BoardSelf);
                (_onBoard, _looksAtBoard) = (false, false);
            }
        }
        finally
        {
            _boardTurn.Release();
        }
    }

    private async Task<bool> TryAsync(string name, Func<Task> act)
    {
        try
        {
            await act().WaitAsync(AnswerLimit, time);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogRenewalFailed(e, name); // tried again soon
            return false;
        }
    }

    /// <summary>True where something has changed meanwhile, so that all of it is due.</summary>
    private async Task<bool> WaitForRenewalAsync(TimeSpan pause, CancellationToken stopping)
    {
        using var timer = new CancellationTokenSource(pause, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            await _due.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false; // time for the next round, or to stop
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
}
