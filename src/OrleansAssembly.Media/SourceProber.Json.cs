using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

public sealed partial class SourceProber
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString };

    /// <summary>ffprobe's answer, as far as it is used.</summary>
    private sealed record Answer(IReadOnlyList<Stream>? Streams, Container? Format);

    private sealed record Container(string? FormatName, decimal? StartTime, decimal? Duration, IReadOnlyDictionary<string, string>? Tags)
    {
        public string? Brand => Tags?.GetValueOrDefault("major_brand")?.Trim();
    }

    private sealed record Stream(
        int Index,
        string? CodecName,
        string? CodecType,
        int Width,
        int Height,
        string? SampleAspectRatio,
        string? PixFmt,
        string? ColorRange,
        string? ColorSpace,
        string? ColorTransfer,
        string? ColorPrimaries,
        string? FieldOrder,
        string? RFrameRate,
        string? AvgFrameRate,
        string? TimeBase,
        long? StartPts,
        long? DurationTs,
        long? NbFrames,
        int SampleRate,
        int Channels,
        IReadOnlyDictionary<string, int>? Disposition,
        IReadOnlyDictionary<string, string>? Tags,
        IReadOnlyList<SideData>? SideDataList)
    {
        /// <summary>False for codecs that this ffmpeg has no decoder for.</summary>
        public bool Known => CodecName is not (null or "unknown" or "none");

        public bool Default => Is("default");

        /// <summary>A moving picture: cover art and thumbnails are streams of one picture.</summary>
        public bool Moving => CodecType == "video" && !Is("attached_pic") && !Is("timed_thumbnails") && !Is("still_image");

        public Rational Tick => Rational.TryParse(TimeBase, out var tick) && tick > 0 ? tick : new Rational(1, 1000);

        public FrameRate? Lowest => Rate(RFrameRate);

        public FrameRate? Average => Rate(AvgFrameRate);

        private static FrameRate? Rate(string? text) => Rational.TryParse(text, out var rate) && rate > 0 ? new FrameRate(rate) : null;

        private bool Is(string disposition) => Disposition?.GetValueOrDefault(disposition) == 1;
    }

    private sealed record SideData(double? Rotation);
}
