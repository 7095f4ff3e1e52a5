using System.Net;
using System.Text.Json;

namespace OrleansAssembly.Jobs.Tests;

/// <summary>Who is told what, and when: the rules.</summary>
public class NotificationTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly NotificationTarget Hook = new(NotificationChannels.Webhook, "https://example.org/hook", [Secret]);

    [Fact]
    public void AJobsOwnSettings_WinFieldByField_OverTheProjectsOverTheDeployments()
    {
        var job = new NotificationSpec(null, ["job@example.org"], null, null);
        var project = new NotificationSpec(["failed"], ["project@example.org"], ["+15550100"], null, null, false);
        var deployment = new NotificationSpec(["started"], null, ["+15550199"], [new WebhookSpec(Hook.Address, Secret)], [10]);

        var effective = NotificationRules.Effective(job, project, deployment);

        Assert.Equal(["failed"], effective.On!);
        Assert.Equal(["job@example.org"], effective.Email!);
        Assert.Equal(["+15550100"], effective.Sms!);
        Assert.Equal(Hook.Address, Assert.Single(effective.Webhooks!).Url);
        Assert.Equal([10], effective.ProgressAt!);
        Assert.False(effective.Browser);
        Assert.Equal(NotificationRules.Default, NotificationRules.Effective(null, null));
        Assert.Empty(NotificationRules.Effective(new NotificationSpec(null, [], null, null), project).Email!);
    }

    [Fact]
    public void WhoeverIsNamedTwice_IsToldOnce_AndOnlyOfWhatWasChosen()
    {
        var settings = NotificationRules.Effective(new NotificationSpec(["completed"], ["a@example.org", "a@example.org"], ["+15550100"], [new WebhookSpec(Hook.Address, Secret)]));

        Assert.Equal(["email", "sms", "webhook"], NotificationRules.Targets(settings, "completed").Select(target => target.Channel));
        Assert.Empty(NotificationRules.Targets(settings, "failed"));
        Assert.True(NotificationRules.TellsBrowsers(settings, "completed"));
        Assert.True(NotificationRules.TellsBrowsers(settings, "cancelled"));
        Assert.False(NotificationRules.TellsBrowsers(settings, "started"));
        Assert.Empty(NotificationRules.ProgressAt(settings));
    }

    [Fact]
    public void AJob_AnnouncesItsStartAndItsEnd_UntilTheyAreHandedOver()
    {
        var started = Given.Job().Lend();
        var first = Assert.Single(started.Outgoing);
        Assert.Equal(($"{started.Id}-1-started", "started"), (first.Id, first.Event));

        var done = started.Told([first.Id]).Finish().WorkUntil(null);

        Assert.Equal($"{started.Id}-1-completed", Assert.Single(done.Outgoing).Id);
        Assert.Empty(done.Told([done.Outgoing[0].Id]).Outgoing);
    }

    [Fact]
    public void AFailure_IsAnnouncedWithItsReason_AndARetryUnderAnotherId()
    {
        var failed = Given.Job().Lend().Fail(transient: false);
        Assert.Equal(("failed", "Try again."), (failed.Outgoing[^1].Event, failed.Outgoing[^1].Message));

        var again = failed.Accept(new JobInput.Retry()).Lend().Fail(transient: false);

        Assert.Equal(again.Outgoing.Count, again.Outgoing.Select(item => item.Id).Distinct().Count());
    }

    [Fact]
    public void AJobThatCannotBegin_AnnouncesItOnce_HoweverOftenItIsTried()
    {
        var job = Given.Job().WorkUntil(Stage.Space).Lend();
        var waiting = Problem.Of("disk-full", "The disk is full", "Make room.");
        var report = Given.Report(job, job.Running[0], PieceState.Waiting) with { Problem = waiting };

        var waits = job.Accept(new JobInput.Reported(report));
        var later = waits.Accept(new JobInput.SlotLent(Guid.NewGuid(), "silo"), Given.Start.AddMinutes(1));
        later = later.Accept(new JobInput.Reported(Given.Report(later, later.Running[0], PieceState.Waiting) with { Problem = waiting }), Given.Start.AddMinutes(1));

        Assert.Equal("Make room.", Assert.Single(later.Outgoing, item => item.Event == "paused").Message);
    }

    [Fact]
    public void APercentage_IsAnnouncedOnceItIsPassed_AndOneJumpTellsTheLast()
    {
        var job = Given.Job().Lend().Told([$"{Given.Job().Id}-1-started"]);

        Assert.Same(job, job.AnnounceProgress(24.9, [25, 50, 75], Given.Start));
        var quarter = job.AnnounceProgress(25, [25, 50, 75], Given.Start);
        Assert.Equal(25, Assert.Single(quarter.Outgoing).Percent);
        Assert.Same(quarter, quarter.AnnounceProgress(30, [25, 50, 75], Given.Start));
        Assert.Equal([25, 75], quarter.AnnounceProgress(80, [25, 50, 75], Given.Start).Outgoing.Select(item => item.Percent!.Value));
    }

    [Fact]
    public void AStateOfAnOlderVersion_HasNothingToTell()
    {
        var old = JsonSerializer.Serialize(Given.Job(), Json).Replace(",\"outgoing\":[]", "", StringComparison.Ordinal).Replace(",\"toldPercent\":0", "", StringComparison.Ordinal);
        Assert.DoesNotContain("outgoing", old, StringComparison.Ordinal);

        var read = JsonSerializer.Deserialize<JobState>(old, Json)!;

        Assert.Empty(read.Outgoing);
        Assert.Equal(0, read.ToldPercent);
    }

    [Fact]
    public void WhatDoesNotArrive_IsTriedForThreeDays_AndThenGivenUpWithAReason()
    {
        var entry = OutboxEntry.Of("news", "completed", Hook, Given.Start);
        var (now, tries) = (Given.Start, 0);
        while (entry.NextAt is { } next)
        {
            Assert.True(next >= now);
            now = next;
            entry = entry.After(SendOutcome.NotNow("Busy", 500), DeliverySchedule.Usual, now, 0.5);
            tries++;
        }

        Assert.Equal(DeliveryStatus.Failed, entry.Status);
        Assert.InRange(now - Given.Start, TimeSpan.FromDays(2), TimeSpan.FromDays(3));
        Assert.InRange(tries, 10, 25);
        Assert.Equal(tries, entry.Attempts.Count);
        Assert.Contains($"Given up after {tries} tries", entry.GivenUpReason, StringComparison.Ordinal);
        Assert.Contains("Busy", entry.GivenUpReason, StringComparison.Ordinal);
    }

    [Fact]
    public void TheFirstTriesComeSoon_AndARetryAfterIsHonoured()
    {
        var once = OutboxEntry.Of("news", "completed", Hook, Given.Start).After(SendOutcome.NotNow("Busy", 429), DeliverySchedule.Usual, Given.Start, 0);
        var asked = OutboxEntry.Of("news", "completed", Hook, Given.Start).After(SendOutcome.NotNow("Busy", 429, TimeSpan.FromMinutes(7)), DeliverySchedule.Usual, Given.Start, 0);
        var absurd = OutboxEntry.Of("news", "completed", Hook, Given.Start).After(SendOutcome.NotNow("Busy", 429, TimeSpan.FromDays(400)), DeliverySchedule.Usual, Given.Start, 0);

        Assert.Equal(Given.Start.AddSeconds(5), once.NextAt);
        Assert.Equal(Given.Start.AddMinutes(7), asked.NextAt);
        Assert.Equal(Given.Start.AddDays(1), absurd.NextAt);
    }

    [Fact]
    public void WhatIsTakenOrRefusedForGood_IsNotTriedAgain_UntilSomebodyAsks()
    {
        var entry = OutboxEntry.Of("news", "completed", Hook, Given.Start);
        var taken = entry.After(SendOutcome.Taken(204, ""), DeliverySchedule.Usual, Given.Start, 0);
        var refused = entry.After(SendOutcome.Refused("No such\r\nnumber", 400), DeliverySchedule.Usual, Given.Start, 0);

        Assert.Equal((DeliveryStatus.Delivered, null, null), (taken.Status, taken.NextAt, taken.GivenUpReason));
        Assert.Equal((DeliveryStatus.Failed, null, "No such number"), (refused.Status, refused.NextAt, refused.GivenUpReason));

        var again = refused.Again(Given.Start.AddDays(9));
        Assert.Equal((entry.Id, DeliveryStatus.Pending, Given.Start.AddDays(9), null), (again.Id, again.Status, again.NextAt, again.GivenUpReason));
        Assert.Single(again.Attempts);
        Assert.Equal(0, again.Tries);
    }

    [Fact]
    public void OneNewsToOneAddress_HasOneId()
    {
        var id = OutboxEntry.Of("news", "completed", Hook, Given.Start).Id;

        Assert.Equal(id, OutboxEntry.Of("news", "completed", Hook with { Secrets = null }, Given.Start.AddDays(1)).Id);
        Assert.NotEqual(id, OutboxEntry.Of("other", "completed", Hook, Given.Start).Id);
        Assert.NotEqual(id, OutboxEntry.Of("news", "completed", Hook with { Address = "https://example.org/other" }, Given.Start).Id);
    }

    [Fact]
    public void AReceiverWhereNothingArrives_IsMuted_AndOneThatIsGoneAtOnce()
    {
        var health = EndpointHealth.Well.AfterFailure(false, "Connection refused", Given.Start).AfterFailure(false, "Connection refused", Given.Start);
        Assert.Null(health.Verdict);

        health = health.AfterFailure(false, "Connection refused", Given.Start);

        Assert.Contains("3 messages in a row were given up", health.Verdict, StringComparison.Ordinal);
        Assert.Contains("Connection refused", health.Verdict, StringComparison.Ordinal);
        Assert.Contains("it is gone", EndpointHealth.Well.AfterFailure(true, "410", Given.Start).Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.8.9.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::127.0.0.1", false)]
    public void AnAddress_IsPublicOrNot(string address, bool expected) => Assert.Equal(expected, PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public void WrongSettings_AreNamedByField()
    {
        var wrong = new NotificationSpec(
            ["sometimes"],
            ["no-at", "a@example.org\r\nBcc: all@example.org", "a b@example.org", "\"a\"@example.org", "<a@example.org>", "ok@example.org", "a@localhost"],
            ["123", "+15550100\n", "+1555010012345678"],
            [
                new WebhookSpec("ftp://example.org", Secret), new WebhookSpec("https://user:pw@example.org/", Secret), new WebhookSpec("http://127.0.0.1/", Secret),
                new WebhookSpec("http://[::ffff:10.0.0.1]/", Secret), new WebhookSpec("http://2130706433/", Secret), new WebhookSpec("http://localhost:80/", Secret),
                new WebhookSpec("https://example.org/", null), new WebhookSpec("https://example.org/", "whsec_short"), new WebhookSpec("https://example.org/", WebhookSpec.Mask),
                new WebhookSpec("https://example.org/", Secret, ["nonsense"]), new WebhookSpec("https://example.org/" + new string('a', 10_000), Secret),
            ],
            [0, 50, 100]);

        var paths = NotificationCheck.Check(wrong, "notifications", PublicAddress.IsPublic).Select(problem => problem.Path);

        Assert.Equal(
            [
                "notifications.on[0]",
                "notifications.email[0]", "notifications.email[1]", "notifications.email[2]", "notifications.email[3]", "notifications.email[4]", "notifications.email[6]",
                "notifications.sms[0]", "notifications.sms[1]", "notifications.sms[2]",
                "notifications.progressAt[0]", "notifications.progressAt[2]",
                "notifications.webhooks[0]", "notifications.webhooks[1]", "notifications.webhooks[2]", "notifications.webhooks[3]", "notifications.webhooks[4]", "notifications.webhooks[5]", "notifications.webhooks[10]",
                "notifications.webhooks[6].secret", "notifications.webhooks[7].secret", "notifications.webhooks[8].secret", "notifications.webhooks[9].secrets[0]",
            ],
            paths);
        Assert.Empty(NotificationCheck.Check(new NotificationSpec(["progress"], ["a.b+c@mail.example.org"], ["+15550100"], [new WebhookSpec("http://127.0.0.1:1/x", WebhookSpec.Mask)], [33.3], true), "", _ => true, masks: true));
    }

    [Fact]
    public void ASecret_IsInNothingThatIsWrittenOfASetting()
    {
        var settings = new NotificationSpec(["completed"], null, null, [new WebhookSpec(Hook.Address, Secret, [Secret])]);

        Assert.DoesNotContain(Secret, settings.Webhooks![0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(settings.Masked(), Json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two\r\nlines", "two lines")]
    [InlineData("  a\u2028b\u0085c\t\td\0 ", "a b c d")]
    public void OneLine_HasNoOther(string text, string expected) => Assert.Equal(expected, OneLine.Of(text, 100));

    [Fact]
    public void OneLine_IsCutWithoutBreakingACharacter()
    {
        Assert.Equal(20, OneLine.Of(new string('a', 10_000), 20).Length);
        var cut = OneLine.Of("a" + string.Concat(Enumerable.Repeat("😀", 50)), 20);
        Assert.EndsWith("…", cut, StringComparison.Ordinal);
        Assert.False(char.IsHighSurrogate(cut[^2]), cut);
    }
}
