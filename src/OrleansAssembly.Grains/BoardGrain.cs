using Microsoft.Extensions.Logging;
using Orleans.Utilities;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>Collects the newest progress of each job and hands it on a few times a second to the silos whose users look at the list.</summary>
public sealed class BoardGrain(ILogger<BoardGrain> log) : Grain, IBoardGrain
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly ObserverManager<IBoardObserver> _observers = new(WatchLease.Duration, log);
    private readonly Dictionary<string, BoardChange> _changes = [];

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(FlushAsync, Period, Period);
        return base.OnActivateAsync(cancellationToken);
    }

    public Task WatchAsync(IBoardObserver observer)
    {
        _observers.Subscribe(observer, observer);
        return Task.CompletedTask;
    }

    public Task UnwatchAsync(IBoardObserver observer)
    {
        _observers.Unsubscribe(observer);
        return Task.CompletedTask;
    }

    public Task PublishAsync(ProgressUpdate update, string projectId)
    {
        if (_observers.Count > 0)
        {
            _changes[update.JobId] = new BoardChange(projectId, update);
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
        await _observers.Notify(observer => observer.OnBoardAsync(changes));
    }
}
