using System.Diagnostics;

namespace OrleansAssembly.Benchmarks;

/// <summary>A server of this run's own, with the embedded store.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address };
    }

    public HttpClient Client { get; }

    public static async Task<ServerProcess> StartAsync(string folder)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "OrleansAssembly.Server.dll");
        var process = Process.Start(new ProcessStartInfo("dotnet",
            [dll, "--port", "0", "--media", Path.Combine(folder, "media"), "--data", Path.Combine(folder, "data")])
        { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                return new ServerProcess(process, new Uri(line["ready ".Length..]));
            }
        }

        throw new InvalidOperationException("The server ended before it was ready.");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using (Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
