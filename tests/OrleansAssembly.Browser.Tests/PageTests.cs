using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansAssembly.SystemTests;
using static Microsoft.Playwright.Assertions;

namespace OrleansAssembly.Browser.Tests;

/// <summary>The page as people use it.</summary>
public partial class PageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const float Soon = 15_000;
    private const float AFilmLater = 120_000;

    private ServerProcess Server => chromium.Server;

    [Fact]
    public async Task AJob_IsWatched_Paused_Resumed_AndItsFilmPlays()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        var job = await Server.SubmitAsync(Workplace.Long("Harbour at dawn"));

        // It appears in the list by itself, and its bar moves.
        var row = window.Row(job);
        await Expect(row).ToHaveAttributeAsync("data-status", "running", new() { Timeout = Soon });
        await Window.RisesAsync(row.GetByTestId("whole-bar"), "the bar in the list");
        await row.GetByRole(AriaRole.Link, new() { Name = "Harbour at dawn" }).ClickAsync();

        var shown = window.JobPage(job);
        await Expect(shown).ToHaveAttributeAsync("data-status", "running", new() { Timeout = Soon });
        await Expect(page.GetByTestId("step-item")).ToHaveCountAsync(12);
        await Window.RisesAsync(page.GetByTestId("whole-bar"), "the bar of the job");
        await Window.RisesAsync(page.GetByTestId("step-bar"), "the bar of the step");
        await Expect(page.GetByTestId("job-message")).ToContainTextAsync("Encoding segment", new() { Timeout = AFilmLater });
        await Expect(page.GetByTestId("eta")).ToHaveTextAsync(Time(), new() { Timeout = Soon });
        await Expect(page.Locator("dl.live div", new() { HasText = "Speed" })).ToContainTextAsync("fps", new() { Timeout = Soon });

        await page.GetByTestId("btn-pause").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "paused", new() { Timeout = Soon });
        await Expect(page.GetByTestId("job-message")).ToHaveTextAsync("Paused", new() { Timeout = Soon });
        var (whole, step) = (await Window.ValueAsync(page.GetByTestId("whole-bar")), await Window.ValueAsync(page.GetByTestId("step-bar")));
        await Eventually.StaysTrueAsync(
            async () => (whole, step) == (await Window.ValueAsync(page.GetByTestId("whole-bar")), await Window.ValueAsync(page.GetByTestId("step-bar"))),
            TimeSpan.FromSeconds(1), "the standstill of a paused job");

        await page.GetByTestId("btn-resume").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = AFilmLater });
        await Expect(page.GetByTestId("whole-bar")).ToHaveAttributeAsync("aria-valuenow", "100");
        Assert.All(await page.GetByTestId("step-item").EvaluateAllAsync<string[]>("steps => steps.map(step => step.dataset.state)"), state => Assert.Equal("done", state));
        await AssertPlaysAsync(page.GetByTestId("film-player"));
        await window.TakePicturesAsync("finished");
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task AJob_IsCancelled_AndTriedAgain()
    {
        var job = await Server.SubmitAsync(Workplace.Long("Not this one"));
        await using var window = await chromium.OpenAsync($"/#/jobs/{job}");
        var (page, shown) = (window.Page, window.JobPage(job));
        await Expect(shown).ToHaveAttributeAsync("data-status", "running", new() { Timeout = Soon });
        await page.GetByTestId("btn-cancel").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "cancelled", new() { Timeout = Soon });
        await Expect(page.GetByTestId("btn-cancel")).ToHaveCountAsync(0);

        await page.GetByTestId("btn-retry").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "running", new() { Timeout = Soon });
        await page.GetByTestId("btn-cancel").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "cancelled", new() { Timeout = Soon });
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task AFailedJob_SaysWhy_AndIsTriedAgain()
    {
        var media = chromium.Place.Media;
        media.Write("mended.mp4", "This is no film.");
        var job = await Server.SubmitAsync(Workplace.Small("Broken", source: "mended.mp4"));
        await using var window = await chromium.OpenAsync($"/#/jobs/{job}");
        var (page, shown) = (window.Page, window.JobPage(job));
        await Expect(shown).ToHaveAttributeAsync("data-status", "failed", new() { Timeout = Soon });
        await Expect(page.GetByTestId("error-panel")).ToContainTextAsync("mended.mp4");
        await Expect(page.Locator("[data-testid=step-item][data-state=failed]")).ToHaveTextAsync(new Regex("Load and validate source files"));
        await window.TakePicturesAsync("failed");

        media.MakeClip("mended.mp4");
        await page.GetByTestId("btn-retry").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = AFilmLater });
        await Expect(page.GetByTestId("error-panel")).ToHaveCountAsync(0);
        await AssertPlaysAsync(page.GetByTestId("film-player"));
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task JobsInEveryStatus_AreListed_AndFitAPhone()
    {
        chromium.Place.Media.Write("broken.mp4", "This is no film.");
        await Server.CompleteAsync(await Server.SubmitAsync(Workplace.Small("Lighthouse")));
        var failed = await Server.SubmitAsync(Workplace.Small("Fog over the bay", source: "broken.mp4"));
        var cancelled = await Server.SubmitAsync(Workplace.Long("Night watch"));
        await Server.CommandAsync(cancelled, "cancel");
        var paused = await Server.SubmitAsync(Workplace.Long("Nets and ropes", shots: 60));
        await EncodesAsync(paused);
        await Server.CommandAsync(paused, "pause");

        // From here on it can use all slots, so that a job of low priority must wait.
        var running = await Server.SubmitAsync(Workplace.Long("A day in the harbour, with a title that is longer than the others", shots: 120));
        await EncodesAsync(running);
        var waiting = await Server.SubmitAsync(Workplace.Small("Last boat", priority: 0));
        await using var window = await chromium.OpenAsync();
        foreach (var (job, status) in new[] { (failed, "failed"), (cancelled, "cancelled"), (paused, "paused"), (running, "running"), (waiting, "pending") })
        {
            await Expect(window.Row(job)).ToHaveAttributeAsync("data-status", status, new() { Timeout = Soon });
        }

        await Expect(window.Row(running)).ToContainTextAsync("Encoding segment", new() { Timeout = Soon });
        await window.TakePicturesAsync("list");
        await window.Page.GetByTestId("filter-paused").ClickAsync();
        await Expect(window.Page.GetByTestId("job-row")).ToHaveCountAsync(1, new() { Timeout = Soon });

        await window.Page.GotoAsync(new Uri(Server.Address, $"/#/jobs/{running}").AbsoluteUri);
        await Expect(window.JobPage(running)).ToHaveAttributeAsync("data-status", "running", new() { Timeout = Soon });
        await Expect(window.Page.GetByTestId("eta")).ToHaveTextAsync(Time(), new() { Timeout = Soon });
        await window.TakePicturesAsync("running");
        foreach (var job in new[] { running, paused, waiting })
        {
            await Server.CommandAsync(job, "cancel");
        }

        window.AssertNoComplaints();
    }

    /// <summary>Waits until a job is in the middle of making segments.</summary>
    private async Task EncodesAsync(string job)
    {
        await using var watch = Server.Watch(job);
        await watch.UntilAsync(JobWatch.EncodingFrom(5), "the middle of encoding");
    }

    private static async Task AssertPlaysAsync(ILocator film)
    {
        await film.EvaluateAsync("async film => { film.muted = true; await film.play(); }");
        await Eventually.TrueAsync(async () => await film.EvaluateAsync<double>("film => film.currentTime") > 0.5, TimeSpan.FromSeconds(30), "half a second of the film");
        Assert.True(await film.EvaluateAsync<bool>("film => film.videoWidth > 0 && film.error === null"), "the film shows no picture");
        await film.EvaluateAsync("film => film.pause()");
    }

    [GeneratedRegex(@"^\d+ (s|min|h)\b")]
    private static partial Regex Time();
}
