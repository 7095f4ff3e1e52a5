using System.Net;
using System.Net.Http.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.NotificationTests.Given;
using OrleansAssembly.SystemTests;

namespace OrleansAssembly.NotificationTests;

/// <summary>A real server whose webhooks may reach this machine, and a receiver; retries come after tenths of a second.</summary>
public sealed class NotifyingServer : IAsyncLifetime
{
    internal static readonly Dictionary<string, string> Settings = new()
    {
        ["Notifications__Webhooks__AllowedNetworks"] = "127.0.0.0/8",
        ["Notifications__Waits"] = "00:00:00.2",
        ["Notifications__GiveUpAfter"] = "00:00:08",
        ["Notifications__Timeout"] = "00:00:05",
        ["Notifications__Email__From"] = "films@example.org",
        ["Notifications__Smtp__Host"] = "127.0.0.1",
        ["Notifications__Smtp__Security"] = "none",
    };

    internal Workplace Place { get; } = new();

    internal ServerProcess Server { get; private set; } = null!;

    internal ReceiverProcess Hook { get; private set; } = null!;

    internal ReceiverProcess Mail { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        (Hook, Mail) = (await ReceiverProcess.HookAsync(), await ReceiverProcess.MailAsync());
        Server = await StartAsync(Place, new(Settings) { ["Notifications__Smtp__Port"] = $"{Mail.Port}" });
    }

    internal static Task<ServerProcess> StartAsync(Workplace place, Dictionary<string, string> settings) => ServerProcess.StartCommandAsync(
        ["dotnet", ServerProcess.Program, "--port", "0", "--media", place.Media.Root, "--data", place.Data, "--slots", "1"], settings);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Hook.DisposeAsync();
        await Mail.DisposeAsync();
        Place.Dispose();
    }
}

/// <summary>The whole way: a job of a real server to real receivers, with all that may go wrong on it.</summary>
public sealed class OutboxTests(NotifyingServer given) : IClassFixture<NotifyingServer>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static JobSpec Edl(NotificationSpec? notifications, string project = "harbour", string title = "Harbour") =>
        Workplace.Small(title, project: project) with { Type = JobType.Edl, Outputs = null, Notifications = notifications };

    private static NotificationSpec To(string url, params string[] events) =>
        new(events.Length == 0 ? ["completed"] : events, null, null, [new WebhookSpec(url, ReceiverProcess.Secret)]);

    private static string Of(string jobId) => $"{JobCalls.Jobs}/{jobId}/notifications";

    private async Task<Delivery[]> LedgerAsync(string jobId, ServerProcess? server = null) =>
        (await (server ?? given.Server).Http.GetFromJsonAsync<Delivery[]>($"{Of(jobId)}/deliveries", AssemblyJson.Options, Cancel))!;

    private async Task<Delivery> DeliveryAsync(string jobId, Func<Delivery, bool> condition, string what, ServerProcess? server = null)
    {
        Delivery? found = null;
        await Eventually.TrueAsync(async () => (found = (await LedgerAsync(jobId, server)).FirstOrDefault(condition)) is not null, Limit, what);
        return found!;
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {text}\n{given.Server.Log}");
        return System.Text.Json.JsonSerializer.Deserialize<T>(text, AssemblyJson.Options)!;
    }

    [Fact]
    public async Task AFinishedFilm_IsToldByMailAndWebhook_WithAPosterAndALinkThatWorks()
    {
        var spec = Workplace.Small("Tom & <b>Jerry</b>") with { Notifications = To(given.Hook.Url("/ok"), "started", "completed", "progress") with { Email = ["a@example.org"], ProgressAt = [20] } };

        var job = await given.Server.SubmitAsync(spec);
        await given.Server.CompleteAsync(job);

        await given.Hook.UntilAsync(got => got.Count(item => item.GetProperty("id").GetString()!.StartsWith(job, StringComparison.Ordinal)) == 3, "three webhooks");
        var hooks = given.Hook.Got.Where(item => item.GetProperty("id").GetString()!.StartsWith(job, StringComparison.Ordinal)).ToList();
        Assert.All(hooks, item => Assert.True(item.GetProperty("verified").GetBoolean()));
        Assert.Equal(["completed", "progress-20", "started"], hooks.Select(item => item.GetProperty("id").GetString()![(job.Length + 3)..^13]).Order());

        await given.Mail.UntilAsync(got => got.Any(item => item.GetProperty("data").GetString()!.Contains($"{job}-1-completed", StringComparison.Ordinal)), "the mail");
        var mail = MimeKit.MimeMessage.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(
            given.Mail.Got.Last(item => item.GetProperty("data").GetString()!.Contains($"{job}-1-completed", StringComparison.Ordinal)).GetProperty("data").GetString()!)), Cancel);
        Assert.Equal("[harbour] Tom & <b>Jerry</b> is finished", mail.Subject);
        Assert.Contains("Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;", mail.HtmlBody!, StringComparison.Ordinal);
        Assert.Contains(mail.BodyParts, part => part is MimeKit.MimePart { ContentId: "poster" });
        var link = mail.TextBody!.Split('\n').Select(line => line.Trim()).First(line => line.Contains("/api/v1/downloads/", StringComparison.Ordinal));
        using var film = await given.Server.Http.GetAsync(new Uri(link), Cancel);
        Assert.Equal(("attachment", "video/mp4"), (film.Content.Headers.ContentDisposition?.DispositionType, film.Content.Headers.ContentType?.MediaType));
        using var broken = await given.Server.Http.GetAsync(new Uri(link.Replace("/downloads/", "/downloads/A", StringComparison.Ordinal)), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, broken.StatusCode);

        var ledger = await LedgerAsync(job);
        Assert.Equal(6, ledger.Length);
        Assert.All(ledger, delivery => Assert.Equal(DeliveryStatus.Delivered, delivery.Status));
        Assert.Contains(ledger, delivery => delivery.Target == "a***@example.org");
        Assert.Contains(ledger, delivery => delivery.Target == $"http://127.0.0.1:{given.Hook.Port}/…");
    }

    [Fact]
    public async Task WhatFailsAtFirst_ArrivesLater_UnderTheSameId_AndTheLedgerTellsEachTry()
    {
        var job = await given.Server.SubmitAsync(Edl(To(given.Hook.Url("/flaky"))));

        var delivery = await DeliveryAsync(job, item => item.Status == DeliveryStatus.Delivered, "the delivery");

        Assert.Equal([500, 500, 204], delivery.Attempts.Select(attempt => attempt.StatusCode!.Value));
        Assert.Equal("not yet", delivery.Attempts[0].Answer);
        Assert.Equal([delivery.Id, delivery.Id, delivery.Id], given.Hook.Got.Where(item => item.GetProperty("id").GetString()!.StartsWith(job, StringComparison.Ordinal)).Select(item => item.GetProperty("id").GetString()));

        var again = await ReadAsync<Delivery>(await given.Server.Http.PostAsync(new Uri($"{Of(job)}/deliveries/{delivery.Id}/redeliver", UriKind.Relative), null, Cancel), HttpStatusCode.Accepted);
        Assert.Equal((delivery.Id, DeliveryStatus.Pending), (again.Id, again.Status));
        await DeliveryAsync(job, item => item is { Status: DeliveryStatus.Delivered, Attempts.Length: 4 }, "the redelivery");
        using var unknown = await given.Server.Http.PostAsync(new Uri($"{Of(job)}/deliveries/nonsense/redeliver", UriKind.Relative), null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task AReceiverThatIsGone_IsGivenUpAndMuted_AndSaysSo_ButIsTriedByHand()
    {
        var url = given.Hook.Url("/gone");
        var first = await given.Server.SubmitAsync(Edl(To(url)));
        var failed = await DeliveryAsync(first, item => item.Status == DeliveryStatus.Failed, "the end of the tries");
        Assert.Equal(("gone", 410), (failed.GivenUpReason, failed.Attempts[^1].StatusCode));

        var second = await given.Server.SubmitAsync(Edl(To(url)));
        var muted = await DeliveryAsync(second, item => item.Status == DeliveryStatus.Muted, "the muted message");
        Assert.StartsWith("Muted since", muted.GivenUpReason, StringComparison.Ordinal);
        Assert.Empty(muted.Attempts);

        // By hand it is tried all the same.
        await ReadAsync<Delivery>(await given.Server.Http.PostAsync(new Uri($"{Of(second)}/deliveries/{muted.Id}/redeliver", UriKind.Relative), null, Cancel), HttpStatusCode.Accepted);
        await DeliveryAsync(second, item => item is { Status: DeliveryStatus.Failed, Attempts.Length: 1 }, "the try by hand");
    }

    [Fact]
    public async Task AReceiverInTrouble_IsGivenUpWithItsReason_AndNoJobWaitsForIt()
    {
        var job = await given.Server.SubmitAsync(Edl(To(given.Hook.Url("/slow")) with { Email = ["slow@example.org"] }));

        var last = await given.Server.CompleteAsync(job);
        Assert.Equal(100, last.Progress);
        await DeliveryAsync(job, item => item.Status == DeliveryStatus.Pending, "what is still being tried");

        var gaveUp = await DeliveryAsync(job, item => item is { Status: DeliveryStatus.Failed, Channel: "webhook" }, "the end of the tries");
        Assert.Contains("Given up after", gaveUp.GivenUpReason, StringComparison.Ordinal);
        Assert.Contains("No answer within 5 s", gaveUp.GivenUpReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerKilledInTheMiddle_LosesNothing_AndRepeatsCarryTheSameId()
    {
        using var place = new Workplace();
        await using var hook = await ReceiverProcess.HookAsync();
        var settings = new Dictionary<string, string>(NotifyingServer.Settings) { ["Notifications__Timeout"] = "00:00:20", ["Notifications__GiveUpAfter"] = "01:00:00" };
        string[] jobs;
        await using (var server = await NotifyingServer.StartAsync(place, settings))
        {
            // One receiver has it and does not answer, one is not there, one took it.
            var ids = new List<string>();
            foreach (var url in new[] { hook.Url("/slow"), "http://127.0.0.1:1/refused", hook.Url("/ok") })
            {
                ids.Add(await server.SubmitAsync(Edl(To(url))));
            }

            jobs = [.. ids];
            await hook.UntilAsync(got => got.Select(item => item.GetProperty("path").GetString()).Distinct().Count() == 2, "the first tries");
            await DeliveryAsync(jobs[1], item => item.Attempts.Length > 0, "a refused try", server);
            Assert.Equal(137, await server.EndAsync("KILL"));
        }

        var sent = hook.Got.Single(item => item.GetProperty("path").GetString() == "/slow").GetProperty("id").GetString();
        await using (var server = await NotifyingServer.StartAsync(place, settings))
        {
            await hook.UntilAsync(got => got.Count(item => item.GetProperty("path").GetString() == "/slow") >= 2, $"the repeated message\n{server.Log}");
            Assert.All(hook.Got.Where(item => item.GetProperty("path").GetString() == "/slow"), item => Assert.Equal(sent, item.GetProperty("id").GetString()));
            var before = (await LedgerAsync(jobs[1], server)).Single().Attempts.Length;
            await DeliveryAsync(jobs[1], item => item.Attempts.Length > before, "a further try", server);
            await DeliveryAsync(jobs[2], item => item.Status == DeliveryStatus.Delivered, "the delivered message", server);
        }
    }

    [Fact]
    public async Task AJobThatIsDeletedAtOnce_WithItsFiles_IsToldOfAllTheSame()
    {
        using var place = new Workplace();
        await using var hook = await ReceiverProcess.HookAsync();
        await using var mail = await ReceiverProcess.MailAsync();
        await hook.KillAsync();
        await mail.KillAsync();
        await using var server = await NotifyingServer.StartAsync(place, new(NotifyingServer.Settings) { ["Notifications__GiveUpAfter"] = "01:00:00", ["Notifications__Smtp__Port"] = $"{mail.Port}" });
        var job = await server.SubmitAsync(Workplace.Small() with { Notifications = To(hook.Url("/ok")) with { Email = ["a@example.org"] } });
        await server.CompleteAsync(job);

        using var deleted = await server.Http.DeleteAsync(new Uri($"{JobCalls.Jobs}/{job}?files=true", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await hook.StartAsync();
        await mail.StartAsync();

        await hook.UntilAsync(got => got.Any(item => item.GetProperty("verified").GetBoolean()), $"the webhook\n{server.Log}");
        await mail.UntilAsync(got => got.Any(item => item.GetProperty("data").GetString()!.Contains($"{job}-1-completed", StringComparison.Ordinal)), $"the mail\n{server.Log}");
        Assert.DoesNotContain("Content-ID: <poster>", mail.Got[^1].GetProperty("data").GetString()!, StringComparison.OrdinalIgnoreCase); // it went with the files
    }

    /// <summary>No timer waits so long, and no reminder comes sooner.</summary>
    [Fact]
    public async Task WhatIsToBeTriedMuchLater_IsTriedByTheReminder()
    {
        using var place = new Workplace();
        await using var hook = await ReceiverProcess.HookAsync();
        await hook.KillAsync();
        await using var server = await NotifyingServer.StartAsync(place, new(NotifyingServer.Settings) { ["Notifications__Waits"] = "00:01:10", ["Notifications__GiveUpAfter"] = "01:00:00" });
        var job = await server.SubmitAsync(Edl(To(hook.Url("/ok"))));
        var first = await DeliveryAsync(job, item => item.Attempts.Length == 1, "a refused try", server);
        Assert.InRange(first.NextAttemptAt!.Value - first.Attempts[0].At, TimeSpan.FromSeconds(61), TimeSpan.FromSeconds(100));

        await hook.StartAsync();
        var delivered = await DeliveryAsync(job, item => item.Status == DeliveryStatus.Delivered, "the message", server);
        Assert.True(delivered.Attempts[^1].At >= first.NextAttemptAt, "it came too early");
    }

    [Fact]
    public async Task ASecretThatIsReplaced_SignsWhatStillWaits()
    {
        var wrong = "whsec_" + Convert.ToBase64String(new byte[32]);
        var job = await given.Server.SubmitAsync(Edl(new NotificationSpec(["completed"], null, null, [new WebhookSpec(given.Hook.Url("/ok"), wrong)])));
        var refused = await DeliveryAsync(job, item => item.Attempts.Length > 0, "a refused try");
        Assert.Equal("not signed by us", refused.Attempts[0].Answer);

        await ReadAsync<NotificationSpec>(await given.Server.Http.PostAsJsonAsync(Of(job), To(given.Hook.Url("/ok")), AssemblyJson.Options, Cancel), HttpStatusCode.OK);
        await given.Server.Http.PostAsync(new Uri($"{Of(job)}/deliveries/{refused.Id}/redeliver", UriKind.Relative), null, Cancel);
        await DeliveryAsync(job, item => item.Status == DeliveryStatus.Delivered, "the message under its new secret");
    }

    [Fact]
    public async Task AProjectsTests_AreInItsOwnLedger()
    {
        const string Project = "/api/v1/projects/pier/notifications";
        await ReadAsync<NotificationSpec>(await given.Server.Http.PutAsJsonAsync(Project, To(given.Hook.Url("/pier")), AssemblyJson.Options, Cancel), HttpStatusCode.OK);

        // By the secret of its settings.
        var test = await ReadAsync<Delivery>(await given.Server.Http.PostAsJsonAsync($"{Project}/test", new NotificationTest("webhook", given.Hook.Url("/pier")), AssemblyJson.Options, Cancel), HttpStatusCode.Accepted);
        await given.Hook.UntilAsync(got => got.Any(item => item.GetProperty("path").GetString() == "/pier" && item.GetProperty("verified").GetBoolean()), "the test webhook");
        var ledger = await given.Server.Http.GetFromJsonAsync<Delivery[]>($"{Project}/deliveries", AssemblyJson.Options, Cancel);
        Assert.Equal([test.Id], ledger!.Select(delivery => delivery.Id));
        Assert.DoesNotContain(await given.Server.Http.GetFromJsonAsync<Delivery[]>("/api/v1/notifications/deliveries", AssemblyJson.Options, Cancel) ?? [], delivery => delivery.Id == test.Id);
        Assert.Equal(HttpStatusCode.NotFound, (await given.Server.Http.GetAsync(new Uri("/api/v1/projects/No project/notifications/deliveries", UriKind.Relative), Cancel)).StatusCode);
    }

    [Fact]
    public async Task SettingsOfProjectAndDeployment_AreTaken_AndTheJobsOwnWin()
    {
        using var set = await given.Server.Http.PutAsJsonAsync("/api/v1/projects/quay/notifications", To(given.Hook.Url("/ok")), AssemblyJson.Options, Cancel);
        var shown = await ReadAsync<NotificationSpec>(set, HttpStatusCode.OK);
        Assert.Equal(WebhookSpec.Mask, shown.Webhooks![0].Secret);

        var byProject = await given.Server.SubmitAsync(Edl(null, "quay"));
        await DeliveryAsync(byProject, item => item is { Status: DeliveryStatus.Delivered, Event: "completed" }, "the project's webhook");
        var own = await given.Server.SubmitAsync(Edl(new NotificationSpec(null, null, null, []), "quay"));
        await given.Server.CompleteAsync(own);
        Assert.Empty(await LedgerAsync(own));

        var effective = await ReadAsync<NotificationSpec>(await given.Server.Http.GetAsync(new Uri($"{Of(byProject)}?effective=true", UriKind.Relative), Cancel), HttpStatusCode.OK);
        Assert.Equal(given.Hook.Url("/ok"), effective.Webhooks![0].Url);
        Assert.Equal(WebhookSpec.Mask, effective.Webhooks![0].Secret);

        // The mask sent back keeps the secret: what comes is still signed by it.
        var kept = await ReadAsync<NotificationSpec>(await given.Server.Http.PutAsJsonAsync("/api/v1/projects/quay/notifications", shown with { On = ["completed", "failed"] }, AssemblyJson.Options, Cancel), HttpStatusCode.OK);
        Assert.Equal(["completed", "failed"], kept.On!);
        var later = await given.Server.SubmitAsync(Edl(null, "quay"));
        await DeliveryAsync(later, item => item.Status == DeliveryStatus.Delivered, "the webhook after the change");
    }

    [Fact]
    public async Task WrongSettings_AreRefusedByField_WhereverTheyAreSet()
    {
        var wrong = new NotificationSpec(["never"], ["a@b"], ["12"], [new WebhookSpec("http://169.254.169.254/latest/", ReceiverProcess.Secret), new WebhookSpec("https://example.org/", WebhookSpec.Mask)]);
        using var submitted = await given.Server.PostAsync(Edl(wrong));
        var job = (await ReadAsync<ProblemDetailsBody>(submitted, HttpStatusCode.BadRequest)).Errors!.Keys;
        Assert.Equal(["notifications.email[0]", "notifications.on[0]", "notifications.sms[0]", "notifications.webhooks[0]", "notifications.webhooks[1].secret"], job.Order());

        using var set = await given.Server.Http.PutAsJsonAsync("/api/v1/notifications/defaults", wrong, AssemblyJson.Options, Cancel);
        Assert.Equal(["email[0]", "on[0]", "sms[0]", "webhooks[0]"], (await ReadAsync<ProblemDetailsBody>(set, HttpStatusCode.BadRequest)).Errors!.Keys.Order());
        using var mask = await given.Server.Http.PutAsJsonAsync("/api/v1/notifications/defaults", To("https://example.org/new") with { Webhooks = [new WebhookSpec("https://example.org/new", WebhookSpec.Mask)] }, AssemblyJson.Options, Cancel);
        Assert.Equal(["webhooks[0].secret"], (await ReadAsync<ProblemDetailsBody>(mask, HttpStatusCode.BadRequest)).Errors!.Keys);
    }

    [Fact]
    public async Task ATest_IsSent_OrSaysWhyNot()
    {
        Task<HttpResponseMessage> TestAsync(NotificationTest test) => given.Server.Http.PostAsJsonAsync("/api/v1/notifications/test", test, AssemblyJson.Options, Cancel);

        var mail = await ReadAsync<Delivery>(await TestAsync(new("email", "test@example.org")), HttpStatusCode.Accepted);
        Assert.Equal("test", mail.Event);
        await given.Mail.UntilAsync(got => got.Any(item => item.GetProperty("to")[0].GetString() == "test@example.org"), "the test mail");
        await ReadAsync<Delivery>(await TestAsync(new("webhook", given.Hook.Url("/test"), ReceiverProcess.Secret)), HttpStatusCode.Accepted);
        await given.Hook.UntilAsync(got => got.Any(item => item.GetProperty("path").GetString() == "/test" && item.GetProperty("verified").GetBoolean()), "the test webhook");

        Assert.Equal(["target"], (await ReadAsync<ProblemDetailsBody>(await TestAsync(new("email", "nobody")), HttpStatusCode.BadRequest)).Errors!.Keys);
        Assert.Equal(["channel"], (await ReadAsync<ProblemDetailsBody>(await TestAsync(new("pigeon", "x")), HttpStatusCode.BadRequest)).Errors!.Keys);
        Assert.Equal(["secret"], (await ReadAsync<ProblemDetailsBody>(await TestAsync(new("webhook", given.Hook.Url("/other"))), HttpStatusCode.BadRequest)).Errors!.Keys);
        Assert.Contains("Twilio", (await ReadAsync<ProblemDetailsBody>(await TestAsync(new("sms", "+15550100")), HttpStatusCode.Conflict)).Detail, StringComparison.Ordinal);
        var channels = await given.Server.Http.GetFromJsonAsync<ChannelList>("/api/v1/notifications/channels", AssemblyJson.Options, Cancel);
        Assert.Equal(["smtp", null, "http", "hub"], channels!.Channels.Select(channel => channel.Via));
    }

    [Fact]
    public async Task ASecret_IsShownNowhereAgain_NeitherInTheApiNorInTheStoreNorInTheLog()
    {
        var secret = "whsec_" + Convert.ToBase64String([.. Enumerable.Range(100, 32).Select(value => (byte)value)]);
        var settings = new NotificationSpec(["completed"], null, null, [new WebhookSpec(given.Hook.Url("/ok"), secret)]);

        var job = await given.Server.SubmitAsync(Edl(settings));
        await given.Server.CompleteAsync(job);
        var delivery = await DeliveryAsync(job, item => item.Attempts.Length > 0, "a try");

        Assert.Equal(400, delivery.Attempts[0].StatusCode); // the receiver knows another one: this one was used
        foreach (var path in new[] { "", "/notifications", "/notifications?effective=true", "/notifications/deliveries" })
        {
            Assert.DoesNotContain(secret, await given.Server.Http.GetStringAsync(new Uri($"{JobCalls.Jobs}/{job}{path}", UriKind.Relative), Cancel), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(secret, given.Server.Log, StringComparison.Ordinal);
        var bytes = System.Text.Encoding.ASCII.GetBytes(secret);
        foreach (var file in Directory.EnumerateFiles(given.Place.Data, "*", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(given.Place.Media.Root, "*", SearchOption.AllDirectories))
            .Where(file => Path.GetFileName(file) != "lock")) // held by the server, and empty
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[stream.Length];
            await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, Cancel);
            Assert.True(content.AsSpan().IndexOf(bytes) < 0, $"{file} holds the secret");
        }
    }
}
