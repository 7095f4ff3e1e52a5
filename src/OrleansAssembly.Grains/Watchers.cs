using Microsoft.Extensions.Logging;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>Who watches a job, each told at its own pace. Belongs to a grain: not safe for threads.</summary>
public sealed class Watchers(TimeProvider time, ILogger log)
{
    private readonly Dictionary<IProgressObserver, Watcher> _all = [];

    /// <summary>Tells the observer everything from now on, until <see cref="WatchLease"/> passes.</summary>
    public Watcher Add(IProgressObserver observer)
    {
        if (!_all.TryGetValue(observer, out var watcher) || watcher.Gone)
        {
            _all[observer] = watcher = new Watcher(observer.OnProgressAsync, time, log);
        }

        watcher.Renew();
        return watcher;
    }

    public void Remove(IProgressObserver observer)
    {
        if (_all.Remove(observer, out var watcher))
        {
            watcher.Leave();
        }
    }

    public void Tell(ProgressUpdate update)
    {
        foreach (var (observer, watcher) in _all)
        {
            if (watcher.Gone || watcher.Expired)
            {
                Remove(observer); // which a dictionary allows while it is gone through
            }
            else
            {
                watcher.Post(update);
            }
        }
    }

    public void Clear()
    {
        foreach (var observer in _all.Keys.ToList())
        {
            Remove(observer);
        }
    }

    /// <summary>Ends when all have been told all.</summary>
    public Task ToldAsync() => Task.WhenAll(_all.Values.Select(watcher => watcher.Telling));
}

/// <summary>
/// One who is told where a job is. Messages overtake each other on their way, so one is taken before the next is sent: a change of step, status or error
/// never comes too late to count. While one is on its way, of numbers only the newest waits. Belongs to a grain: not safe for threads.
/// </summary>
/// <param name="tell">Ends when it has come.</param>
public sealed partial class Watcher(Func<ProgressUpdate, Task> tell, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly List<ProgressUpdate> _waiting = []; // the first is on its way
    private long _renewed = time.GetTimestamp();

    /// <summary>What it has surely heard last.</summary>
    public ProgressUpdate? Told { get; private set; }

    /// <summary>It could not be reached, or has left.</summary>
    public bool Gone { get; private set; }

    public bool Expired => time.GetElapsedTime(_renewed) > WatchLease.Duration;

    /// <summary>Ends when it has been told all.</summary>
    public Task Telling { get; private set; } = Task.CompletedTask;

    public void Renew() => _renewed = time.GetTimestamp();

    public void Leave() => Gone = true;

    public void Post(ProgressUpdate update)
    {
        if (_waiting.Count > 1 && update.ChangesOnlyNumbersOf(_waiting[^1]))
        {
            _waiting[^1] = update;
        }
        else
        {
            _waiting.Add(update);
        }

        if (Telling.IsCompleted)
        {
            Telling = TellAsync();
        }
    }

    private async Task TellAsync()
    {
        while (_waiting.Count > 0 && !Gone)
        {
            try
            {
                await tell(_waiting[0]).WaitAsync(Patience, time);
                Told = _waiting[0];
                _waiting.RemoveAt(0);
            }
            catch (TimeoutException)
            {
                // Lost on its way, or it stands still: again, until its lease ends.
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                LogUnreachable(log, failure);
                Gone = true; // whoever still looks asks again
            }
        }
    }
    [LoggerMessage(LogLevel.Debug, "A watcher cannot be reached.")]
    private static partial void LogUnreachable(ILogger log, Exception failure);
}
