using System.Security.Cryptography;
using System.Text;
using Orleans.Storage;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Notifications;

namespace OrleansAssembly.Grains.Notifications;

/// <summary>
/// Sends what is due, a few at a time, and notes what came of it. Between "sent" and "noted" a crash may come: then it is sent again, under the same id.
/// Near tries are waited for in memory; for far ones, and in case this silo dies, there is a reminder.
/// </summary>
public sealed partial class NotificationsGrain
{
    private const int AtOnce = 4;
    private const int LargestPoster = 400_000;
    private const string ReminderName = "outbox";

    /// <summary>No reminder comes more often. Waits longer than this are left to it, and the grain may leave memory.</summary>
    private static readonly TimeSpan ShortestReminder = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestReminder = TimeSpan.FromHours(1);

    /// <summary>What could not be written is tried again after this.</summary>
    private static readonly TimeSpan WriteAgain = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _sending = [];
    private readonly CancellationTokenSource _leaving = new();
    private readonly SemaphoreSlim _write = new(1, 1);
    private Task _tries = Task.CompletedTask;
    private IGrainTimer? _timer;
    private bool _unwritten;
    private bool? _reminded; // null: not known since it woke

    public Task ReceiveReminder(string reminderName, TickStatus status) => TouchAsync();

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _leaving.CancelAsync();
        await _tries.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Begins what is due, and sets the clock for what comes next.</summary>
    private void Plan()
    {
        var now = time.GetUtcNow();
        foreach (var entry in (State.Entries ?? []).Where(entry => entry.NextAt <= now && !_sending.Contains(entry.Id)).OrderBy(entry => entry.NextAt).Take(AtOnce - _sending.Count).ToList())
        {
            _sending.Add(entry.Id);
            _tries = Task.WhenAll(_tries.IsCompleted ? Task.CompletedTask : _tries, TryAsync(entry));
        }

        var next = (State.Entries ?? []).Where(entry => !_sending.Contains(entry.Id)).Min(entry => entry.NextAt);
        var wait = _unwritten ? WriteAgain : next is { } at ? (at > now ? at - now : TimeSpan.FromMilliseconds(50)) : Timeout.InfiniteTimeSpan;
        if (_sending.Count >= AtOnce || wait > ShortestReminder)
        {
            wait = Timeout.InfiniteTimeSpan; // whoever ends plans again; far ones are the reminder's
        }

        if (wait != Timeout.InfiniteTimeSpan || _timer is not null)
        {
            _timer ??= this.RegisterGrainTimer(OnTimerAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true });
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task OnTimerAsync()
    {
        if (_unwritten)
        {
            await NoteAsync(() => { });
        }

        await TouchAsync(); // what could not be written could not be settled either
    }

    /// <summary>One try, in turns of this grain between which others may come. It never throws.</summary>
    private async Task TryAsync(OutboxEntry entry)
    {
        try
        {
            var health = await HealthAsync(entry);
            if (!entry.ByHand && health.Verdict is { } muted)
            {
                await NoteAsync(() => State.Put(entry.Mute(muted)));
                return;
            }

            var news = State.News?.GetValueOrDefault(entry.NewsId);
            var outcome = news is null ? SendOutcome.Refused("What it was to tell is gone") : await channels.SendAsync(await MessageAsync(entry, news), _leaving.Token);
            var after = entry.After(outcome, options.Value.Schedule, time.GetUtcNow(), Random.Shared.NextDouble());
            await NoteAsync(() => State.Put(after));
            await JudgeAsync(after, outcome, health);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // Whoever wakes next tries again.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogBrokenOff(log, failure, Scope);
            var after = entry.After(SendOutcome.NotNow("The try broke off"), options.Value.Schedule, time.GetUtcNow(), Random.Shared.NextDouble());
            await NoteAsync(() => State.Put(after));
        }
        finally
        {
            _sending.Remove(entry.Id);
            if (!_leaving.IsCancellationRequested)
            {
                Plan();
                await SettleAsync();
            }
        }
    }

    private async Task<OutgoingMessage> MessageAsync(OutboxEntry entry, JobNews news)
    {
        var opened = (await SecretsAsync(entry, news))?.Select(secrets.Open).OfType<string>().ToList();
        var poster = entry.Target.Channel == NotificationChannels.Email ? await PosterAsync(news) : null;
        return new OutgoingMessage(entry.Id, entry.Target with { Secrets = opened }, news, poster);
    }

    /// <summary>A message that waited is signed as its receiver expects it now: secrets may have been rotated meanwhile. Those of old serve where the settings name it no more.</summary>
    private async Task<IReadOnlyList<string>?> SecretsAsync(OutboxEntry entry, JobNews news) =>
        entry.Target.Channel == NotificationChannels.Webhook && entry.Event != NotificationEvents.Test
        && (await EffectiveAsync(news.ProjectId)).Webhooks?.FirstOrDefault(hook => hook.Url == entry.Target.Address) is { } today
            ? today.AllSecrets
            : entry.Target.Secrets;

    private async Task<byte[]?> PosterAsync(JobNews news)
    {
        try
        {
            var poster = news.Outputs?.FirstOrDefault(output => output is { Kind: "poster", MediaType: "image/jpeg", Bytes: <= LargestPoster });
            return poster is null ? null : await File.ReadAllBytesAsync(Path.Combine(media.Exports(news.ProjectId, news.JobId), Path.GetFileName(poster.Name)), _leaving.Token);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // a mail without its picture is better than none
        }
    }

    private IEndpointGrain Endpoint(OutboxEntry entry) => GrainFactory.GetGrain<IEndpointGrain>(
        $"{entry.Target.Channel}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(entry.Target.Address)).AsSpan(0, 16))}");

    private async Task<EndpointHealth> HealthAsync(OutboxEntry entry)
    {
        try
        {
            return await Endpoint(entry).GetAsync();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return EndpointHealth.Well; // nobody knows: it is tried
        }
    }

    /// <summary>Tells the receiver's record what came of it, and the log.</summary>
    private async Task JudgeAsync(OutboxEntry after, SendOutcome outcome, EndpointHealth before)
    {
        if (outcome.Ok)
        {
            LogDelivered(log, Scope, after.Target.Channel, after.Id);
            if (before != EndpointHealth.Well)
            {
                await Endpoint(after).ArrivedAsync();
            }

            return;
        }

        LogFailed(log, Scope, after.Target.Channel, after.Id, after.Attempts[^1].Answer, after.NextAt);
        if (after.Status == DeliveryStatus.Failed && channels.IsOn(after.Target.Channel))
        {
            await Endpoint(after).FailedAsync(outcome.Gone, after.Attempts[^1].Answer);
        }
    }

    /// <summary>Changes what is stored, or nothing where it cannot be written.</summary>
    private async Task ChangeAsync(Action change)
    {
        await _write.WaitAsync();
        var (settings, news, entries, forgotten) = (State.Settings, State.News is null ? null : new Dictionary<string, JobNews>(State.News), State.Entries?.ToList(), State.Forgotten);
        try
        {
            change();
            await stored.WriteStateAsync();
            _unwritten = false;
        }
        catch (Exception failure)
        {
            (State.Settings, State.News, State.Entries, State.Forgotten) = (settings, news, entries, forgotten);
            if (failure is InconsistentStateException)
            {
                DeactivateOnIdle(); // another activation has written: what it wrote counts
            }

            throw;
        }
        finally
        {
            _write.Release();
        }
    }

    /// <summary>Notes what has happened: that stays true where it cannot be written at once, and is written later.</summary>
    private async Task NoteAsync(Action change)
    {
        await _write.WaitAsync();
        try
        {
            change();
            await stored.WriteStateAsync();
            _unwritten = false;
        }
        catch (InconsistentStateException overruled)
        {
            LogUnwritten(log, overruled, Scope);
            DeactivateOnIdle();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _unwritten = true;
            LogUnwritten(log, failure, Scope);
        }
        finally
        {
            _write.Release();
        }
    }

    /// <summary>Puts the reminder and the index right once a try has ended; what fails here the next end makes good.</summary>
    private async Task SettleAsync()
    {
        try
        {
            if (_sending.Count > 0 || _unwritten)
            {
                return;
            }

            if (State.NextAt() is { } next)
            {
                var wait = next - time.GetUtcNow();
                var period = TimeSpan.FromTicks(Math.Clamp(wait.Ticks, ShortestReminder.Ticks, LongestReminder.Ticks));
                await this.RegisterOrUpdateReminder(ReminderName, wait > ShortestReminder ? wait : ShortestReminder, period);
                _reminded = true;
                return;
            }

            await StopRemindingAsync();
            if (State.Forgotten)
            {
                await ClearAsync();
            }

            await index.LeaveAsync(Scope); // last: what is entered is touched until all of this has been done
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogUnwritten(log, failure, Scope);
        }
    }

    private async Task ClearAsync()
    {
        await _write.WaitAsync();
        try
        {
            if (State.Forgotten && State.NextAt() is null) // somebody may have come meanwhile
            {
                await stored.ClearStateAsync();
            }
        }
        finally
        {
            DeactivateOnIdle();
            _write.Release();
        }
    }

    private async Task StopRemindingAsync()
    {
        if (_reminded is not false && await this.GetReminder(ReminderName) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }

        _reminded = false;
    }
}
