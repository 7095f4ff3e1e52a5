using System.Diagnostics;
using System.Globalization;

namespace OrleansAssembly.Benchmarks;

/// <summary>A server of this run's own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StreamWriter _log;

    private ServerProcess(Process process, StreamWriter log)
    {
        (_process, _log) = (process, log);
        Client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Client { get; }

    public int Pid => _process.Id;

    /// <summary>The server as it is, with the embedded store where no option names another.</summary>
    /// <param name="folder">Holds its media, data and log; servers of one cluster share it.</param>
    public static Task<ServerProcess> StartAsync(string folder, params IReadOnlyList<string> options) =>
        StartAsync([Path.Combine(AppContext.BaseDirectory, "OrleansAssembly.Server.dll")], folder, options);

    /// <param name="program">What <c>dotnet</c> is to run.</param>
    public static async Task<ServerProcess> StartAsync(IReadOnlyList<string> program, string folder, IReadOnlyList<string> options)
    {
        IReadOnlyList<string> settings = ["--port", "0", "--media", Path.Combine(folder, "media"), "--data", Path.Combine(folder, "data"), .. options];
        var process = Process.Start(new ProcessStartInfo("dotnet", [.. program, .. settings]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var log = Path.Combine(folder, $"server-{process.Id}.log");
        var server = new ServerProcess(process, new StreamWriter(log));
        process.ErrorDataReceived += (_, line) => server.Keep(line.Data);
        process.BeginErrorReadLine();

        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                server.Client.BaseAddress = new Uri(line["ready ".Length..]);
                return server;
            }
        }

        await server.DisposeAsync();
        throw new InvalidOperationException($"The server ended before it was ready. {await File.ReadAllTextAsync(log)}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", Pid.ToString(CultureInfo.InvariantCulture)]);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _log.WriteLine(line);
        }
    }
}
