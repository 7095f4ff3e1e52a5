using System.Buffers.Binary;
using System.Buffers.Text;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>Finds the few values of a message that are measured, in either protocol, without taking apart the rest.</summary>
internal readonly ref struct JobMessage(ReadOnlySpan<byte> message, bool json)
{
    private const int IdLength = 32;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>Whether it pushes progress: it is no answer, no ping, no notification.</summary>
    public bool IsProgress => json
        ? _message.StartsWith("{\"type\":1,\"target\":\"progress\""u8)
        : _message.Length > 16 && _message[1] == 1 && _message[..16].IndexOf("progress"u8) > 0;

    /// <summary>The job that it tells of.</summary>
    public ReadOnlySpan<byte> JobId => Value("jobId"u8)[(json ? 1 : 2)..][..IdLength];

    public bool IsCompleted => Value("status"u8)[1..].StartsWith("completed"u8);

    /// <summary>0-100.</summary>
    public double StepProgress
    {
        get
        {
            const byte Float = 0xcb, Small = 0x7f;
            var value = Value("stepProgress"u8);
            if (json)
            {
                return Utf8Parser.TryParse(value, out double number, out _) ? number : throw new FormatException("A message has no progress.");
            }

            return value[0] switch
            {
                Float => BinaryPrimitives.ReadDoubleBigEndian(value[1..]),
                <= Small => value[0],
                _ => throw new FormatException("A message has no progress."),
            };
        }
    }

    /// <summary>1-12.</summary>
    public int StepIndex => json && Utf8Parser.TryParse(Value("stepIndex"u8), out int number, out _) ? number : Value("stepIndex"u8)[0];

    /// <summary>What follows a name.</summary>
    private ReadOnlySpan<byte> Value(ReadOnlySpan<byte> name)
    {
        Span<byte> quoted = stackalloc byte[32];
        quoted[0] = json ? (byte)'"' : (byte)(0xa0 | name.Length);
        name.CopyTo(quoted[1..]);
        var length = name.Length + 1;
        if (json)
        {
            "\":"u8.CopyTo(quoted[length..]);
            length += 2;
        }

        return _message[(_message.IndexOf(quoted[..length]) + length)..];
    }
}
