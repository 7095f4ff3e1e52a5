using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>Takes a message of the hub, without what marks its length or end.</summary>
internal delegate void HubMessageTaken(ReadOnlySpan<byte> message);

/// <summary>A SignalR connection over a bare WebSocket: it takes the messages apart but makes no objects of them, so that a thousand leave the machine to the servers.</summary>
internal sealed class HubSocket(string protocol) : IDisposable
{
    private const byte RecordEnd = 0x1e;

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly IHubProtocol _protocol = protocol == "json" ? new JsonHubProtocol() : new MessagePackHubProtocol();

    public async Task ConnectAsync(Uri server, CancellationToken cancel)
    {
        await _socket.ConnectAsync(new Uri($"ws://{server.Authority}/hubs/progress"), cancel);
        var hello = new ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteRequestMessage(new HandshakeRequestMessage(_protocol.Name, _protocol.Version), hello);
        await _socket.SendAsync(hello.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, cancel);
        var answer = new byte[256];
        var count = (await _socket.ReceiveAsync(answer, cancel)).Count;
        if (!answer.AsSpan(0, count).SequenceEqual("{}\u001e"u8))
        {
            throw new InvalidOperationException($"The hub does not speak {_protocol.Name}.");
        }
    }

    public Task CallAsync(string id, string method, object?[] arguments, CancellationToken cancel) => SendAsync(new InvocationMessage(id, method, arguments), cancel);

    /// <summary>Says that the client lives: the server lets go of one that is silent for 30 s.</summary>
    public Task PingAsync(CancellationToken cancel) => SendAsync(PingMessage.Instance, cancel);

    /// <summary>Hands on each message as it comes, until the connection ends.</summary>
    public async Task ListenAsync(HubMessageTaken take, CancellationToken cancel)
    {
        var buffer = new byte[16 * 1024];
        var kept = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(kept), cancel);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            kept += received.Count;
            var used = Split(buffer.AsSpan(0, kept), take);
            buffer.AsSpan(used, kept - used).CopyTo(buffer);
            kept -= used;
            if (kept == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task SendAsync(HubMessage message, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel);
        try
        {
            var type = _protocol.TransferFormat == Microsoft.AspNetCore.Connections.TransferFormat.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
            await _socket.SendAsync(_protocol.GetMessageBytes(message), type, endOfMessage: true, cancel);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Takes the whole messages; answers how many bytes they were.</summary>
    private int Split(ReadOnlySpan<byte> bytes, HubMessageTaken take)
    {
        var used = 0;
        while (used < bytes.Length)
        {
            var rest = bytes[used..];
            var (start, length, end) = _protocol.TransferFormat == Microsoft.AspNetCore.Connections.TransferFormat.Text ? (0, rest.IndexOf(RecordEnd), 1) : Sized(rest);
            if (length < 0 || start + length > rest.Length)
            {
                return used;
            }

            take(rest.Slice(start, length));
            used += start + length + end;
        }

        return used;
    }

    /// <summary>The length that stands before a binary message, seven bits a byte, lowest first.</summary>
    private static (int Start, int Length, int End) Sized(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        for (var index = 0; index < bytes.Length; index++)
        {
            length |= (bytes[index] & 0x7f) << (7 * index);
            if (bytes[index] < 0x80)
            {
                return (index + 1, length, 0);
            }
        }

        return (0, -1, 0);
    }
}
