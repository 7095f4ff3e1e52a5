using System.Diagnostics;
using System.Globalization;
using OrleansAssembly.Server.Hosting;
using StackExchange.Redis;

namespace OrleansAssembly.Server.Tests.Given;

/// <summary>A Redis 7 of its own on a free port, empty, gone with the test.</summary>
public sealed class RealRedis : IAsyncLifetime
{
    private Process? _process;

    public int Port { get; } = FreePort.Next();

    public string ConnectionString => $"127.0.0.1:{Port}";

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true };
        foreach (var argument in new[] { "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no" })
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line && !line.Contains("Ready to accept", StringComparison.Ordinal))
        {
            // Starting.
        }
    }

    public async Task<IConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(ConnectionString + ",allowAdmin=true");

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
