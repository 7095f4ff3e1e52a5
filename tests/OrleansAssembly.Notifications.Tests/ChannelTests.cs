using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansAssembly.Jobs;
using OrleansAssembly.Notifications;
using OrleansAssembly.NotificationTests.Given;

namespace OrleansAssembly.NotificationTests;

/// <summary>Each channel against a real receiver: what it sends, and what it makes of each answer.</summary>
public sealed class ChannelTests(HttpReceiver http) : IClassFixture<HttpReceiver>
{
    private const string Closed = "http://127.0.0.1:1";

    private Dictionary<string, string?> SendGrid(string? host = null) => new() { ["SendGrid:ApiKey"] = HttpReceiver.ApiKey, ["SendGrid:Host"] = host ?? http.Address.ToString() };

    private Dictionary<string, string?> Twilio(string? host = null) => new()
    {
        ["Twilio:AccountSid"] = HttpReceiver.Account, ["Twilio:AuthToken"] = HttpReceiver.Token, ["Twilio:From"] = "+15550199", ["Twilio:BaseUrl"] = host ?? http.Address.ToString(),
    };

    private static Dictionary<string, string?> Smtp(int port) => new() { ["Smtp:Host"] = "127.0.0.1", ["Smtp:Port"] = $"{port}", ["Smtp:Security"] = "none" };

    [Fact]
    public async Task SendGrid_TakesTheMail_WithTextHtmlPosterAndId()
    {
        await using var channels = Channels.With(SendGrid());

        var outcome = await channels.SendAsync(Channels.Message("email", "a@example.org", id: "id-7", poster: [1, 2, 3]));

        Assert.Equal((true, 202), (outcome.Ok, outcome.StatusCode));
        var mail = http.Mails.Last();
        Assert.Equal("id-7", mail.GetProperty("personalizations")[0].GetProperty("headers").GetProperty("X-Notification-Id").GetString());
        Assert.Equal("[harbour] Harbour, cut 3 is finished", mail.GetProperty("subject").GetString());
        var (text, html) = (mail.GetProperty("content")[0].GetProperty("value").GetString()!, mail.GetProperty("content")[1].GetProperty("value").GetString()!);
        foreach (var part in new[] { "harbour", "Harbour, cut 3", "h264-1080p, prores-422hq", "5 min 3 s", "4.34 GB", "12 min 34 s", "https://films.example.org/x/api/v1/downloads/", "https://films.example.org/x/#/jobs/" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
            Assert.Contains(part, html, StringComparison.Ordinal);
        }

        Assert.Contains("cid:poster", html, StringComparison.Ordinal);
        Assert.Equal("poster", mail.GetProperty("attachments")[0].GetProperty("content_id").GetString());
    }

    [Fact]
    public async Task Twilio_TakesTheMessage_InOneLine()
    {
        await using var channels = Channels.With(Twilio());

        var outcome = await channels.SendAsync(Channels.Message("sms", "+15550100", id: "id-8"));

        Assert.Equal((true, 201, "SM00000000000000000000000000000001 queued"), (outcome.Ok, outcome.StatusCode, outcome.Answer));
        var (form, id) = http.Messages.Last();
        Assert.Equal(("+15550100", "+15550199", "id-8"), (form["To"], form["From"], id));
        Assert.Equal("Harbour, cut 3 is finished (harbour), 5 min 3 s, h264-1080p prores-422hq", form["Body"]);
    }

    [Theory]
    [InlineData("email")]
    [InlineData("sms")]
    public async Task AnApiThatIsInTrouble_IsTriedLater(string channel)
    {
        await using var channels = Channels.With(channel == "email" ? SendGrid() : Twilio());
        var message = Channels.Message(channel, channel == "email" ? "a@example.org" : "+15550100");

        http.Before.Enqueue((429, "120"));
        var busy = await channels.SendAsync(message);
        Assert.Equal((false, 429, false, TimeSpan.FromSeconds(120)), (busy.Ok, busy.StatusCode, busy.Final, busy.RetryAfter));

        http.Before.Enqueue((500, null));
        var broken = await channels.SendAsync(message);
        Assert.Equal((false, 500, false), (broken.Ok, broken.StatusCode, broken.Final));

        await using var impatient = Channels.With(new((channel == "email" ? SendGrid() : Twilio()).Append(Channels.Impatient)));
        http.Before.Enqueue((0, null));
        var silent = await impatient.SendAsync(message);
        http.Before.Clear();
        Assert.Equal((false, null, false, "No answer within 2 s"), (silent.Ok, silent.StatusCode, silent.Final, silent.Answer));

        await using var refused = Channels.With(channel == "email" ? SendGrid(Closed) : Twilio(Closed));
        var closed = await refused.SendAsync(message);
        Assert.Equal((false, null, false, "Connection refused"), (closed.Ok, closed.StatusCode, closed.Final, closed.Answer));
    }

    [Fact]
    public async Task WhatAnApiRefusesAsWrong_IsNotTriedAgain_ButARefusedKeyIs()
    {
        await using var twilio = Channels.With(Twilio());
        var number = await twilio.SendAsync(Channels.Message("sms", "+15005550001"));
        Assert.Equal((false, 400, true), (number.Ok, number.StatusCode, number.Final));
        Assert.Contains("21211", number.Answer, StringComparison.Ordinal);

        await using var wrongKey = Channels.With(new(SendGrid()) { ["SendGrid:ApiKey"] = "SG.wrong" });
        var key = await wrongKey.SendAsync(Channels.Message("email", "a@example.org"));
        Assert.Equal((false, 401, false), (key.Ok, key.StatusCode, key.Final));
        Assert.DoesNotContain("SG.wrong", key.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMailServer_TakesTheMail_AndItsTroubleIsToldApart()
    {
        await using var server = await ReceiverProcess.MailAsync();
        await using var channels = Channels.With(Smtp(server.Port));

        var taken = await channels.SendAsync(Channels.Message("email", "a@example.org", id: "id-9", poster: [1, 2, 3]));
        Assert.Equal((true, 250), (taken.Ok, taken.StatusCode));
        await server.UntilAsync(got => got.Count > 0, "the mail");
        var data = server.Got[0].GetProperty("data").GetString()!;
        foreach (var part in new[] { "Message-Id: <id-9@example.org>", "X-Notification-Id: id-9", "To: a@example.org", "From: Films <films@example.org>", "multipart/alternative", "text/plain", "text/html", "Content-Id: <poster>" })
        {
            Assert.Contains(part, data, StringComparison.Ordinal);
        }

        var busy = await channels.SendAsync(Channels.Message("email", "busy@example.org"));
        Assert.Equal((false, 451, false), (busy.Ok, busy.StatusCode, busy.Final));
        var nobody = await channels.SendAsync(Channels.Message("email", "nobody@example.org"));
        Assert.Equal((false, 550, true), (nobody.Ok, nobody.StatusCode, nobody.Final));
        await using var impatient = Channels.With(new(Smtp(server.Port).Append(Channels.Impatient)));
        var slow = await impatient.SendAsync(Channels.Message("email", "slow@example.org"));
        Assert.Equal((false, false, "No answer within 2 s"), (slow.Ok, slow.Final, slow.Answer));
        var lost = await channels.SendAsync(Channels.Message("email", "lost@example.org"));
        Assert.Equal((false, false), (lost.Ok, lost.Final)); // taken, but nobody said so: it comes again, under the same Message-Id

        await server.KillAsync();
        var closed = await channels.SendAsync(Channels.Message("email", "a@example.org"));
        Assert.Equal((false, false, "Connection refused"), (closed.Ok, closed.Final, closed.Answer));
    }

    [Fact]
    public async Task AWebhook_IsVerifiedByTheStandardsOwnLibrary_AndItsTroubleIsToldApart()
    {
        await using var hook = await ReceiverProcess.HookAsync();
        await using var channels = Channels.With(new() { ["Webhooks:AllowedNetworks"] = "127.0.0.0/8" });

        Task<SendOutcome> PostAsync(string path) => channels.SendAsync(Channels.Message("webhook", hook.Url(path), id: "id" + path));

        var taken = await PostAsync("/ok");
        Assert.Equal((true, 204), (taken.Ok, taken.StatusCode));
        var got = Assert.Single(hook.Got);
        Assert.True(got.GetProperty("verified").GetBoolean());
        var body = System.Text.Json.JsonDocument.Parse(got.GetProperty("body").GetString()!).RootElement;
        Assert.Equal(("job.completed", Channels.JobId), (body.GetProperty("type").GetString(), body.GetProperty("data").GetProperty("jobId").GetString()));
        Assert.Equal("completed", body.GetProperty("data").GetProperty("progress").GetProperty("status").GetString());

        var busy = await PostAsync("/busy");
        Assert.Equal((false, 429, false, TimeSpan.FromSeconds(2)), (busy.Ok, busy.StatusCode, busy.Final, busy.RetryAfter));
        var broken = await PostAsync("/broken");
        Assert.Equal((false, 500, "broken"), (broken.Ok, broken.StatusCode, broken.Answer));
        Assert.True((await PostAsync("/gone")).Gone);
        await using var impatient = Channels.With(new(new[] { KeyValuePair.Create<string, string?>("Webhooks:AllowedNetworks", "127.0.0.0/8"), Channels.Impatient }));
        Assert.Equal("No answer within 2 s", (await impatient.SendAsync(Channels.Message("webhook", hook.Url("/slow")))).Answer);

        // A redirect is not followed: nothing came to where it leads.
        var away = await PostAsync("/away");
        Assert.Equal((false, 307), (away.Ok, away.StatusCode));
        Assert.DoesNotContain(hook.Got, item => item.GetProperty("id").GetString() == "id/away" && item.GetProperty("path").GetString() == "/ok");

        // An answer without end is left after its beginning.
        var huge = await PostAsync("/huge");
        Assert.True(huge.Ok);
        Assert.InRange(huge.Answer.Length, 1, 4096);

        await hook.KillAsync();
        Assert.Equal("Connection refused", (await PostAsync("/ok")).Answer);
    }

    [Fact]
    public async Task WhileSecretsAreRotated_AReceiverThatKnowsEitherTakesIt()
    {
        await using var hook = await ReceiverProcess.HookAsync();
        await using var channels = Channels.With(new() { ["Webhooks:AllowedNetworks"] = "127.0.0.0/8" });
        var other = "whsec_" + Convert.ToBase64String(new byte[32]);
        var message = Channels.Message("webhook", hook.Url("/ok"));

        var both = await channels.SendAsync(message with { Target = message.Target with { Secrets = [other, ReceiverProcess.Secret] } });
        var wrong = await channels.SendAsync(message with { Target = message.Target with { Secrets = [other] } });

        Assert.True(both.Ok);
        Assert.Equal(400, wrong.StatusCode);
    }

    /// <summary>Of the specification: https://github.com/standard-webhooks/standard-webhooks, libraries' tests.</summary>
    [Fact]
    public void TheTestVectorOfStandardWebhooks_Passes() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Of("msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), """{"test": 2432232314}"""u8, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]));

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://hook.example.org:{0}/")]
    public async Task AWebhookToAPrivateAddress_IsNotEvenConnected_WhateverItsName(string url)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        // The name of the last one is looked up as anybody may set it up in the DNS.
        var guard = new ConnectGuard(PublicAddress.IsPublic, (name, cancel) => name == "hook.example.org" ? Task.FromResult(new[] { IPAddress.Loopback }) : Dns.GetHostAddressesAsync(name, cancel));
        await using var channels = Channels.With([], services => services.AddSingleton(guard));

        var outcome = await channels.SendAsync(Channels.Message("webhook", string.Format(null, url, ((IPEndPoint)listener.LocalEndpoint).Port)));

        Assert.Equal((false, true), (outcome.Ok, outcome.Final));
        Assert.Contains("private address", outcome.Answer, StringComparison.Ordinal);
        Assert.False(listener.Pending(), "something connected");
    }

    [Fact]
    public async Task WithoutKeys_ChannelsAreOff_AndSayWhichAreMissing()
    {
        await using var none = Channels.With(new() { ["Email:From"] = null });
        await using var noSender = Channels.With(new() { ["Email:From"] = null, ["Smtp:Host"] = "mail.example.org" });

        var list = none.GetRequiredService<NotificationChannelSet>().List().Channels.ToDictionary(channel => channel.Name);
        Assert.Equal("Neither Notifications:SendGrid:ApiKey nor Notifications:Smtp:Host is set.", list["email"].Reason);
        Assert.Equal("Notifications:Twilio:AccountSid is not set.", list["sms"].Reason);
        Assert.Equal(("http", "hub"), (list["webhook"].Via, list["browser"].Via));
        Assert.Equal("Notifications:Email:From is not set.", noSender.GetRequiredService<NotificationChannelSet>().List().Channels[0].Reason);

        var outcome = await none.SendAsync(Channels.Message("sms", "+15550100"));
        Assert.Equal((false, true), (outcome.Ok, outcome.Final));
        Assert.StartsWith("The channel is off", outcome.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void ServerSettingsThatCannotBeMeant_AreNamed()
    {
        var wrong = new Dictionary<string, string?>
        {
            ["PublicUrl"] = "films", ["SendGrid:Host"] = "ftp://x", ["Email:From"] = "nobody", ["Email:FromName"] = "a\r\nb", ["Smtp:Port"] = "0", ["Twilio:From"] = "x", ["Timeout"] = "00:00:00",
            ["GiveUpAfter"] = "-1", ["LinkLifetime"] = "00:00:00", ["Waits"] = "soon", ["Webhooks:AllowedNetworks"] = "10.0.0.0/8,somewhere",
        };
        using var channels = Channels.With(wrong);

        var failure = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => channels.GetRequiredService<Microsoft.Extensions.Options.IOptions<NotificationOptions>>().Value);

        Assert.Equal(wrong.Keys.Order(), failure.Failures.Select(text => text["Notifications:".Length..text.IndexOf(' ', StringComparison.Ordinal)]).Order());
    }

    [Fact]
    public async Task HostileTexts_StayTexts()
    {
        var title = "<img src=x onerror=alert(1)>\r\nBcc: all@example.org\r\n\r\n" + new string('a', 10_000);
        await using var server = await ReceiverProcess.MailAsync();
        await using var smtp = Channels.With(Smtp(server.Port));
        await using var sendGrid = Channels.With(SendGrid());
        await using var twilio = Channels.With(Twilio());
        var news = Channels.News(title, NotificationEvents.Failed, "Line one\r\nSubject: other <script>alert(1)</script>");

        Assert.True((await smtp.SendAsync(Channels.Message("email", "a@example.org", news))).Ok);
        Assert.True((await sendGrid.SendAsync(Channels.Message("email", "a@example.org", news))).Ok);
        Assert.True((await twilio.SendAsync(Channels.Message("sms", "+15550100", news))).Ok);

        await server.UntilAsync(got => got.Count > 0, "the mail");
        var got = server.Got[0];
        Assert.Equal(["a@example.org"], got.GetProperty("to").EnumerateArray().Select(to => to.GetString()!));
        var head = got.GetProperty("data").GetString()!.ReplaceLineEndings("\n").Split("\n\n")[0];
        Assert.DoesNotContain(head.Split('\n'), line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
        Assert.Single(head.Split('\n'), line => line.StartsWith("Subject:", StringComparison.OrdinalIgnoreCase));

        var mail = http.Mails.Last();
        var (subject, html) = (mail.GetProperty("subject").GetString()!, mail.GetProperty("content")[1].GetProperty("value").GetString()!);
        Assert.InRange(subject.Length, 1, 150);
        Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", html, StringComparison.Ordinal);
        Assert.InRange(html.Length, 1, 20_000);
        var body = http.Messages.Last().Form["Body"];
        Assert.InRange(Encoding.UTF8.GetByteCount(body), 1, 170);
        Assert.DoesNotContain(body, char.IsControl);
    }

    [Theory]
    [InlineData("email", "a@example.org\r\nBcc: all@example.org")]
    [InlineData("sms", "+1555\r\n0100")]
    [InlineData("webhook", "http://example.org/\r\nX: y")]
    public async Task AnAddressThatCouldEndAHeader_IsNeverSentTo(string channel, string address)
    {
        await using var channels = Channels.With(new(SendGrid().Concat(Twilio())));

        Assert.True((await channels.SendAsync(Channels.Message(channel, address))).Final);
    }

    [Fact]
    public void ALink_LeadsToItsFile_UntilItsTimeIsOver()
    {
        using var services = Channels.With([]);
        var links = services.GetRequiredService<DownloadLinks>();
        var now = TimeProvider.System.GetUtcNow();
        string Token(DateTimeOffset until) => links.Make("job", "film one.mp4", until).Split('/')[^2];

        Assert.Equal(("job", "film one.mp4"), links.Read(Token(now.AddMinutes(1))));
        Assert.Null(links.Read(Token(now.AddMinutes(-1))));
        Assert.Null(links.Read(Token(now.AddMinutes(1)) + "A"));
        Assert.Null(links.Read("nonsense"));
    }
}
