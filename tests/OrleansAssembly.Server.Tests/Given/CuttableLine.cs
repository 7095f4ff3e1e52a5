using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OrleansAssembly.Server.Tests.Given;

/// <summary>A network line to a server that can be cut: every connection over it is reset, and new ones get nowhere until it is mended.</summary>
public sealed class CuttableLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentDictionary<Socket, bool> _ends = new();
    private readonly Uri _server;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _whole = new();

    public CuttableLine(Uri server)
    {
        _server = server;
        _whole.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The server, as seen over this line.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public void Cut()
    {
        _whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var end in _ends.Keys)
        {
            end.Close(timeout: 0); // a reset, and no polite end
        }
    }

    public void Mend() => _whole.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        Mend();
        _listener.Dispose();
        await _accepting;
        Cut();
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        var carrying = new List<Task>();
        try
        {
            while (true)
            {
                carrying.Add(CarryAsync(await _listener.AcceptSocketAsync(_closed.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Cut();
            Mend();
            await Task.WhenAll(carrying);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await _whole.Task;
            await server.ConnectAsync(_server.Host, _server.Port, _closed.Token);
            (_ends[client], _ends[server]) = (true, true);
            await using var near = new NetworkStream(client);
            await using var far = new NetworkStream(server);
            await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
        finally
        {
            _ends.TryRemove(client, out _);
            _ends.TryRemove(server, out _);
            client.Dispose();
        }
    }
}
