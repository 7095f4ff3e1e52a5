using System.Globalization;
using Microsoft.Playwright;
using OrleansAssembly.SystemTests;

namespace OrleansAssembly.Browser.Tests;

/// <summary>A browser window; what the page complains of in it fails the test.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
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

    public ILocator Row(string job) => Page.Locator($"[data-testid=job-row][data-job-id='{job}']");

    public ILocator JobPage(string job) => Page.Locator($"[data-testid=job-page][data-job-id='{job}']");

    /// <summary>Waits until a bar stands higher than it did.</summary>
    public static async Task RisesAsync(ILocator bar, string name)
    {
        var before = await ValueAsync(bar);
        await Eventually.TrueAsync(async () => await ValueAsync(bar) != before, TimeSpan.FromSeconds(30), $"a move of {name} from {before}");
    }

    /// <summary>How far a bar is, as it tells a screen reader.</summary>
    public static async Task<int> ValueAsync(ILocator bar) => int.Parse((await bar.GetAttributeAsync("aria-valuenow"))!, CultureInfo.InvariantCulture);

    /// <summary>Takes pictures of what is shown, wide and narrow, light and dark; none of them may be wider than its window.</summary>
    public async Task TakePicturesAsync(string name)
    {
        var folder = Path.Combine(ServerProcess.Repository, "TestResults", "screenshots");
        foreach (var size in new[] { Desktop, Phone })
        {
            await Page.SetViewportSizeAsync(size.Width, size.Height);
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
                Assert.True(
                    await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
                    $"{name} is wider than a window of {size.Width} pixels");
                await Page.ScreenshotAsync(new PageScreenshotOptions
                {
                    Path = Path.Combine(folder, $"{name}-{size.Width}-{scheme.ToString().ToLowerInvariant()}.png"),
                    FullPage = true,
                });
            }
        }

        await Page.SetViewportSizeAsync(Desktop.Width, Desktop.Height);
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
    }

    /// <summary>The end of every test.</summary>
    public void AssertNoComplaints() => Assert.Empty(_complaints);

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
