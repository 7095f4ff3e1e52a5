using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>
/// How a job tells people: what is to be told is part of its state, and stays there until its outbox has stored it. That one sends it; no job waits for a mail server.
/// </summary>
public sealed partial class JobGrain
{
    /// <summary>Settings may change while the job runs.</summary>
    private static readonly TimeSpan SettingsPeriod = TimeSpan.FromSeconds(10);

    private double[]? _progressAt; // null: not asked yet
    private long _progressAtAskedAt;

    private INotificationsGrain Outbox => GrainFactory.GetGrain<INotificationsGrain>(NotificationScope.Job(Id));

    /// <summary>A change that passes a chosen percentage tells so, and then must be written like any other.</summary>
    private (JobState Next, bool Durable) WithProgressNews(JobState next, double progress, bool durable)
    {
        var told = next.AnnounceProgress(progress, _progressAt ?? [], time.GetUtcNow());
        return (told, durable || !ReferenceEquals(told, next));
    }

    /// <summary>Hands over what is to be told, in order; the rest stays for the next tick where the outbox does not answer.</summary>
    private async Task HandOverAsync()
    {
        var told = new List<string>();
        try
        {
            foreach (var item in _state!.Outgoing)
            {
                var spec = _record.Spec!;
                var news = new JobNews(item, Id, spec.ProjectId!, spec.Title!, [.. _book!.Presets], _book.Newest);
                _progressAt = await Outbox.AnnounceAsync(news).WaitAsync(Patience, time);
                _progressAtAskedAt = time.GetTimestamp();
                told.Add(item.Id);
            }
        }
        finally
        {
            if (told.Count > 0)
            {
                _state = _state!.Told(told);
                await UnlessOverruledAsync(_record.OfferAsync(_state, _record.Reserved));
                if (_state is { Ended: true, Outgoing.IsEmpty: true })
                {
                    MustEnter(Unentered.Change);
                }
            }
        }
    }

    private async Task LookAfterNewsAsync()
    {
        if (!_state!.Outgoing.IsEmpty)
        {
            await RunAsync(new JobEffect.Announce());
        }

        if (_state is { Status: JobStatus.Running } && (_progressAt is null || time.GetElapsedTime(_progressAtAskedAt) > SettingsPeriod))
        {
            await AskProgressAtAsync();
        }
    }

    private async Task AskProgressAtAsync()
    {
        try
        {
            _progressAtAskedAt = time.GetTimestamp();
            _progressAt = await Outbox.ProgressAtAsync(_record.Spec!.ProjectId!).WaitAsync(Patience, time);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _progressAt ??= [];
            LogOutboxSilent(log, failure, Id);
        }
    }
}
