using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Server.Progress;

/// <summary>An update goes to everybody who watches its job: it is written once for all of them, and copied to each.</summary>
internal sealed class WrittenOnce(IHubProtocol inner) : IHubProtocol
{
    /// <summary>Updates that are kept, each in a place of its own, until another comes into it. More than are ever on their way at a time; a power of two.</summary>
    private const int Kept = 1024;

    private readonly Written?[] _kept = new Written?[Kept];

    public string Name => inner.Name;

    public int Version => inner.Version;

    public TransferFormat TransferFormat => inner.TransferFormat;

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        if (UpdateIn(message) is { } update)
        {
            output.Write(Find(update, message).Span);
        }
        else
        {
            inner.WriteMessage(message, output);
        }
    }

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) =>
        UpdateIn(message) is { } update ? Find(update, message) : inner.GetMessageBytes(message);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message) =>
        inner.TryParseMessage(ref input, binder, out message);

    /// <summary>The update where the message is nothing but its push.</summary>
    private static ProgressUpdate? UpdateIn(HubMessage message) =>
        message is InvocationMessage { InvocationId: null, Target: HubPump.Progress, Arguments: [ProgressUpdate update], Headers: null, StreamIds: null or [] } ? update : null;

    /// <summary>Two connections may write the same at the same moment: the bytes are the same, and either is kept.</summary>
    private ReadOnlyMemory<byte> Find(ProgressUpdate update, HubMessage message)
    {
        ref var place = ref _kept[RuntimeHelpers.GetHashCode(update) & (Kept - 1)];
        var written = Volatile.Read(ref place);
        if (!ReferenceEquals(written?.Update, update))
        {
            Volatile.Write(ref place, written = new Written(update, inner.GetMessageBytes(message)));
        }

        return written.Bytes;
    }

    private sealed record Written(ProgressUpdate Update, ReadOnlyMemory<byte> Bytes);
}
