using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains.Work;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Notifications;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains.Notifications;

/// <summary>The settings of a scope, and its outbox. This part receives, stores and answers; the other sends.</summary>
public sealed partial class NotificationsGrain(
    [PersistentState("notifications")] IPersistentState<NotificationsEnvelope> stored,
    NotificationChannelSet channels,
    SecretBox secrets,
    OutboxIndex index,
    MediaStore media,
    IOptions<NotificationOptions> options,
    TimeProvider time,
    ILogger<NotificationsGrain> log) : Grain, INotificationsGrain, IRemindable, IDisposable
{
    private string Scope => this.GetPrimaryKeyString();

    private NotificationsEnvelope State => stored.State;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Plan(); // what an earlier life left
        return base.OnActivateAsync(cancellationToken);
    }

    public Task<NotificationSpec?> GetAsync() => Task.FromResult(State.Settings?.Masked());

    public async Task<NotificationSpec> GetEffectiveAsync(string? projectId) => (await EffectiveAsync(projectId)).Masked();

    public Task<NotificationSpec?> GetStoredAsync() => Task.FromResult(State.Settings);

    public async Task<SettingsAnswer> SetAsync(NotificationSpec? settings)
    {
        // The mask stands for what the same URL had.
        var before = (State.Settings?.Webhooks ?? []).Where(hook => hook.Url is not null).GroupBy(hook => hook.Url).ToDictionary(group => group.Key!, group => group.First());
        var hooks = settings?.Webhooks?.Select(hook => Unmask(hook, before.GetValueOrDefault(hook.Url!))).ToList();
        var problems = (hooks ?? []).Select((hook, place) => (hook, place)).Where(item => item.hook.AllSecrets.Contains(WebhookSpec.Mask))
            .Select(item => new FieldProblem($"webhooks[{item.place}].secret", "There is no secret of this URL to be kept: type it.")).ToArray();
        if (problems.Length > 0)
        {
            return new SettingsAnswer(null, problems);
        }

        var sealedSettings = settings is null ? null : (settings with { Webhooks = hooks }).WithSecrets(secrets.Seal);
        await ChangeAsync(() => (State.Settings, State.Forgotten) = (sealedSettings, false)); // whoever sets them knows that the job is there
        return new SettingsAnswer(State.Settings?.Masked(), []);
    }

    public async Task<double[]> AnnounceAsync(JobNews news)
    {
        var effective = await EffectiveAsync(news.ProjectId);
        if (!State.Knows(news.What.Id))
        {
            if (NotificationRules.TellsBrowsers(effective, news.What.Event))
            {
                await GrainFactory.GetGrain<IBoardGrain>(0).NotifyAsync(new NotificationEvent(
                    news.What.Id, news.What.Event, news.JobId, news.ProjectId, news.Title, MessageTexts.Sentence(news), news.What.At));
            }

            var targets = NotificationRules.Targets(effective, news.What.Event);
            if (targets.Count > 0)
            {
                await TakeAsync(await WithOutputsAsync(news), targets);
            }
        }

        return [.. NotificationRules.ProgressAt(effective)];
    }

    public async Task<double[]> ProgressAtAsync(string projectId) => [.. NotificationRules.ProgressAt(await EffectiveAsync(projectId))];

    public Task<Delivery[]> ListAsync() => Task.FromResult((State.Entries ?? []).AsEnumerable().Reverse().Select(Ledger.Show).ToArray());

    public async Task<Delivery?> RedeliverAsync(string deliveryId)
    {
        if (State.Find(deliveryId) is not { } entry)
        {
            return null;
        }

        // What is on its way is not sent a second time beside itself; where what came of it is only being written, it is.
        if (!_sending.Contains(deliveryId) || entry.NextAt is null || entry.NextAt > time.GetUtcNow())
        {
            await index.EnterAsync(Scope);
            await ChangeAsync(() => State.Put(entry = entry.Again(time.GetUtcNow())));
            Plan();
        }

        return Ledger.Show(State.Find(deliveryId)!);
    }

    public async Task<TestAnswer> TestAsync(NotificationTest test)
    {
        var spec = NotificationScope.JobOf(Scope) is { } jobId ? await GrainFactory.GetGrain<IJobGrain>(jobId).GetSpecAsync() : null;
        string[]? keys = null;
        if (test.Channel == NotificationChannels.Webhook)
        {
            var known = (await EffectiveAsync(spec?.ProjectId)).Webhooks?.FirstOrDefault(hook => hook.Url == test.Target);
            keys = test.Secret is { } secret && secret != WebhookSpec.Mask ? [secrets.Seal(secret)] : known?.AllSecrets.ToArray();
            if (keys is null)
            {
                return new TestAnswer(null, [new FieldProblem("secret", "These settings have no webhook of this URL: give its secret.")]);
            }
        }

        var now = time.GetUtcNow();
        var news = new JobNews(
            new Announcement($"test-{Guid.CreateVersion7(now):N}", NotificationEvents.Test, now),
            spec is null ? "" : NotificationScope.JobOf(Scope)!, spec?.ProjectId ?? "test", spec?.Title ?? "OrleansAssembly", [.. (spec?.Outputs ?? []).Select(output => output.Preset!)], null);
        var entry = OutboxEntry.Of(news.What.Id, NotificationEvents.Test, new NotificationTarget(test.Channel!, test.Target!, keys), now, byHand: true);
        await StoreAsync(news, [entry]);
        return new TestAnswer(Ledger.Show(entry), []);
    }

    /// <summary>Awake it may be without a clock and without a reminder: the store may have refused that one, and being touched keeps it in memory.</summary>
    public Task TouchAsync()
    {
        Plan();
        return SettleAsync();
    }

    public async Task ForgetAsync()
    {
        await index.EnterAsync(Scope); // until nothing is left of it, whatever happens on the way
        await ChangeAsync(() => State.Forget());
        await SettleAsync();
    }

    public void Dispose()
    {
        _leaving.Dispose();
        _write.Dispose();
    }

    private static WebhookSpec Unmask(WebhookSpec hook, WebhookSpec? before)
    {
        var kept = (hook.Secrets ?? []).Select((secret, place) => secret == WebhookSpec.Mask && before?.Secrets?.ElementAtOrDefault(place) is { } old ? old : secret).ToList();
        return hook with
        {
            Secret = hook.Secret == WebhookSpec.Mask && before?.Secret is { } secret ? secret : hook.Secret,
            Secrets = hook.Secrets is null ? null : kept,
        };
    }

    /// <summary>This scope's settings over those that it lies in.</summary>
    private async Task<NotificationSpec> EffectiveAsync(string? projectId)
    {
        var layers = new List<NotificationSpec?> { State.Settings };
        foreach (var outer in new[] { projectId is null ? null : NotificationScope.Project(projectId), NotificationScope.Deployment }.OfType<string>().Where(outer => outer != Scope))
        {
            layers.Add(await GrainFactory.GetGrain<INotificationsGrain>(outer).GetStoredAsync());
        }

        return NotificationRules.Effective([.. layers]);
    }

    private Task TakeAsync(JobNews news, IEnumerable<NotificationTarget> targets)
    {
        var now = time.GetUtcNow();
        return StoreAsync(news, [.. targets.Select(target => OutboxEntry.Of(news.What.Id, news.What.Event, target, now))]);
    }

    private async Task StoreAsync(JobNews news, List<OutboxEntry> entries)
    {
        await index.EnterAsync(Scope);
        await ChangeAsync(() => State.Add(news, entries));
        Plan();
    }

    /// <summary>The message tells what was made; a list that cannot be read leaves that out.</summary>
    private async Task<JobNews> WithOutputsAsync(JobNews news)
    {
        if (news.What.Event != NotificationEvents.Completed)
        {
            return news;
        }

        try
        {
            return news with { Outputs = [.. await Manifest.ReadAsync(media.Exports(news.ProjectId, news.JobId), CancellationToken.None)] };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            return news;
        }
    }
}
