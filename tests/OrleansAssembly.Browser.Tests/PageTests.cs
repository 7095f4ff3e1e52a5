using System.Text.RegularExpressions;
using OrleansAssembly.SystemTests;
using static Microsoft.Playwright.Assertions;

namespace OrleansAssembly.Browser.Tests;

/// <summary>The page as people use it.</summary>
public partial class PageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const float Soon = 15_000;

    private ServerProcess Server => chromium.Server;

    [Fact]
    public async Task JobsInEveryStatus_AreListed_AndFitAPhone()
    {
        chromium.Place.Media.Write("broken.mp4", "This is no film.");
        await Server.CompleteAsync(await Server.SubmitAsync(Workplace.Small("Lighthouse")));
        var failed = await Server.SubmitAsync(Workplace.Small("Fog over the bay", source: "broken.mp4"));
        var cancelled = await Server.SubmitAsync(Workplace.Long("Night watch"));
        await Server.CommandAsync(cancelled, "cancel");
        var paused = await Server.SubmitAsync(Workplace.Long("Nets and ropes"));
        await EncodesAsync(paused);
        await Server.CommandAsync(paused, "pause");

        // From here on it holds all slots, so that a job of low priority must wait; and it does not get done while pictures are taken.
        var running = await Server.SubmitAsync(Workplace.Long("A day in the harbour, with a title that is longer than the others"));
        await EncodesAsync(running);
        var goOn = await chromium.Place.StopEncodersAsync(count: 2);
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

        // The tab tells of this job here, and of all that run elsewhere.
        await Expect(window.Page).ToHaveTitleAsync(new Regex("^[0-9]+ % · A day in the harbour"));
        await Expect(window.Page.Locator("link[rel=icon]")).ToHaveAttributeAsync("href", new Regex("^data:image/svg"));
        await window.Page.GetByTestId("nav-cluster").ClickAsync();
        await Expect(window.Page).ToHaveTitleAsync(new Regex("^[0-9]+ % · 1 running · Cluster"), new() { Timeout = Soon });
        foreach (var job in new[] { waiting, running, paused })
        {
            await Server.CommandAsync(job, "cancel");
        }

        goOn(); // who was not among them

        window.AssertNoComplaints();
    }

    /// <summary>Waits until a job is in the middle of making segments.</summary>
    private async Task EncodesAsync(string job)
    {
        await using var watch = Server.Watch(job);
        await watch.UntilAsync(JobWatch.EncodingFrom(5), "the middle of encoding");
    }

    [GeneratedRegex(@"^\d+ (s|min|h)\b")]
    private static partial Regex Time();
}
