using OrleansAssembly.Contracts;

namespace OrleansAssembly.Server.Progress;

/// <summary>What one connection is still to be sent, taken out whole.</summary>
public sealed record Mail(ProgressUpdate[] Progress, ProgressUpdate[] Board, NotificationEvent[] Notifications);

/// <summary>
/// Between the relay, which never waits, and one connection, which may be slow: of numbers the newest wins, a change of step, status or error is never dropped.
/// So it holds at most a few updates a job, however long the connection does not read.
/// </summary>
public sealed class Mailbox : IDisposable
{
    private const int MaxNotifications = 100;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _filled = new(0, 1);
    private readonly LinkedList<ProgressUpdate> _progress = new();
    private readonly Dictionary<string, LinkedListNode<ProgressUpdate>> _last = [];
    private readonly Dictionary<string, long> _sequences = [];
    private readonly Dictionary<string, ProgressUpdate> _board = [];
    private readonly Queue<NotificationEvent> _notifications = new();

    /// <summary>Takes an update of a watched job; one that is not newer than the last is dropped.</summary>
    public void Post(ProgressUpdate update)
    {
        lock (_gate)
        {
            if (_sequences.TryGetValue(update.JobId, out var newest) && update.Sequence <= newest)
            {
                return;
            }

            _sequences[update.JobId] = update.Sequence;
            if (_last.TryGetValue(update.JobId, out var waiting) && update.ChangesOnlyNumbersOf(waiting.Value))
            {
                waiting.Value = update;
            }
            else
            {
                _last[update.JobId] = _progress.AddLast(update);
            }

            Signal();
        }
    }

    /// <summary>Says what the connection has of a job already: only newer updates are taken.</summary>
    public void StartAfter(string jobId, long sequence)
    {
        lock (_gate)
        {
            _sequences[jobId] = Math.Max(sequence, _sequences.GetValueOrDefault(jobId, long.MinValue));
        }
    }

    /// <summary>Forgets a job that is no longer watched.</summary>
    public void Forget(string jobId)
    {
        lock (_gate)
        {
            _sequences.Remove(jobId);
        }
    }

    /// <summary>Takes changes of the board: the newest of each job.</summary>
    public void PostBoard(IEnumerable<ProgressUpdate> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (!_board.TryGetValue(change.JobId, out var known) || known.Sequence < change.Sequence)
                {
                    _board[change.JobId] = change;
                    Signal();
                }
            }
        }
    }

    public void Post(NotificationEvent notification)
    {
        lock (_gate)
        {
            if (_notifications.Count == MaxNotifications)
            {
                _notifications.Dequeue();
            }

            _notifications.Enqueue(notification);
            Signal();
        }
    }

    /// <summary>Waits until there is something, and takes all of it.</summary>
    public async Task<Mail> TakeAsync(CancellationToken cancellation)
    {
        await _filled.WaitAsync(cancellation);
        return Take();
    }

    /// <summary>As <see cref="TakeAsync(CancellationToken)"/>, but null where nothing comes within the time.</summary>
    public async Task<Mail?> TakeAsync(TimeSpan atMost, CancellationToken cancellation) =>
        await _filled.WaitAsync(atMost, cancellation) ? Take() : null;

    public void Dispose() => _filled.Dispose();

    private Mail Take()
    {
        lock (_gate)
        {
            var mail = new Mail([.. _progress], [.. _board.Values], [.. _notifications]);
            _progress.Clear();
            _last.Clear();
            _board.Clear();
            _notifications.Clear();
            return mail;
        }
    }

    private void Signal()
    {
        if (_filled.CurrentCount == 0)
        {
            _filled.Release();
        }
    }
}
