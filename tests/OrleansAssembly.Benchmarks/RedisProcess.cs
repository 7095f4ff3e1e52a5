using System.Diagnostics;
using System.Globalization;
using System.Net;
using OrleansAssembly.Server.Hosting;
using StackExchange.Redis;

namespace OrleansAssembly.Benchmarks;

/// <summary>A real Redis of this run's own, durable as in production.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-benchmark-");
    private readonly Process _process;

    private RedisProcess(int port)
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        _process = Process.Start(new ProcessStartInfo("redis-server",
        [
            "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--dir", _folder.FullName,
            "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
        ])
        { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public string Address { get; }

    public int Pid => _process.Id;

    public static async Task<RedisProcess> StartAsync()
    {
        var redis = new RedisProcess(FreePort.Next(IPAddress.Loopback));
        var options = ConfigurationOptions.Parse(redis.Address);
        (options.AbortOnConnectFail, options.ConnectRetry) = (true, 50);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await connection.GetDatabase().PingAsync();
        return redis;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
