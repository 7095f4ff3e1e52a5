using Microsoft.Extensions.Logging;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>
/// Brings the changes of this silo's jobs to the board, the newest of each, all in one call and not more often than the board hands them on:
/// a thousand jobs are no more calls than one. What could not be sent is sent with what comes next.
/// </summary>
public sealed partial class BoardPost(IGrainFactory grains, TimeProvider time, ILogger<BoardPost> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, BoardChange> _waiting = [];
    private Task _sending = Task.CompletedTask;

    /// <summary>Takes an update, in place of what waits of the same job. Safe for threads.</summary>
    public void Post(ProgressUpdate update, string projectId)
    {
        lock (_gate)
        {
            _waiting.Keep(new BoardChange(projectId, update), told => told.Progress);
            if (_sending.IsCompleted)
            {
                _sending = Task.Run(SendAsync);
            }
        }
    }

    private async Task SendAsync()
    {
        while (Take() is { Length: > 0 } changes)
        {
            try
            {
                await grains.GetGrain<IBoardGrain>(0).PublishAsync(changes).WaitAsync(Patience, time);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                LogUnreachable(log, failure);
                PutBack(changes);
            }

            await Task.Delay(BoardGrain.Period, time);
        }
    }

    /// <summary>All that waits; where that is nothing, the next update begins anew.</summary>
    private BoardChange[] Take()
    {
        lock (_gate)
        {
            BoardChange[] changes = [.. _waiting.Values];
            _waiting.Clear();
            if (changes.Length == 0)
            {
                _sending = Task.CompletedTask;
            }

            return changes;
        }
    }

    private void PutBack(BoardChange[] changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                _waiting.Keep(change, told => told.Progress);
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "The board cannot be reached; it is told later.")]
    private static partial void LogUnreachable(ILogger log, Exception failure);
}
