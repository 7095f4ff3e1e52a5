using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Contracts;

/// <summary>How everything is written as JSON: on HTTP, on the hub, in files and between silos. The one place.</summary>
public static class AssemblyJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        options.MaxDepth = 32;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new RationalConverter());
        options.Converters.Add(new FrameRateConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>Exact fractions are text, <c>"24000/1001"</c>: a JSON number would lose them.</summary>
    private sealed class RationalConverter : JsonConverter<Rational>
    {
        public override Rational Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Rational.TryParse(reader.GetString(), out var value) ? value : throw new JsonException("Expected a fraction such as \"24000/1001\".");

        public override void Write(Utf8JsonWriter writer, Rational value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class FrameRateConverter : JsonConverter<FrameRate>
    {
        public override FrameRate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Rational.TryParse(reader.GetString(), out var value) ? new FrameRate(value) : throw new JsonException("Expected a frame rate such as \"24000/1001\".");

        public override void Write(Utf8JsonWriter writer, FrameRate value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
