using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansAssembly.SystemTests;

namespace OrleansAssembly.Browser.Tests;

/// <summary>A browser window; what the page complains of in it fails the test.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    /// <summary>Finds what people with disabilities cannot use; from the packages that the page is built with.</summary>
    private static readonly Lazy<string> Axe = new(() =>
    {
        var file = Path.Combine(ServerProcess.Repository, "src", "web", "node_modules", "axe-core", "axe.min.js");
        Assert.True(File.Exists(file), "axe-core is not there: run `npm ci` in src/web.");
        return File.ReadAllText(file);
    });

    private Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // When an interface comes or goes, as those of the network tests do that may run beside these, Chromium gives up what it fetches. What the page makes of that shows in the tests.
            if (message.Type is "error" or "warning" && !message.Text.Contains("ERR_NETWORK_CHANGED", StringComparison.Ordinal))
            {
                _complaints.Add($"{message.Type}: {message.Text}");
            }
        };
        page.Request += (_, request) =>
        {
            // The next call may reach another server, which knows nothing of it.
            if (request.Url.Contains("/negotiate", StringComparison.Ordinal))
            {
                _complaints.Add($"negotiated: {request.Url}");
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public static ViewportSize Desktop { get; } = new() { Width = 1280, Height = 800 };

    public static ViewportSize Phone { get; } = new() { Width = 390, Height = 844 };

    public IPage Page { get; }

    public static async Task<Window> OpenAsync(IBrowserContext context, Uri address)
    {
        var window = new Window(context, await context.NewPageAsync());
        await window.Page.GotoAsync(address.AbsoluteUri);
        return window;
    }

    /// <summary>The rows of the board that are in the document.</summary>
    public ILocator Rows => Page.GetByTestId("job-row");

    public ILocator Row(string job) => Page.Locator($"[data-testid=job-row][data-job-id='{job}']");

    public ILocator JobPage(string job) => Page.Locator($"[data-testid=job-page][data-job-id='{job}']");

    /// <summary>Waits until a bar stands higher than it did.</summary>
    public static async Task RisesAsync(ILocator bar, string name)
    {
        var before = await ValueAsync(bar);
        await Eventually.TrueAsync(async () => await ValueAsync(bar) != before, TimeSpan.FromSeconds(30), $"a move of {name} from {before}");
    }

    /// <summary>From now on notes every place at which the job's bar stands, and how far things jump about.</summary>
    public Task NoteBarsAsync() => Page.EvaluateAsync("""
        () => {
          window.seenBars = [];
          window.shifted = 0;
          const note = () => {
            const bar = document.querySelector('[data-testid=whole-bar]');
            if (bar && seenBars.at(-1) !== Number(bar.getAttribute('aria-valuenow'))) seenBars.push(Number(bar.getAttribute('aria-valuenow')));
          };
          note();
          new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-valuenow'] });
          new PerformanceObserver(list => list.getEntries().forEach(shift => { if (!shift.hadRecentInput) shifted += shift.value; })).observe({ type: 'layout-shift' });
        }
        """);

    /// <summary>While numbers changed nothing jumped: 0.1 is what Web Vitals calls good.</summary>
    public async Task AssertNothingJumpedAsync() => Assert.InRange(await Page.EvaluateAsync<double>("shifted"), 0, 0.1);

    /// <summary>It never went back.</summary>
    public async Task AssertBarsOnlyRoseAsync()
    {
        var seen = await Page.EvaluateAsync<int[]>("seenBars");
        Assert.True(seen.Length > 3, $"only {seen.Length} places of the bar were seen");
        Assert.Equal(seen.Order(), seen);
    }

    /// <summary>How far a bar is, as it tells a screen reader.</summary>
    public static async Task<int> ValueAsync(ILocator bar) => int.Parse((await bar.GetAttributeAsync("aria-valuenow"))!, CultureInfo.InvariantCulture);

    /// <summary>Takes pictures of what is shown, wide, light and dark, and narrow; none of them may be wider than its window, nor shut anybody out.</summary>
    public async Task TakePicturesAsync(string name)
    {
        var folder = Path.Combine(ServerProcess.Repository, "TestResults", "screenshots");
        foreach (var size in new[] { Desktop, Phone })
        {
            await Page.SetViewportSizeAsync(size.Width, size.Height);
            foreach (var scheme in size == Desktop ? [ColorScheme.Light, ColorScheme.Dark] : new[] { ColorScheme.Light })
            {
                // What still fades in has other colours than it will have.
                await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                Assert.True(
                    await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
                    $"{name} is wider than a window of {size.Width} pixels");
                await AssertAccessibleAsync($"{name}, {size.Width} pixels, {scheme}");
                // What stays at the window's edges would lie in the middle of a picture of the whole page.
                var isWhole = await Page.EvaluateAsync<bool>("document.documentElement.scrollHeight < 4000 && (scrollTo(0, 0), true)");
                await Page.ScreenshotAsync(new PageScreenshotOptions
                {
                    Path = Path.Combine(folder, $"{name}-{size.Width}-{scheme.ToString().ToLowerInvariant()}.png"),
                    FullPage = isWhole,
                });
            }
        }

        await Page.SetViewportSizeAsync(Desktop.Width, Desktop.Height);
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.NoPreference });
    }

    /// <summary>axe finds nothing to complain of in what is shown now.</summary>
    public async Task AssertAccessibleAsync(string name)
    {
        await Page.EvaluateAsync(Axe.Value);
        var violations = await Page.EvaluateAsync<string[]>("""
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map(found =>
              `${found.id} (${found.impact}): ${found.help}\n` + found.nodes.slice(0, 5).map(node => `    ${node.html.slice(0, 200)}\n    ${node.failureSummary.replace(/\n\s*/g, ' ')}`).join('\n'))
            """);
        Assert.True(violations.Length == 0, $"{name}:\n{string.Join('\n', violations)}");
    }

    /// <summary>Forgets what was complained of while the server, or the silo behind it, was away: that it was away is all that was said.</summary>
    public void ForgiveLostConnection() => _complaints.RemoveAll(complaint =>
        Regex.IsMatch(complaint, "net::ERR_(CONNECTION|INCOMPLETE|EMPTY_RESPONSE)|WebSocket connection to|status of 503"));

    /// <summary>Forgets that the server refused what was to be refused: browsers write every such answer down.</summary>
    public void ForgiveRefusals() => _complaints.RemoveAll(complaint => Regex.IsMatch(complaint, "status of (400|412)"));

    /// <summary>The end of every test.</summary>
    public void AssertNoComplaints() => Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
