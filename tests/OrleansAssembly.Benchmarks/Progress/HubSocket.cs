using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>Takes a message of the hub, without what marks its length or end.</summary>
internal delegate void HubMessageTaken(ReadOnlySpan<byte> message);

/// <summary>A SignalR connection over a bare socket: it takes frames and messages apart but makes no objects of them, so that thousands leave the machine to the servers.</summary>
internal sealed class HubSocket(string protocol, HubMessageTaken take) : IDisposable
{
    private const byte RecordEnd = 0x1e;
    private const byte Text = 0x81;
    private const byte Binary = 0x82;
    private const byte Masked = 0x80;
    private const int Close = 8;
    private const int MaskLength = 4;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly IHubProtocol _protocol = protocol == "json" ? new JsonHubProtocol() : new MessagePackHubProtocol();
    private byte[] _kept = []; // of a message that has not come whole: what its frames held, then what of a frame has come
    private int _keptOfMessage;

    public nint Handle => _socket.Handle;

    private bool IsText => _protocol.TransferFormat == TransferFormat.Text;

    /// <summary>Waits, for once: a socket that was ever awaited is watched by the runtime too from then on, which took more time than all else here.</summary>
    public void Connect(Uri server)
    {
        _socket.Connect(IPAddress.Parse(server.Host), server.Port);
        _socket.Send(Encoding.ASCII.GetBytes(
            $"GET /hubs/progress HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        Expect("HTTP/1.1 101", "\r\n\r\n");
        var hello = new ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteRequestMessage(new HandshakeRequestMessage(_protocol.Name, _protocol.Version), hello);
        Send(Text, hello.WrittenSpan);
        Expect(Encoding.Latin1.GetString([IsText ? Text : Binary, 3]) + "{}\u001e", "\u001e");
        _socket.Blocking = false;
    }

    public void Call(string id, string method, object?[] arguments) => Send(new InvocationMessage(id, method, arguments));

    /// <summary>Says that the client lives: the server lets go of one that is silent for 30 s.</summary>
    public void Ping() => Send(PingMessage.Instance);

    /// <summary>Takes what has come.</summary>
    /// <param name="buffer">To work in; larger than any message.</param>
    /// <returns>False where the connection has ended.</returns>
    public bool Receive(byte[] buffer)
    {
        _kept.CopyTo(buffer, 0);
        var count = _socket.Receive(buffer.AsSpan(_kept.Length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        if (error != SocketError.Success || count == 0)
        {
            return false;
        }

        var (payload, frame, end) = (_keptOfMessage, _keptOfMessage, _kept.Length + count);
        while (Frame(buffer.AsSpan(frame, end - frame)) is var (start, length))
        {
            var kind = buffer[frame] & 0xf;
            if (kind == Close)
            {
                return false;
            }

            if (kind < Close) // else it is a ping: its server waits for no answer
            {
                buffer.AsSpan(frame + start, length).CopyTo(buffer.AsSpan(payload));
                payload += length;
            }

            frame += start + length;
        }

        var used = Split(buffer.AsSpan(0, payload));
        _keptOfMessage = payload - used;
        _kept = payload - used + end - frame == 0 ? [] : [.. buffer.AsSpan(used, payload - used), .. buffer.AsSpan(frame, end - frame)];
        return true;
    }

    public void Dispose() => _socket.Dispose();

    private void Expect(string start, string end)
    {
        var (answer, got) = (new byte[4096], 0);
        while (!Encoding.Latin1.GetString(answer, 0, got).EndsWith(end, StringComparison.Ordinal))
        {
            var count = _socket.Receive(answer.AsSpan(got));
            got = count > 0 ? got + count : throw new InvalidOperationException("The server ended the connection.");
        }

        if (!Encoding.Latin1.GetString(answer, 0, got).StartsWith(start, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The hub does not speak {_protocol.Name}: {Encoding.Latin1.GetString(answer, 0, got)}");
        }
    }

    private void Send(HubMessage message) => Send(IsText ? Text : Binary, _protocol.GetMessageBytes(message).Span);

    /// <summary>One frame, small enough for the kernel to take it at once. A client's frames are masked: here by zeros, which change nothing.</summary>
    private void Send(byte kind, ReadOnlySpan<byte> payload)
    {
        const int Short = 126;
        var header = payload.Length < Short ? 2 : 4;
        var frame = new byte[header + MaskLength + payload.Length];
        (frame[0], frame[1]) = (kind, (byte)(Masked | (payload.Length < Short ? payload.Length : Short)));
        if (payload.Length >= Short)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        }

        payload.CopyTo(frame.AsSpan(header + MaskLength));
        if (_socket.Send(frame) != frame.Length)
        {
            throw new InvalidOperationException("The server reads too slowly.");
        }
    }

    /// <summary>Where the payload of the first frame is; null where it has not come whole.</summary>
    private static (int Start, int Length)? Frame(ReadOnlySpan<byte> bytes)
    {
        const int Medium = 126, Long = 127;
        if (bytes.Length < 2)
        {
            return null;
        }

        var (start, length) = bytes[1] switch
        {
            Medium when bytes.Length >= 4 => (4, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])),
            Long when bytes.Length >= 10 => (10, (int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..])),
            Medium or Long => (0, int.MaxValue),
            var little => (2, little),
        };
        return length <= bytes.Length - start ? (start, length) : null;
    }

    /// <summary>Takes the whole messages; answers how many bytes they were.</summary>
    private int Split(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        while (used < bytes.Length)
        {
            var rest = bytes[used..];
            var (start, length, end) = IsText ? (0, rest.IndexOf(RecordEnd), 1) : Sized(rest);
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
