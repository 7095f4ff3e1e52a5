using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media.Tests;
using OrleansAssembly.SystemTests;
using static Microsoft.Playwright.Assertions;

namespace OrleansAssembly.Browser.Tests;

/// <summary>The page on which a film is put together.</summary>
public sealed class NewAssemblyTests(Chromium chromium) : IClassFixture<Chromium>
{
    /// <summary>Looking into a file is work for the media tools, which give way to everything else on a machine.</summary>
    private const float Soon = 120_000;
    private const float AFilmLater = 300_000;

    private ServerProcess Server => chromium.Server;

    [Fact]
    public async Task AFilm_IsMade_FromUpload_ToPlayingIt()
    {
        using var camera = new TestMedia();
        string[] files = ["2.mp4", "10.mp4", "1.mp4"];
        foreach (var file in files)
        {
            camera.MakeClip(file, seconds: 2, size: "160x90");
        }

        await using var window = await chromium.OpenAsync("/#/new");
        var page = window.Page;
        await NameAsync(page, "From my camera", "camera");
        await page.GetByTestId("file-input").SetInputFilesAsync(files.Select(camera.Path));

        // They come in the order of their numbers, whichever was over first, each with its picture and what it is.
        var shots = page.GetByTestId("shot");
        await Expect(shots).ToHaveCountAsync(3, new() { Timeout = Soon });
        Assert.Equal(["camera/1.mp4", "camera/2.mp4", "camera/10.mp4"], await OrderAsync(shots));
        await Expect(shots.First).ToContainTextAsync("160×90 · 25 fps · H.264", new() { Timeout = Soon });
        await Eventually.TrueAsync(
            async () => await shots.First.Locator("img").EvaluateAsync<bool>("picture => picture.naturalWidth > 0"), TimeSpan.FromSeconds(120), "the picture of a shot");

        var second = shots.Nth(1).GetByTestId("shot-open");
        await second.ClickAsync();
        await Expect(second).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Alt+ArrowUp");
        await Expect(page.GetByTestId("shots-said")).ToHaveTextAsync("2 is now shot 1 of 3.");
        Assert.Equal(["camera/2.mp4", "camera/1.mp4", "camera/10.mp4"], await OrderAsync(shots));

        // Five frames on is the first used; then twenty more are seen, the last of which is the last used.
        await page.GetByTestId("shot-scrubber").FocusAsync();
        await StepAsync(page, 5);
        await page.Keyboard.PressAsync("i");
        await StepAsync(page, 20);
        await page.Keyboard.PressAsync("o");
        await Expect(Point(page, "in")).ToHaveValueAsync("00:00:00:05");
        await Expect(Point(page, "out")).ToHaveValueAsync("00:00:01:01");
        await Expect(page.GetByTestId("film-length")).ToHaveTextAsync("00:00:04:21", new() { Timeout = Soon }); // 21 frames and twice 50
        await Expect(page.GetByTestId("estimate")).ToHaveAttributeAsync("data-state", "known", new() { Timeout = Soon });

        await page.GetByTestId("start").DblClickAsync();
        await Expect(page.GetByTestId("job-page")).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = AFilmLater });
        var film = page.Locator("video").First;
        await film.EvaluateAsync("async film => { film.muted = true; await film.play(); }");
        await Eventually.TrueAsync(async () => await film.EvaluateAsync<double>("film => film.currentTime") > 0.5, TimeSpan.FromSeconds(60), "half a second of the film");
        var made = (await Server.ListAsync()).Where(job => job.ProjectId == "camera");
        Assert.Equal("From my camera", Assert.Single(made).Title); // the second click made no second one
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task Shots_AreDraggedIntoAnotherOrder_OrLeftAsTheyWere()
    {
        await using var window = await chromium.OpenAsync("/#/new");
        var (page, shots) = (window.Page, window.Page.GetByTestId("shot"));
        await Expect(page.GetByTestId("new-page")).ToBeVisibleAsync(new() { Timeout = Soon });
        await ChooseAsync(page, Workplace.First, Workplace.Second);
        await Expect(shots).ToHaveCountAsync(2, new() { Timeout = Soon });

        // Up, beyond the middle of the first.
        async Task DragAsync()
        {
            await shots.Nth(1).GetByTestId("grip").HoverAsync();
            await page.Mouse.DownAsync();
            var first = (await shots.First.BoundingBoxAsync())!;
            await page.Mouse.MoveAsync(first.X + 40, first.Y + (first.Height / 4), new() { Steps = 10 });
        }

        await DragAsync();
        await page.Mouse.UpAsync();
        Assert.Equal([Workplace.Second, Workplace.First], await OrderAsync(shots));
        await Expect(page.GetByTestId("shots-said")).ToContainTextAsync("is now shot 1 of 2");

        // Escape takes it back.
        await DragAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Mouse.UpAsync();
        Assert.Equal([Workplace.Second, Workplace.First], await OrderAsync(shots));
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task AMistake_IsToldAtItsField()
    {
        await using var window = await chromium.OpenAsync("/#/new");
        var page = window.Page;
        await Expect(page.GetByTestId("new-page")).ToBeVisibleAsync(new() { Timeout = Soon });
        await window.TakePicturesAsync("new-empty");
        await ChooseAsync(page, Workplace.First, Workplace.Second);
        await page.GetByTestId("shot-open").Nth(1).ClickAsync();
        await Expect(Point(page, "out")).ToHaveValueAsync("00:00:03:00", new() { Timeout = Soon });
        await Expect(page.GetByTestId("estimate")).ToHaveAttributeAsync("data-state", "known", new() { Timeout = Soon });
        await window.TakePicturesAsync("new-filled");

        // What is wrong in a shot is told as soon as it is written; what is missing, when it is missed.
        await Point(page, "out").FillAsync("5900");
        await Point(page, "out").BlurAsync();
        await Expect(Point(page, "out")).ToHaveAttributeAsync("aria-invalid", "true", new() { Timeout = Soon });
        await Expect(page.Locator("[data-testid^='error-shot/'][data-testid$='/out']")).ToContainTextAsync("past the end");
        await Expect(page.GetByTestId("error-title")).ToHaveCountAsync(0);
        await page.GetByTestId("start").ClickAsync();
        await Expect(page.GetByTestId("title")).ToBeFocusedAsync();
        await Expect(page.GetByTestId("error-title")).ToHaveTextAsync("Give the film a title.");
        await window.TakePicturesAsync("new-errors");

        await NameAsync(page, "Mended", "harbour");
        await page.GetByTestId("start").ClickAsync();
        await Expect(Point(page, "out")).ToBeFocusedAsync(new() { Timeout = Soon });
        await Point(page, "out").FillAsync("2:00");
        await Point(page, "out").BlurAsync();
        await Expect(Point(page, "out")).ToHaveValueAsync("00:00:02:00");
        await Expect(Point(page, "out")).Not.ToHaveAttributeAsync("aria-invalid", "true", new() { Timeout = Soon });
        window.ForgiveRefusals();
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task ADraft_IsKept_OpenedAgain_AndNotOverwrittenUnasked()
    {
        await using var window = await chromium.OpenAsync("/#/new");
        var page = window.Page;
        await NameAsync(page, "Half a film", "harbour");
        await ChooseAsync(page, Workplace.First);
        await SavedAsync(page);
        await Expect(page).ToHaveURLAsync(new Regex("#/drafts/"), new() { Timeout = Soon });

        // In another window it is found in the list, with all that is in it.
        await using var other = await chromium.OpenAsync("/#/new");
        await other.Page.GetByTestId("draft").Filter(new() { HasText = "Half a film" }).GetByRole(AriaRole.Link).ClickAsync(new() { Timeout = Soon });
        await Expect(other.Page.GetByTestId("title")).ToHaveValueAsync("Half a film", new() { Timeout = Soon });
        await Expect(other.Page.GetByTestId("shot")).ToHaveCountAsync(1);
        await other.Page.GetByTestId("title").FillAsync("Half a film, theirs");
        await SavedAsync(other.Page);

        await page.GetByTestId("title").FillAsync("Half a film, mine");
        await Expect(page.GetByTestId("conflict")).ToBeVisibleAsync(new() { Timeout = Soon });
        await page.GetByRole(AriaRole.Button, new() { Name = "Show theirs" }).ClickAsync();
        await Expect(page.GetByTestId("title")).ToHaveValueAsync("Half a film, theirs", new() { Timeout = Soon });
        await Expect(page.GetByTestId("conflict")).ToHaveCountAsync(0);
        window.ForgiveRefusals();
        window.AssertNoComplaints();
        other.AssertNoComplaints();
    }

    [Fact]
    public async Task AFinishedJob_IsCopied_AndChanged_WithoutTheSecretsThatNobodySees()
    {
        var hook = new WebhookSpec("https://hook.invalid/films", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var job = await Server.SubmitAsync(Workplace.Small("Harbour, cut 3") with { Notifications = new NotificationSpec(["failed"], null, null, [hook]) });
        await Server.CompleteAsync(job);
        await using var window = await chromium.OpenAsync($"/#/new?from={job}");
        var page = window.Page;
        await Expect(page.GetByTestId("title")).ToHaveValueAsync("Harbour, cut 4", new() { Timeout = Soon });
        await Expect(page.GetByTestId("project")).ToHaveValueAsync("harbour");
        await Expect(page.GetByTestId("shot")).ToHaveCountAsync(1);
        await Expect(page.GetByTestId("preset-h264-720p")).ToBeCheckedAsync();
        await Expect(page.GetByTestId("film-length")).ToHaveTextAsync("00:00:01:13", new() { Timeout = Soon }); // from 0.5 s to 2 s
        await Expect(page.GetByTestId("lost-hooks")).ToContainTextAsync("https://hook.invalid/films");
        await window.TakePicturesAsync("new-copied");

        await page.GetByTestId("frame-rate").SelectOptionAsync("24");
        await page.GetByTestId("start").ClickAsync();
        await Expect(page.GetByTestId("job-page")).ToBeVisibleAsync(new() { Timeout = Soon });
        await Expect(page.GetByTestId("job-page")).Not.ToHaveAttributeAsync("data-job-id", job);
        var copy = await page.GetByTestId("job-page").GetAttributeAsync("data-job-id");
        Assert.Equal("24", (await Server.GetAsync(copy!)).Spec.Timeline!.FrameRate);
        window.AssertNoComplaints();
    }

    private static async Task NameAsync(IPage page, string title, string project)
    {
        await page.GetByTestId("title").FillAsync(title, new() { Timeout = Soon });
        await page.GetByTestId("project").FillAsync(project);
        await page.GetByTestId("project").BlurAsync();
    }

    private static async Task ChooseAsync(IPage page, params string[] sources)
    {
        await page.GetByTestId("choose").ClickAsync(new() { Timeout = Soon });
        foreach (var source in sources)
        {
            await page.Locator($"[data-testid=source][data-path='{source}']").ClickAsync(new() { Timeout = Soon });
        }

        await page.GetByTestId("choose-sources").ClickAsync();
        await Expect(page.GetByTestId("shot")).ToHaveCountAsync(sources.Length);
    }

    private static async Task StepAsync(IPage page, int frames)
    {
        for (var i = 0; i < frames; i++)
        {
            await page.Keyboard.PressAsync(".");
        }
    }

    private static Task SavedAsync(IPage page) => Expect(page.GetByTestId("keeper")).ToHaveAttributeAsync("data-state", "saved", new() { Timeout = Soon });

    private static ILocator Point(IPage page, string name) => page.Locator($"[data-field^='shot/'][data-field$='/{name}']");

    private static async Task<string[]> OrderAsync(ILocator shots) => await shots.EvaluateAllAsync<string[]>("shots => shots.map(shot => shot.dataset.source)");
}
