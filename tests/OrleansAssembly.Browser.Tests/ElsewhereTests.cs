using Microsoft.Playwright;
using OrleansAssembly.SystemTests;
using OrleansAssembly.Testing;
using static Microsoft.Playwright.Assertions;

namespace OrleansAssembly.Browser.Tests;

/// <summary>The page of a server that is not alone at the root of its address.</summary>
public class ElsewhereTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const float Soon = 20_000;
    private const float AFilmLater = 120_000;

    [Fact]
    public async Task BelowAPath_ThePageIsWhole_AndLive()
    {
        using var place = new Workplace();
        await using var server = await place.StartAsync("--slots", "1", "--path-base", "/films");
        await using var window = await chromium.OpenAtAsync(new Uri(server.Address, "/films/"));
        var page = window.Page;
        await Expect(page.GetByTestId("connection-state")).ToHaveAttributeAsync("data-state", "live", new() { Timeout = Soon });

        var job = await server.SubmitAsync(Workplace.Small("Below a path"));
        await Expect(window.Row(job)).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = AFilmLater });
        await window.Row(job).GetByRole(AriaRole.Link, new() { Name = "Below a path" }).ClickAsync();
        await Expect(page.GetByTestId("film-player")).ToBeVisibleAsync(new() { Timeout = Soon });
        await Eventually.TrueAsync(
            async () => await page.GetByTestId("film-player").EvaluateAsync<bool>("film => film.readyState >= 1 && film.videoWidth > 0"), TimeSpan.FromSeconds(30), "the film's own size");
        await page.ReloadAsync();
        await Expect(window.JobPage(job)).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = Soon });
        window.AssertNoComplaints();
    }

    /// <summary>The page hangs on another server than the one that dies with the job's grain in it.</summary>
    [Fact]
    public async Task AfterTheDeathOfTheSiloThatHeldTheJob_ThePageIsRightAgain_WithoutAReload()
    {
        using var place = new Workplace();
        await using var redis = await RedisProcess.StartAsync();
        await using var holder = await place.StartAsync("--redis", redis.Address, "--slots", "1");
        var job = await holder.SubmitAsync(Workplace.Long("After the storm")); // alone: its grain is here
        await using var other = await place.StartAsync("--redis", redis.Address, "--slots", "1");
        await using var window = await chromium.OpenAtAsync(new Uri(other.Address, $"/#/jobs/{job}"));
        var (page, shown, bar) = (window.Page, window.JobPage(job), window.Page.GetByTestId("whole-bar"));
        await Expect(shown).ToHaveAttributeAsync("data-status", "running", new() { Timeout = Soon });
        await Expect(page.GetByTestId("job-message")).ToContainTextAsync("Encoding segment", new() { Timeout = AFilmLater });
        await window.NoteBarsAsync();
        await Window.RisesAsync(bar, "the bar");

        Assert.Equal(137, await holder.EndAsync("KILL"));
        await Window.RisesAsync(bar, "the bar after the death of the silo");
        await Expect(page.GetByTestId("connection-state")).ToHaveAttributeAsync("data-state", "live");
        await window.AssertNothingJumpedAsync();
        await Expect(shown).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = AFilmLater });
        await window.AssertBarsOnlyRoseAsync();
        window.ForgiveLostConnection();
        window.AssertNoComplaints();
    }
}
