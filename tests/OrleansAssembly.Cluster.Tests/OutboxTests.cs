using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Messages that wait while their job is deleted, or the store refuses what their outbox writes.</summary>
public sealed class OutboxTests(ToldCluster given) : IClassFixture<ToldCluster>
{
    private static readonly string Secret = SecretOf(1);

    private static Task UntilAsync(Func<Task<bool>> reached, string what) => DisturbedCluster.UntilAsync(reached, what);

    private static Task UntilAsync(Func<bool> reached, string what) => UntilAsync(() => Task.FromResult(reached()), what);

    [Fact]
    public async Task ADeletedJobsMessages_AreSentAllTheSame_SignedByTheNewestSecret_AndThenAllOfItIsForgotten()
    {
        given.Answer = _ => Task.FromResult(ToldCluster.MuchLater with { RetryAfter = null });
        var id = await ToldJobAsync();
        var scope = NotificationScope.Job(id);
        await CompleteAsync(id);
        await UntilAsync(() => TriesOf(id).Count > 0, "the first try");
        var newest = SecretOf(2);
        await given.Outbox(scope).SetAsync(Completed(newest) with { Email = ["a@example.org"] });

        Assert.Null((await given.Cluster.Job(id).DeleteAsync()).Refusal);

        Assert.Equal(JobStatus.Completed, TriesOf(id)[^1].News.Progress?.Status);
        Assert.Single(await given.Outbox(scope).ListAsync());
        Assert.Equivalent(new NotificationSpec(null, null, null, [new WebhookSpec(ToldCluster.Url, WebhookSpec.Mask)]), await given.Outbox(scope).GetAsync());
        given.Answer = _ => Task.FromResult(ToldCluster.Taken);
        await UntilForgottenAsync(scope);
        Assert.Equal(newest, Assert.Single(TriesOf(id)[^1].Target.Secrets!));
        Assert.Single(TriesOf(id).Select(message => message.Id).Distinct());
    }

    [Fact]
    public async Task ADeletedJobsMessage_ThatIsGivenUp_IsForgottenToo()
    {
        given.Answer = _ => Task.FromResult(ToldCluster.MuchLater with { RetryAfter = null });
        var id = await ToldJobAsync();
        await CompleteAsync(id);
        await UntilAsync(() => TriesOf(id).Count > 0, "the first try");
        Assert.Null((await given.Cluster.Job(id).DeleteAsync()).Refusal);

        var refused = 0;
        given.Answer = _ => Task.FromResult(SendOutcome.Refused($"no, the {++refused}. time", 400));
        await UntilForgottenAsync(NotificationScope.Job(id));
        Assert.Equal(1, refused);
    }

    [Fact]
    public async Task ADeletedJob_WithNothingToSend_LeavesNothing()
    {
        given.Answer = _ => Task.FromResult(ToldCluster.Taken);
        var id = await ToldJobAsync();
        await CompleteAsync(id);
        var outbox = given.Outbox(NotificationScope.Job(id));
        await UntilAsync(async () => (await outbox.ListAsync()).Any(delivery => delivery.Status == DeliveryStatus.Delivered), "the delivery");

        Assert.Null((await given.Cluster.Job(id).DeleteAsync()).Refusal);

        await UntilForgottenAsync(NotificationScope.Job(id));
        Assert.Null(await outbox.GetAsync());
    }

    [Fact]
    public async Task AJob_WhoseOutboxCannotTakeItsNews_IsNotDeleted_AndLaterItsNewsIsSent()
    {
        given.Answer = _ => Task.FromResult(ToldCluster.Taken);
        var id = await ToldJobAsync(submit: false);
        await using (await given.RefusingAsync(given.StateOf(NotificationScope.Job(id))))
        {
            await SubmitAsync(id);
            await CompleteAsync(id);

            Assert.Equal(Problem.StoreUnavailable.Status, (await given.Cluster.Job(id).DeleteAsync()).Refusal?.Status);

            Assert.Equal(JobStatus.Completed, (await given.Cluster.Job(id).GetProgressAsync())?.Status);
            Assert.NotNull(await given.Cluster.Catalogue.GetAsync(id));
        }

        Assert.Null((await given.Cluster.Job(id).DeleteAsync()).Refusal);

        Assert.Null(await given.Cluster.Job(id).GetAsync());
        await UntilAsync(() => TriesOf(id).Count > 0, "what the job had to tell");
        await UntilForgottenAsync(NotificationScope.Job(id));
    }

    [Fact]
    public async Task AnOutboxInMemory_WhoseReminderWasRefused_IsSetRightByATouch_AndTriesWhatIsDue()
    {
        given.Answer = _ => Task.FromResult(ToldCluster.MuchLater);
        var outbox = given.Outbox(NotificationScope.Project("unreminded"));
        await using (await given.RefusingAsync(given.Reminders))
        await using (var monitor = await MonitorAsync())
        {
            var test = await SendTestAsync(outbox);
            await UntilAsync(() => monitor.Seen.Any(line => line.Contains("ZREMRANGEBYLEX", StringComparison.Ordinal)), "the reminder that is refused");
            Assert.Single((await outbox.ListAsync()).Single(delivery => delivery.Id == test).Attempts);
        }

        await outbox.TouchAsync();
        Assert.True(await given.IsRemindedAsync(NotificationScope.Project("unreminded")));

        given.PutForward(2 * ToldCluster.MuchLater.RetryAfter!.Value);
        given.Answer = _ => Task.FromResult(ToldCluster.Taken);
        await outbox.TouchAsync();
        await UntilAsync(async () => (await outbox.ListAsync()).Single().Status == DeliveryStatus.Delivered, "the second try");
    }

    [Fact]
    public async Task WhatBecameOfATry_ThatCanOnlyBeWrittenLater_IsRemindedOfThen()
    {
        var scope = NotificationScope.Project("unwritten");
        IAsyncDisposable? refusing = null;
        StoreMonitor? monitor = null;
        given.Answer = async _ =>
        {
            await given.Cluster.Store.SetRemoveAsync(ToldCluster.Outboxes, scope); // nobody touches it
            (refusing, monitor) = (await given.RefusingAsync(given.StateOf(scope)), await MonitorAsync());
            return ToldCluster.MuchLater;
        };

        await SendTestAsync(given.Outbox(scope));
        await UntilAsync(() => monitor?.Seen.Any(line => line.Contains("HGET", StringComparison.Ordinal) && line.Contains(given.StateOf(scope), StringComparison.Ordinal)) is true, "the write that is refused");
        await monitor!.DisposeAsync();
        await refusing!.DisposeAsync();

        await UntilAsync(() => given.IsRemindedAsync(scope), "the reminder");
    }

    /// <summary>It was once lost: the message was given up for all to see, but still taken to be on its way.</summary>
    [Fact]
    public async Task ARedelivery_AskedForWhileItIsBeingWrittenThatTheLastOneFailed_IsTried()
    {
        var outbox = given.Outbox(NotificationScope.Project("impatient"));
        given.Answer = _ =>
        {
            given.Answer = _ => Task.FromResult(ToldCluster.Taken);
            given.Cluster.Redis.Freeze();
            return Task.FromResult(SendOutcome.Refused("no", 400));
        };
        var test = await SendTestAsync(outbox);
        await UntilAsync(async () => (await outbox.ListAsync()).Single().Status == DeliveryStatus.Failed, "what is not written yet");

        var again = outbox.RedeliverAsync(test);
        await Task.WhenAny(again, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken)); // so that it comes before the store answers
        given.Cluster.Redis.Thaw();

        Assert.Equal(DeliveryStatus.Pending, (await again)?.Status);
        await UntilAsync(async () => (await outbox.ListAsync()).Single().Status == DeliveryStatus.Delivered, "the second try");
    }

    private Task<StoreMonitor> MonitorAsync() => StoreMonitor.StartAsync(given.Cluster.Store.Multiplexer.GetEndPoints()[0]);

    private static async Task<string> SendTestAsync(INotificationsGrain outbox) =>
        (await outbox.TestAsync(new NotificationTest(NotificationChannels.Webhook, ToldCluster.Url, Secret))).Delivery!.Id;

    private static string SecretOf(byte value) => WebhookSpec.SecretPrefix + Convert.ToBase64String(Enumerable.Repeat(value, 32).ToArray());

    private static NotificationSpec Completed(string secret) => new(["completed"], null, null, [new WebhookSpec(ToldCluster.Url, secret)]);

    private List<Notifications.OutgoingMessage> TriesOf(string jobId) => [.. given.Got.Where(message => message.News.JobId == jobId)];

    private async Task<string> ToldJobAsync(bool submit = true)
    {
        var id = AssemblyCluster.NewId();
        await given.Outbox(NotificationScope.Job(id)).SetAsync(Completed(Secret));
        if (submit)
        {
            await SubmitAsync(id);
        }

        return id;
    }

    private async Task SubmitAsync(string id)
    {
        var timeline = new TimelineSpec("25", 320, 180, null, null, [new ShotSpec(given.Cluster.Media.MakeClip($"{id}.mp4"))], null);
        Assert.Null((await given.Cluster.Job(id).SubmitAsync(new JobSpec(JobType.Edl, "harbour", "Harbour", timeline, null, null, null, null, null))).Refusal);
    }

    private Task CompleteAsync(string id) =>
        UntilAsync(async () => (await given.Cluster.Job(id).GetProgressAsync())?.Status == JobStatus.Completed, "the end of the job");

    private Task UntilForgottenAsync(string scope) => UntilAsync(
        async () => !await given.Cluster.Store.KeyExistsAsync(given.StateOf(scope)) && !await given.IsRemindedAsync(scope) && !await given.IsEnteredAsync(scope),
        "the end of all that is stored of the messages");
}
