using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansAssembly.SystemTests;
using static Microsoft.Playwright.Assertions;

namespace OrleansAssembly.Browser.Tests;

/// <summary>The board with a thousand jobs on it.</summary>
public class BoardTests(CrowdedBoard chromium) : IClassFixture<CrowdedBoard>
{
    private const float Soon = 20_000;

    /// <summary>More are never in the document, however long the list and the window.</summary>
    private const int MostRows = 40;

    [Fact]
    public async Task AThousandJobs_AreScrolled_WithFewOfThemInTheDocument()
    {
        await using var window = await chromium.OpenAsync();
        var (page, rows) = (window.Page, window.Rows);
        await Expect(page.GetByTestId("filter-all")).ToContainTextAsync("1,000", new() { Timeout = Soon });
        await Expect(rows.First).ToBeVisibleAsync(new() { Timeout = Soon });

        // Frame by frame through all that is loaded, as a hand on the wheel would; what it costs is told, in the thread's own time; how fast it is, is no test's business.
        await using var cost = await ThreadTime.MeasureAsync(page);
        var frames = 0;
        var most = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                var seen = await page.EvaluateAsync<int[]>("""
                    () => new Promise(resolve => {
                      let [left, most] = [60, 0];
                      const step = () => {
                        scrollBy({ top: 150, behavior: 'instant' });
                        most = Math.max(most, document.querySelectorAll('[data-testid=job-row]').length);
                        if (--left > 0) requestAnimationFrame(step);
                        else resolve([most, Math.round(document.documentElement.scrollHeight - innerHeight - scrollY)]);
                      };
                      requestAnimationFrame(step);
                    })
                    """);
                frames += 60;
                most = Math.Max(most, seen[0]);
                return seen[1] <= 1 && await page.GetByText("That is all: 1,000 jobs").IsVisibleAsync();
            },
            TimeSpan.FromSeconds(60), "the end of the list");
        var perFrame = await cost.MillisecondsAsync() / frames;
        TestContext.Current.SendDiagnosticMessage($"{frames} frames, {perFrame:0.0} ms of the main thread each, at most {most} rows");
        Assert.True(most <= MostRows, $"{most} rows were in the document");

        // A wall of a screen is filled, and no more than that.
        await page.EvaluateAsync("scrollTo(0, 0)");
        await page.SetViewportSizeAsync(3840, 2160);
        await Expect(rows.Nth(15)).ToBeVisibleAsync(new() { Timeout = Soon });
        Assert.InRange(await rows.CountAsync(), 15, 2 * MostRows);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the board is wider than a window of 3840 pixels");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(ServerProcess.Repository, "TestResults", "screenshots", "board-3840-light.png") });
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task Jobs_AreFound_ByTitle_Project_AndStatus()
    {
        await using var window = await chromium.OpenAsync();
        var (page, rows) = (window.Page, window.Rows);
        await Expect(rows.First).ToBeVisibleAsync(new() { Timeout = Soon });
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("scene 0777");
        await Expect(rows).ToHaveCountAsync(1, new() { Timeout = Soon });
        await Expect(rows).ToContainTextAsync("Scene 0777");
        await Expect(page).ToHaveURLAsync(new Regex("q=scene"));

        await page.GetByTestId("search").FillAsync("no such thing");
        await Expect(page.GetByText("Nothing is found for")).ToBeVisibleAsync(new() { Timeout = Soon });
        await window.TakePicturesAsync("board-nothing-found");
        await page.GetByRole(AriaRole.Link, new() { Name = "Show all jobs" }).ClickAsync();
        await Expect(rows.First).ToBeVisibleAsync(new() { Timeout = Soon });

        await page.GetByRole(AriaRole.Combobox, new() { Name = "Project: All projects" }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = "lighthouse" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("project=lighthouse"));
        await Expect(page.GetByText("That is all: 100 jobs")).ToBeAttachedAsync(new() { Timeout = Soon });
        await page.GetByTestId("filter-completed").ClickAsync();
        await Expect(rows).ToHaveCountAsync(0, new() { Timeout = Soon });
        await Expect(page).ToHaveURLAsync(new Regex("status=completed&project=lighthouse"));
        await page.GoBackAsync();
        await Expect(rows.First).ToBeVisibleAsync(new() { Timeout = Soon });
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task ManyJobs_AreChosenByKeys_AndPausedTogether_InTwoTabs()
    {
        await using var window = await chromium.OpenAsync("/#/?q=scene 01");
        await using var other = await chromium.OpenAsync("/#/?q=scene 01");
        var (page, rows) = (window.Page, window.Rows);
        await Expect(rows.First).ToBeVisibleAsync(new() { Timeout = Soon });
        await Expect(other.Rows.First).ToBeVisibleAsync(new() { Timeout = Soon });

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Shift+J");
        await Expect(page.GetByTestId("selection-bar")).ToContainTextAsync("3 jobs chosen");
        await rows.Nth(5).GetByTestId("choose").ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.GetByTestId("selection-bar")).ToContainTextAsync("6 jobs chosen");
        await page.Keyboard.PressAsync("p");
        await Expect(page.GetByTestId("toast")).ToContainTextAsync("Paused 6 jobs", new() { Timeout = Soon });
        const string Paused = "[data-testid=job-row][data-status=paused]";
        await Expect(page.Locator(Paused)).ToHaveCountAsync(6, new() { Timeout = Soon });
        await Expect(other.Page.Locator(Paused)).ToHaveCountAsync(6, new() { Timeout = Soon });

        await page.Keyboard.PressAsync("p");
        await Expect(other.Page.Locator(Paused)).ToHaveCountAsync(0, new() { Timeout = Soon });
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("selection-bar")).ToHaveCountAsync(0);

        await page.Keyboard.PressAsync("Control+a");
        await Expect(page.GetByTestId("selection-bar")).ToContainTextAsync("100 jobs chosen", new() { Timeout = Soon });
        await window.TakePicturesAsync("board-chosen");
        await page.Keyboard.PressAsync("c");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Cancel 100 jobs?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("A retry would begin from the start.");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0, new() { Timeout = Soon });
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Keyboard");
        await window.TakePicturesAsync("board-keyboard");
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task AServerThatIsKilled_IsMissed_AndAllIsRightAgainWhenItIsBack()
    {
        await using var window = await chromium.OpenAsync();
        var (page, rows) = (window.Page, window.Rows);
        var connection = page.GetByTestId("connection-state");
        await Expect(rows.First).ToBeVisibleAsync(new() { Timeout = Soon });
        await Expect(connection).ToHaveAttributeAsync("data-state", "live", new() { Timeout = Soon });

        await chromium.KillServerAsync();
        await Expect(connection).ToHaveAttributeAsync("data-state", "offline", new() { Timeout = Soon });
        await Expect(page.GetByTestId("offline-note")).ToContainTextAsync("What you see is from");
        await Expect(rows.First).ToBeVisibleAsync();

        // What is asked for now is shown at once, and taken back when nobody answers.
        await rows.First.GetByTestId("btn-pause").ClickAsync();
        await Expect(page.GetByTestId("toast")).ToContainTextAsync("Pause: The server does not answer", new() { Timeout = Soon });
        await Expect(rows.First).ToHaveAttributeAsync("data-status", "pending");
        await window.TakePicturesAsync("board-offline");

        await chromium.RestartServerAsync();
        var added = await chromium.Server.SubmitAsync(Workplace.Small("After the fall"));
        await chromium.Server.CommandAsync(added, "pause");
        await Expect(connection).ToHaveAttributeAsync("data-state", "live", new() { Timeout = Soon });
        await Expect(window.Row(added)).ToHaveAttributeAsync("data-status", "paused", new() { Timeout = Soon });
        await Expect(page.GetByTestId("offline-note")).ToHaveCountAsync(0);
        await chromium.Server.CommandAsync(added, "cancel");
        await Expect(window.Row(added)).ToHaveAttributeAsync("data-status", "cancelled", new() { Timeout = Soon });

        // The others of this class count a thousand.
        using var deleted = await chromium.Server.Http.DeleteAsync(new Uri($"{JobCalls.Jobs}/{added}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(deleted.IsSuccessStatusCode, $"The job was not deleted: {deleted.StatusCode}");
        window.ForgiveLostConnection();
        window.AssertNoComplaints();
    }

    /// <summary>What a page costs the browser's main thread, in time that it really computed, whoever else is at work on the machine.</summary>
    private sealed class ThreadTime : IAsyncDisposable
    {
        private readonly ICDPSession _session;
        private double _before;

        private ThreadTime(ICDPSession session) => _session = session;

        public static async Task<ThreadTime> MeasureAsync(IPage page)
        {
            var time = new ThreadTime(await page.Context.NewCDPSessionAsync(page));
            await time._session.SendAsync("Performance.enable", new() { ["timeDomain"] = "threadTicks" });
            time._before = await time.ReadAsync();
            return time;
        }

        public async Task<double> MillisecondsAsync() => (await ReadAsync() - _before) * 1000;

        public async ValueTask DisposeAsync() => await _session.DetachAsync();

        private async Task<double> ReadAsync()
        {
            var metrics = (await _session.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics");
            return metrics.EnumerateArray().Single(metric => metric.GetProperty("name").GetString() == "TaskDuration").GetProperty("value").GetDouble();
        }
    }
}
