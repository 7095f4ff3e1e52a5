using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Every command that a Redis is given, as its MONITOR tells.</summary>
internal sealed class StoreMonitor : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private Task _reading = Task.CompletedTask;

    public ConcurrentQueue<string> Seen { get; } = new();

    public static async Task<StoreMonitor> StartAsync(EndPoint redis)
    {
        var monitor = new StoreMonitor();
        await monitor._client.Client.ConnectAsync(redis);
        var stream = monitor._client.GetStream();
        await stream.WriteAsync("MONITOR\r\n"u8.ToArray());
        var lines = new StreamReader(stream);
        Assert.Equal("+OK", await lines.ReadLineAsync());
        monitor._reading = monitor.ReadAsync(lines);
        return monitor;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _reading;
    }

    private async Task ReadAsync(StreamReader lines)
    {
        try
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                Seen.Enqueue(line);
            }
        }
        catch (IOException)
        {
            // It is over.
        }
    }
}
