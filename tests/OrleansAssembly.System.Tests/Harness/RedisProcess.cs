using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansAssembly.Server.Hosting;

namespace OrleansAssembly.SystemTests;

/// <summary>A real Redis on a port of its own that can be killed, held and started again on the same port and data.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-drill-");
    private readonly IPEndPoint _place;
    private Process _process;

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
        await redis.AnswersAsync();
        return redis;
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
        await AnswersAsync();
    }

    /// <summary>Stops it in the middle of whatever it does: connections stay open and nothing answers.</summary>
    public void Freeze() => Processes.Signal(_process.Id, "STOP");

    public void Thaw() => Processes.Signal(_process.Id, "CONT");

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

    private Task AnswersAsync() => Eventually.TrueAsync(IsReadyAsync, StartLimit, $"the first answer of Redis at {Address}");

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_place);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[64];
            var read = await stream.ReadAsync(answer);
            return Encoding.ASCII.GetString(answer, 0, read).StartsWith("+PONG", StringComparison.Ordinal); // it may still be loading
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
