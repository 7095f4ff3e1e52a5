using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>A real Redis of this test run's own, on a free port, with its append-only file in a temporary folder.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-tests-");
    private readonly Process _process;

    private RedisServer(int port)
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

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public IConnectionMultiplexer Connect() => ConnectionMultiplexer.Connect(Address);

    public static async Task<RedisServer> StartAsync()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();

        var server = new RedisServer(port);
        var options = ConfigurationOptions.Parse(server.Address);
        options.AbortOnConnectFail = false;
        options.ConnectRetry = 50;
        server.Connection = await ConnectionMultiplexer.ConnectAsync(options);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await server.Connection.GetDatabase().PingAsync();
                return server;
            }
            catch (RedisException) when (attempt < 100)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System); // a process that starts tells nobody
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
