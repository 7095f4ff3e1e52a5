using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansAssembly.SystemTests;
using static Microsoft.Playwright.Assertions;

namespace OrleansAssembly.Browser.Tests;

/// <summary>The page of one job, from its first step to the film that plays.</summary>
public partial class JobPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const float Soon = 15_000;
    private const float AFilmLater = 120_000;
    private const int Shots = 6;

    private ServerProcess Server => chromium.Server;

    private static async Task<(int Whole, int Step)> BarsAsync(IPage page) =>
        (await Window.ValueAsync(page.GetByTestId("whole-bar")), await Window.ValueAsync(page.GetByTestId("step-bar")));

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
        await window.NoteBarsAsync();
        await Window.RisesAsync(page.GetByTestId("whole-bar"), "the bar of the job");
        await Window.RisesAsync(page.GetByTestId("step-bar"), "the bar of the step");
        await Expect(page.GetByTestId("job-message")).ToContainTextAsync("Encoding segment", new() { Timeout = AFilmLater });
        await Expect(page.GetByTestId("eta")).ToHaveTextAsync(Time(), new() { Timeout = Soon });
        await Expect(page.Locator("dl.live div", new() { HasText = "Speed" })).ToContainTextAsync("fps", new() { Timeout = Soon });
        await Expect(page.GetByTestId("message-log")).ToContainTextAsync("Encoding segment", new() { Timeout = Soon });
        await Expect(page.GetByTestId("charts").Locator("canvas")).ToHaveCountAsync(2, new() { Timeout = Soon });

        // While pictures are taken, the film must not get done.
        var goOn = await chromium.Place.StopEncodersAsync();
        await window.TakePicturesAsync("job-encoding");
        goOn();
        await Window.RisesAsync(page.GetByTestId("whole-bar"), "the bar of the job that goes on");

        await page.GetByTestId("btn-pause").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "paused", new() { Timeout = Soon });
        await Expect(page.GetByTestId("job-message")).ToHaveTextAsync("Paused", new() { Timeout = Soon });

        await Eventually.StillAsync(() => BarsAsync(page), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), "the standstill of a paused job");
        await window.TakePicturesAsync("job-paused");

        await page.GetByTestId("btn-resume").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = AFilmLater });
        await window.AssertBarsOnlyRoseAsync();
        await Expect(page.GetByTestId("whole-bar")).ToHaveAttributeAsync("aria-valuenow", "100");
        Assert.All(await page.GetByTestId("step-item").EvaluateAllAsync<string[]>("steps => steps.map(step => step.dataset.state)"), state => Assert.Equal("done", state));
        await AssertPlaysAsync(page);
        await window.TakePicturesAsync("job-completed");
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task AFilm_IsWalkedByKeys_ByItsShots_AndByFrames()
    {
        var job = await Server.SubmitAsync(Workplace.Small("Six shots", shots: Shots));
        await Server.CompleteAsync(job);
        await using var window = await chromium.OpenAsync($"/#/jobs/{job}");
        var page = window.Page;
        var (film, timecode) = (page.GetByTestId("film-player"), page.GetByTestId("timecode"));
        await Expect(page.GetByTestId("chapter")).ToHaveCountAsync(Shots, new() { Timeout = Soon });
        await Expect(timecode).ToHaveTextAsync("01:00:00:00", new() { Timeout = Soon });

        // Each shot is a second and a half, 25 frames a second: the third begins at frame 75.
        await page.GetByTestId("chapter").Nth(2).ClickAsync();
        await Expect(timecode).ToHaveTextAsync("01:00:03:00", new() { Timeout = Soon });
        await Expect(page.Locator("[data-testid=chapter][aria-current]")).ToHaveCountAsync(1);
        await film.FocusAsync();
        await page.Keyboard.PressAsync(".");
        await Expect(timecode).ToHaveTextAsync("01:00:03:01", new() { Timeout = Soon });
        await page.Keyboard.PressAsync(",");
        await page.Keyboard.PressAsync(",");
        await Expect(timecode).ToHaveTextAsync("01:00:02:24", new() { Timeout = Soon });
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.PressAsync("ArrowLeft");
        Assert.InRange(await film.EvaluateAsync<double>("film => film.currentTime"), 3.5, 4.5);
        await page.GetByTestId("seek-bar").HoverAsync();
        await Expect(page.GetByTestId("seek-preview")).ToBeVisibleAsync();

        // L plays, K stops.
        await page.Keyboard.PressAsync("Home");
        await film.EvaluateAsync("film => film.muted = true");
        await page.Keyboard.PressAsync("l");
        await Expect(page.GetByTestId("btn-play")).ToHaveAccessibleNameAsync("Pause");
        await page.Keyboard.PressAsync("k");
        await Expect(page.GetByTestId("btn-play")).ToHaveAccessibleNameAsync("Play");

        // What can be read and taken away.
        await page.GetByRole(AriaRole.Tab, new() { Name = "EDL" }).ClickAsync();
        await Expect(page.GetByTestId("edl-text")).ToContainTextAsync("006", new() { Timeout = Soon });
        foreach (var output in (await Server.GetAsync(job)).Outputs)
        {
            await Expect(page.GetByTestId("output-item").Filter(new() { HasText = output.Name })).ToContainTextAsync(output.Sha256);
        }

        await Expect(page.GetByTestId("btn-duplicate")).ToHaveAttributeAsync("href", $"#/new?from={job}");
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task AJob_IsPausedUntilATime_AndCancelledOnlyAfterAQuestion()
    {
        var job = await Server.SubmitAsync(Workplace.Long("Not this one"));
        await using var window = await chromium.OpenAsync($"/#/jobs/{job}");
        var (page, shown) = (window.Page, window.JobPage(job));
        await Expect(shown).ToHaveAttributeAsync("data-status", "running", new() { Timeout = Soon });

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause in another way" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Until a time" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Tomorrow morning" }).ClickAsync();
        await page.GetByTestId("btn-pause-until").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "paused", new() { Timeout = Soon });
        await Expect(page.Locator("dl.live")).ToContainTextAsync("goes on", new() { Timeout = Soon });
        Assert.NotNull((await Server.ProgressAsync(job)).ResumeAt);

        await page.GetByTestId("btn-cancel").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("will be lost");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(shown).ToHaveAttributeAsync("data-status", "paused");
        await page.GetByTestId("btn-cancel").ClickAsync();
        await page.GetByTestId("btn-cancel-confirm").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "cancelled", new() { Timeout = Soon });
        await Expect(page.GetByTestId("btn-cancel")).ToHaveCountAsync(0);

        await page.GetByTestId("btn-retry").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "running", new() { Timeout = Soon });
        await page.GetByTestId("btn-cancel").ClickAsync();
        await page.GetByTestId("btn-cancel-confirm").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "cancelled", new() { Timeout = Soon });
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task AJobWhoseSourceIsDamagedAfterwards_SaysWhy_AndIsTriedAgain()
    {
        var media = chromium.Place.Media;
        media.MakeClip("mended.mp4");
        var job = await Server.SubmitAsync(Workplace.Small("Broken", source: "mended.mp4"));
        await Server.CommandAsync(job, "pause");
        media.Write("mended.mp4", "This is no film any more.");
        await Server.CommandAsync(job, "resume");
        await using var window = await chromium.OpenAsync($"/#/jobs/{job}");
        var (page, shown) = (window.Page, window.JobPage(job));
        await Expect(shown).ToHaveAttributeAsync("data-status", "failed", new() { Timeout = AFilmLater });
        await Expect(page.GetByTestId("error-panel")).ToContainTextAsync("mended.mp4");
        await Expect(page.GetByTestId("error-panel")).ToContainTextAsync("Step");
        await Expect(page.Locator("[data-testid=step-item][data-state=failed]")).ToHaveCountAsync(1);
        await window.TakePicturesAsync("job-failed");

        media.MakeClip("mended.mp4");
        await page.GetByTestId("btn-retry-here").ClickAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = AFilmLater });
        await Expect(page.GetByTestId("error-panel")).ToHaveCountAsync(0);
        await AssertPlaysAsync(page);
        window.AssertNoComplaints();
    }

    /// <summary>By the page's own button.</summary>
    private static async Task AssertPlaysAsync(IPage page)
    {
        var film = page.GetByTestId("film-player");
        await film.EvaluateAsync("film => film.muted = true");
        await page.GetByTestId("btn-play").ClickAsync();
        await Eventually.TrueAsync(async () => await film.EvaluateAsync<double>("film => film.currentTime") > 0.5, TimeSpan.FromSeconds(30), "half a second of the film");
        Assert.True(await film.EvaluateAsync<bool>("film => film.videoWidth > 0 && film.error === null"), "the film shows no picture");
        await film.EvaluateAsync("film => film.pause()");
    }

    [GeneratedRegex(@"^\d+ (s|min|h)\b")]
    private static partial Regex Time();
}
