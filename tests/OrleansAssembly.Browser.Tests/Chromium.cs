using Microsoft.Playwright;
using OrleansAssembly.SystemTests;

namespace OrleansAssembly.Browser.Tests;

/// <summary>A real server with the built page, and the system's Chromium to look at it.</summary>
public class Chromium : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal Workplace Place { get; } = new();

    internal ServerProcess Server { get; private set; } = null!;

    /// <summary>Encoders of the server.</summary>
    private protected virtual int Slots => 2;

    public virtual async ValueTask InitializeAsync()
    {
        Assert.True(
            File.Exists(Path.Combine(Path.GetDirectoryName(ServerProcess.Program)!, "wwwroot", "index.html")),
            "The server was built without its page: run `npm ci && npm run build` in src/web, then build the tests again.");
        var program = Environment.GetEnvironmentVariable("CHROMIUM") ?? Programs.FirstOrDefault(File.Exists);
        Assert.True(program is not null, "There is no Chromium: install it, or name it by the environment variable CHROMIUM.");

        Server = await StartServerAsync(port: 0);
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
        // What did not come up, because the start failed, need not go down.
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        Place.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the server by kill -9; the pages that are open lose it.</summary>
    internal async Task KillServerAsync() => await Server.EndAsync("KILL");

    /// <summary>Starts it again at the same address, over what it left.</summary>
    internal async Task RestartServerAsync()
    {
        var port = Server.Address.Port;
        await Server.DisposeAsync();
        Server = await StartServerAsync(port);
    }

    /// <summary>A paused job keeps its slots for a while; here others wait for them. Children that a test stops stay stopped.</summary>
    private Task<ServerProcess> StartServerAsync(int port) => ServerProcess.StartCommandAsync(
        ["dotnet", ServerProcess.Program, "--port", $"{port}", "--media", Place.Media.Root, "--data", Place.Data, "--slots", $"{Slots}"],
        SiloCluster.ShortHold.Concat(Workplace.PatientWithChildren).ToDictionary());

    /// <summary>Opens an address of the page in a window of its own.</summary>
    internal Task<Window> OpenAsync(string address = "/", ViewportSize? size = null) => OpenAtAsync(new Uri(Server.Address, address), size);

    /// <summary>The same of any server.</summary>
    internal async Task<Window> OpenAtAsync(Uri address, ViewportSize? size = null)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = size ?? Window.Desktop, Locale = "en-GB" });
        return await Window.OpenAsync(context, address);
    }
}
