using System.Diagnostics;
using System.Globalization;

namespace OrleansAssembly.Benchmarks;

/// <summary>A server of this run's own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StreamWriter? _log;

    private ServerProcess(Process process, StreamWriter? log)
    {
        (_process, _log) = (process, log);
        Client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Client { get; }

    public int Pid => _process.Id;

    /// <summary>The server as it is, with the embedded store where no option names another.</summary>
    /// <param name="folder">Holds its media and data; servers of one cluster share it.</param>
    public static Task<ServerProcess> StartAsync(string folder, params IReadOnlyList<string> options) =>
        StartAsync([Path.Combine(AppContext.BaseDirectory, "OrleansAssembly.Server.dll"), .. Settings(folder), .. options], null);

    /// <summary>Options of every server.</summary>
    public static IReadOnlyList<string> Settings(string folder) => ["--port", "0", "--media", Path.Combine(folder, "media"), "--data", Path.Combine(folder, "data")];

    /// <param name="command">Arguments of <c>dotnet</c>.</param>
    /// <param name="log">A file for what it logs; null shows it.</param>
    public static async Task<ServerProcess> StartAsync(IReadOnlyList<string> command, string? log)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", command) { RedirectStandardOutput = true, RedirectStandardError = log is not null })!;
        var server = new ServerProcess(process, log is null ? null : new StreamWriter(log));
        if (server._log is { } writer)
        {
            process.ErrorDataReceived += (_, line) => writer.WriteLine(line.Data);
            process.BeginErrorReadLine();
        }

        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                server.Client.BaseAddress = new Uri(line["ready ".Length..]);
                return server;
            }
        }

        await server.DisposeAsync();
        throw new InvalidOperationException($"The server ended before it was ready.{(log is null ? "" : $" {await File.ReadAllTextAsync(log)}")}");
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
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }
    }
}
