using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Server.Api;

/// <summary>A body as it was read: the value and its bytes, or why it is none.</summary>
public readonly record struct JsonBody<T>(T? Value, ReadOnlyMemory<byte> Bytes, Problem? Problem);

/// <summary>Reads JSON strictly: a field that nobody knows is a mistake that its sender wants to hear of.</summary>
public static class JsonBody
{
    /// <summary>Largest body, bytes.</summary>
    public const int Largest = 8 * 1024 * 1024;

    /// <summary>So much of a body that is too large is read and dropped, so that its sender comes to see the answer; beyond it the connection is cut.</summary>
    private const int LargestDrained = 64 * 1024 * 1024;

    private static readonly JsonSerializerOptions Strict = new(AssemblyJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    public static async Task<JsonBody<T>> ReadAsync<T>(HttpRequest request, CancellationToken cancellation, int largest = Largest)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return new(null, default, Problem.Of("unsupported-media-type", "The body's type is not supported", "Send JSON with 'Content-Type: application/json'.", 415));
        }

        if (await ReadBytesAsync(request.Body, largest, cancellation) is not { } bytes)
        {
            return new(null, default, Problem.Of("body-too-large", "The body is too large", $"It has at most {largest / 1024 / 1024} MB of JSON.", 413));
        }

        try
        {
            return JsonSerializer.Deserialize<T>(bytes.Span, Strict) is { } value
                ? new(value, bytes, null)
                : new(null, bytes, Invalid("", "The body is null; send an object."));
        }
        catch (JsonException e)
        {
            return new(null, bytes, Invalid(FieldOf(e), MessageOf(e)));
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBytesAsync(Stream body, int largest, CancellationToken cancellation)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        var total = 0L;
        while (total <= LargestDrained)
        {
            var read = await body.ReadAsync(buffer, cancellation);
            if (read == 0)
            {
                return total > largest ? default(ReadOnlyMemory<byte>?) : kept.ToArray();
            }

            total += read;
            if (total <= largest)
            {
                kept.Write(buffer, 0, read);
            }
        }

        return null;
    }

    /// <summary>The field's path as the other problems write it: <c>$.timeline.shots[0].in</c> is <c>timeline.shots[0].in</c>.</summary>
    private static string FieldOf(JsonException e) => (e.Path ?? "").TrimStart('$').TrimStart('.');

    private static string MessageOf(JsonException e) => e.Message switch
    {
        var m when m.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) => $"There is no field {Between(m, '\'')} here; mend its name or leave it out.",
        var m when m.Contains("Duplicate property", StringComparison.Ordinal) => $"The field {Between(m, '\'')} is written twice.",
        var m when m.Contains("could not be converted", StringComparison.Ordinal) => "The value is of the wrong type, or none of those that are known; see /docs.",
        var m when m.Contains("maximum configured depth", StringComparison.Ordinal) => "This is nested too deeply.",
        _ when e.LineNumber is { } line => $"This is not JSON: line {line + 1}, byte {e.BytePositionInLine + 1}.",
        _ => "The value cannot be used here; see /docs.",
    };

    private static string Between(string text, char mark)
    {
        var start = text.IndexOf(mark, StringComparison.Ordinal);
        var end = text.IndexOf(mark, start + 1);
        return start < 0 || end < 0 ? "of that name" : Errors.Problems.Shown(text[start..(end + 1)]);
    }

    private static Problem Invalid(string path, string message) =>
        Problem.Invalid([new Timeline.FieldProblem(path.Length == 0 ? "body" : path, message)]);
}
