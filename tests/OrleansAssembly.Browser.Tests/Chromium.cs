using Microsoft.Playwright;
using OrleansAssembly.SystemTests;

namespace OrleansAssembly.Browser.Tests;

/// <summary>A real server with the built page, and the system's Chromium to look at it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    internal Workplace Place { get; } = new();

    internal ServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.True(
            File.Exists(Path.Combine(Path.GetDirectoryName(ServerProcess.Program)!, "wwwroot", "index.html")),
            "The server was built without its page: run `npm ci && npm run build` in src/web, then build the tests again.");
        var program = Environment.GetEnvironmentVariable("CHROMIUM") ?? Programs.FirstOrDefault(File.Exists);
        Assert.True(program is not null, "There is no Chromium: install it, or name it by the environment variable CHROMIUM.");

        // A paused job keeps its slots for a while; here others wait for them.
        Server = await ServerProcess.StartCommandAsync(
            ["dotnet", ServerProcess.Program, "--port", "0", "--media", Place.Media.Root, "--data", Place.Data, "--slots", "2"], SiloCluster.ShortHold);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await Server.DisposeAsync();
        Place.Dispose();
    }

    /// <summary>Opens an address of the page in a window of its own.</summary>
    internal async Task<Window> OpenAsync(string address = "/")
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = Window.Desktop, Locale = "en-GB" });
        return await Window.OpenAsync(context, new Uri(Server.Address, address));
    }
}
