using System.Buffers;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace OrleansAssembly.Server.Hosting;

/// <summary>
/// A piece of a byte array as one run of bytes. Memory streams carry each event in one, and Orleans' own codec writes, reads and copies it byte by byte, each with a header.
/// </summary>
public sealed class ByteSegmentCodec : IFieldCodec<ArraySegment<byte>>, IDeepCopier<ArraySegment<byte>>
{
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, ArraySegment<byte> value)
        where TBufferWriter : IBufferWriter<byte>
    {
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(ArraySegment<byte>), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)value.Count);
        writer.Write(value.AsSpan());
    }

    public ArraySegment<byte> ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        field.EnsureWireType(WireType.LengthPrefixed);
        ReferenceCodec.MarkValueField(reader.Session);
        return reader.ReadBytes(reader.ReadVarUInt32());
    }

    public ArraySegment<byte> DeepCopy(ArraySegment<byte> input, CopyContext context) => input.Array is null ? input : input.ToArray();
}

/// <summary>Registers <see cref="ByteSegmentCodec"/> before Orleans' own.</summary>
public static class ByteSegments
{
    public static IServiceCollection AddByteSegments(this IServiceCollection services) => services
        .AddSingleton<IFieldCodec<ArraySegment<byte>>, ByteSegmentCodec>()
        .AddSingleton<IDeepCopier<ArraySegment<byte>>, ByteSegmentCodec>();
}
