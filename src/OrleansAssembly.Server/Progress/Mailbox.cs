using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;

namespace OrleansAssembly.Server.Progress;

/// <summary>What one connection is to be sent next.</summary>
public sealed record Mail(ProgressUpdate[] Progress, ProgressUpdate[] Board, NotificationEvent[] Notifications);

/// <summary>
/// Between the relay, which never waits, and one connection, which may be slow: of numbers the newest wins, a change of step, status or error is never dropped.
/// So it holds at most a few updates a job, however long the connection does not read.
/// </summary>
/// <param name="filled">Called each time something came, outside of all locks, by whoever brought it; null for one that is waited at.</param>
public sealed class Mailbox(Action? filled = null) : IDisposable
{
    private const int MaxNotifications = 100;

    /// <summary>Updates taken at a time: what is taken is sent even when there are newer ones by then.</summary>
    private const int MostAtATime = 16;

    /// <summary>Updates that may wait. So many changes of step or status are missed only by who has not read for very long: it is sent away, comes again, and gets the newest.</summary>
    public const int MostWaiting = 10_000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _filled = new(0, 1);
    private readonly LinkedList<ProgressUpdate> _progress = new();
    private readonly Dictionary<string, LinkedListNode<ProgressUpdate>> _last = [];
    private readonly Dictionary<string, long> _sequences = [];
    private readonly Dictionary<string, ProgressUpdate> _board = [];
    private readonly Queue<NotificationEvent> _notifications = new();
    private bool _givenUp;
    private bool _closed;

    /// <summary>Takes an update of a watched job; one that is not newer than the last is dropped.</summary>
    public void Post(ProgressUpdate update)
    {
        lock (_gate)
        {
            if (_givenUp || (_sequences.TryGetValue(update.JobId, out var newest) && update.Sequence <= newest))
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
                GiveUpBeyond(MostWaiting);
            }
        }

        Signal();
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
                _board.Keep(change, told => told);
            }
        }

        Signal();
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
        }

        Signal();
    }

    /// <summary>Waits until there is something, and takes what is oldest.</summary>
    /// <exception cref="IOException">More waited than anybody can be told: the connection is to be ended.</exception>
    public async Task<Mail> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await _filled.WaitAsync(cancellation);
            if (TakeAndLeaveSign() is { } mail)
            {
                return mail;
            }
        }
    }

    /// <summary>As <see cref="TakeAsync(CancellationToken)"/>, but null where nothing comes within the time.</summary>
    public async Task<Mail?> TakeAsync(TimeSpan atMost, CancellationToken cancellation) =>
        await _filled.WaitAsync(atMost, cancellation) ? TakeAndLeaveSign() : null;

    /// <summary>Takes what is oldest; null where there is nothing.</summary>
    /// <exception cref="IOException">As <see cref="TakeAsync(CancellationToken)"/>.</exception>
    public Mail? TryTake()
    {
        lock (_gate)
        {
            if (_givenUp)
            {
                throw new IOException("The client reads too slowly.");
            }

            if (_progress.Count + _board.Count + _notifications.Count == 0)
            {
                return null;
            }

            var mail = new Mail(TakeProgress(), [.. _board.Values], [.. _notifications]);
            _board.Clear();
            _notifications.Clear();
            return mail;
        }
    }

    /// <summary>What is still on its way to it is dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _filled.Dispose();
        }
    }

    /// <summary>For who waits: what is left is to be taken next.</summary>
    private Mail? TakeAndLeaveSign()
    {
        var mail = TryTake();
        lock (_gate)
        {
            if (_progress.Count > 0)
            {
                Release();
            }
        }

        return mail;
    }

    private ProgressUpdate[] TakeProgress()
    {
        var taken = new ProgressUpdate[Math.Min(_progress.Count, MostAtATime)];
        for (var i = 0; i < taken.Length; i++)
        {
            var first = _progress.First!;
            taken[i] = first.Value;
            _progress.RemoveFirst();
            if (_last[first.Value.JobId] == first)
            {
                _last.Remove(first.Value.JobId);
            }
        }

        return taken;
    }

    private void GiveUpBeyond(int most)
    {
        if (_progress.Count > most)
        {
            _progress.Clear();
            _last.Clear();
            _givenUp = true;
        }
    }

    private void Signal()
    {
        if (filled is not null)
        {
            filled();
            return;
        }

        lock (_gate)
        {
            Release();
        }
    }

    private void Release()
    {
        if (!_closed && _filled.CurrentCount == 0)
        {
            _filled.Release();
        }
    }
}
