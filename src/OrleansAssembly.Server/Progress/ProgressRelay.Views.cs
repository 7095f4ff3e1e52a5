using System.Collections.Immutable;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Server.Progress;

/// <summary>Who looks at what.</summary>
public sealed partial class ProgressRelay
{
    /// <summary>Jobs outside of its status that one board remembers to have been told of.</summary>
    public const int MostOut = 10_000;

    /// <summary>What of the board one connection sees.</summary>
    private sealed class BoardView(BoardFilter filter)
    {
        private readonly HashSet<string> _out = []; // told to be in another status

        public List<ProgressUpdate> Select(BoardChange[] changes)
        {
            lock (_out)
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

            if (change.Progress.Status == filter.Status)
            {
                _out.Remove(change.Progress.JobId);
                return true;
            }

            // What leaves the status is told once more. Nobody here knows what the caller has listed before it looked, so what is elsewhere is told once, too.
            if (_out.Count == MostOut && !_out.Contains(change.Progress.JobId))
            {
                _out.Clear(); // then some are told a second time, which harms nobody
            }

            return _out.Add(change.Progress.JobId);
        }
    }

    /// <summary>A job and the mailboxes of those who look at it. Once empty it takes no more: a new one is made.</summary>
    private sealed class WatchedJob
    {
        private readonly Lock _gate = new();
        private ImmutableArray<Mailbox> _mailboxes = []; // replaced, so that it is gone through while others come and go
        private bool _left;

        public bool TryAdd(Mailbox mailbox)
        {
            lock (_gate)
            {
                if (!_left && !_mailboxes.Contains(mailbox))
                {
                    _mailboxes = _mailboxes.Add(mailbox);
                }

                return !_left;
            }
        }

        /// <summary>True where it was the last.</summary>
        public bool Remove(Mailbox mailbox)
        {
            lock (_gate)
            {
                var before = _mailboxes.Length;
                _mailboxes = _mailboxes.Remove(mailbox);
                return _mailboxes.Length < before && (_left = _mailboxes.IsEmpty);
            }
        }

        public void Post(ProgressUpdate update)
        {
            ImmutableArray<Mailbox> mailboxes;
            lock (_gate)
            {
                mailboxes = _mailboxes;
            }

            foreach (var mailbox in mailboxes)
            {
                mailbox.Post(update);
            }
        }
    }
}
