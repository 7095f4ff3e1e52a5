using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansAssembly.Server.Hosting;
using StackExchange.Redis;

namespace OrleansAssembly.Testing;

/// <summary>A real Redis on a free port, with its append-only file in a temporary folder. It can be killed, held, and started again on the same port and data.</summary>
public sealed class RedisProcess : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-tests-");
    private readonly IPEndPoint _place;
    private Process _process;

    public RedisProcess()
        : this(IPAddress.Loopback)
    {
    }

    private RedisProcess(IPAddress host)
    {
        _place = new IPEndPoint(host, FreePort.Next());
        _process = Start();
    }

    public string Address => _place.ToString();

    /// <param name="host">Where it listens. Default: the loopback address.</param>
    public static async Task<RedisProcess> StartAsync(IPAddress? host = null)
    {
        var redis = new RedisProcess(host ?? IPAddress.Loopback);
        await redis.InitializeAsync();
        return redis;
    }

    /// <summary>Patiently: on a machine that has much to do, the client's 5 s are soon over.</summary>
    public IConnectionMultiplexer Connect() => ConnectionMultiplexer.Connect(Address + ",allowAdmin=true,connectTimeout=60000,asyncTimeout=60000,syncTimeout=60000");

    /// <summary>Waits until it answers; it may still be loading.</summary>
    public async ValueTask InitializeAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < StartLimit, $"Redis at {Address} did not answer within {StartLimit}");
            await Task.Delay(LookPeriod, TimeProvider.System);
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again after a kill, with what it had written.</summary>
    public async Task RestartAsync()
    {
        _process.Dispose();
        _process = Start();
        await InitializeAsync();
    }

    /// <summary>Stops it in the middle of whatever it does: connections stay open and nothing answers.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private Process Start()
    {
        var process = Process.Start(new ProcessStartInfo("redis-server",
        [
            "--bind", _place.Address.ToString(), "--port", _place.Port.ToString(CultureInfo.InvariantCulture), "--dir", _folder.FullName,
            "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--protected-mode", "no",
        ])
        { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_place);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[64];
            var read = await stream.ReadAsync(answer);
            return Encoding.ASCII.GetString(answer, 0, read).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
