using Microsoft.Extensions.Logging;
using Orleans.Utilities;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>Collects the newest progress of each job and hands it on a few times a second to the silos whose users look at the list.</summary>
public sealed class BoardGrain(ILogger<BoardGrain> log) : Grain, IBoardGrain
{
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly ObserverManager<IBoardObserver> _observers = new(WatchLease.Duration, log);
    private readonly ObserverManager<IBoardObserver> _lookers = new(WatchLease.Duration, log);
    private readonly Dictionary<string, BoardChange> _changes = [];

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(FlushAsync, Period, Period);
        return base.OnActivateAsync(cancellationToken);
    }

    public Task WatchAsync(IBoardObserver observer, bool changes)
    {
        _observers.Subscribe(observer, observer);
        if (changes)
        {
            _lookers.Subscribe(observer, observer);
        }
        else
        {
            _lookers.Unsubscribe(observer);
        }

        return Task.CompletedTask;
    }

    public Task UnwatchAsync(IBoardObserver observer)
    {
        _observers.Unsubscribe(observer);
        _lookers.Unsubscribe(observer);
        return Task.CompletedTask;
    }

    /// <summary>A job that has moved may be told of by two silos: the newest counts.</summary>
    public Task PublishAsync(BoardChange[] changes)
    {
        foreach (var change in _lookers.Count > 0 ? changes : [])
        {
            _changes.Keep(change, told => told.Progress);
        }

        return Task.CompletedTask;
    }

    public Task NotifyAsync(NotificationEvent notification) =>
        _observers.Notify(observer => observer.OnNotificationAsync(notification));

    private async Task FlushAsync()
    {
        if (_changes.Count == 0)
        {
            return;
        }

        BoardChange[] changes = [.. _changes.Values];
        _changes.Clear();
        await _lookers.Notify(observer => observer.OnBoardAsync(changes));
    }
}
