using OrleansAssembly.Jobs;
using OrleansAssembly.SystemTests;
using static Microsoft.Playwright.Assertions;

namespace OrleansAssembly.Browser.Tests;

/// <summary>Who is told: chosen on the job's page and on the settings page. The server has no keys, and allows no private addresses.</summary>
public class NotificationPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const float Soon = 15_000;

    [Fact]
    public async Task OnTheJobsPage_EventsAndReceiversAreChosen_MistakesAreNamed_AndTheLedgerTells()
    {
        var job = await chromium.Server.SubmitAsync(Workplace.Small("Told") with { Type = JobType.Edl, Outputs = null });
        await chromium.Server.CompleteAsync(job);
        await using var window = await chromium.OpenAsync($"/#/jobs/{job}");
        var page = window.Page;
        await page.GetByTestId("notify-section").Locator("summary").First.ClickAsync();
        await page.GetByTestId("own").CheckAsync();
        await page.GetByTestId("on-started").CheckAsync();
        await page.GetByTestId("add-hook").ClickAsync();
        await page.GetByTestId("hook-url-0").FillAsync("http://127.0.0.1/hook");

        await page.GetByTestId("save-notifications").ClickAsync();
        await Expect(page.GetByTestId("wrong-webhooks[0]")).ToContainTextAsync("private", new() { Timeout = Soon });

        // A receiver that no name server knows: it is tried, and the ledger says what became of it.
        await page.GetByTestId("hook-url-0").FillAsync("https://hook.invalid/films");
        await page.GetByTestId("save-notifications").ClickAsync();
        await Expect(page.GetByTestId("notify-said")).ToHaveTextAsync("Saved.", new() { Timeout = Soon });
        await Expect(page.GetByTestId("hook-secret-0")).ToHaveValueAsync(WebhookSpec.Mask);
        await Expect(page.GetByTestId("on-started")).ToBeCheckedAsync();

        await page.GetByTestId("test-webhook-0").ClickAsync();
        var sent = page.GetByTestId("delivery");
        await Expect(sent).ToContainTextAsync("https://hook.invalid/…", new() { Timeout = Soon });
        await Expect(sent).ToContainTextAsync("no answer", new() { Timeout = Soon });
        await page.GetByTestId("redeliver").ClickAsync();
        await Expect(page.GetByTestId("notify-said")).ToHaveTextAsync("It is sent once more.", new() { Timeout = Soon });
        await window.TakePicturesAsync("notifications");
    }

    [Fact]
    public async Task OnTheSettingsPage_ChannelsSayWhyTheyAreOff_AndDefaultsStay()
    {
        await using var window = await chromium.OpenAsync("/#/settings");
        var page = window.Page;
        await Expect(page.GetByTestId("channel-email")).ToContainTextAsync("Notifications:SendGrid:ApiKey", new() { Timeout = Soon });
        await Expect(page.GetByTestId("channel-sms")).ToContainTextAsync("Notifications:Twilio:AccountSid");
        await Expect(page.GetByTestId("channel-webhook")).ToContainTextAsync("on");

        await page.GetByTestId("project").FillAsync("quay");
        await page.GetByTestId("open-project").ClickAsync();
        var project = page.GetByTestId("notifications").Nth(1);
        await project.GetByTestId("own").CheckAsync();
        await project.GetByTestId("email").FillAsync("cutter@example.org");
        await project.GetByTestId("save-notifications").ClickAsync();
        await Expect(project.GetByTestId("notify-said")).ToHaveTextAsync("Saved.", new() { Timeout = Soon });
        await page.ReloadAsync();
        await page.GetByTestId("project").FillAsync("quay");
        await page.GetByTestId("open-project").ClickAsync();
        await Expect(page.GetByTestId("notifications").Nth(1).GetByTestId("email")).ToHaveValueAsync("cutter@example.org", new() { Timeout = Soon });
        await window.TakePicturesAsync("settings");
        window.AssertNoComplaints();
    }
}
