using System.Globalization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>An output format as data: adding one is adding a record to <see cref="Presets.All"/>.</summary>
/// <param name="Name">What jobs ask for.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Container">ffmpeg's muxer: <c>mp4</c>, <c>mov</c> or <c>webm</c>.</param>
/// <param name="VideoCodec">ffmpeg's encoder.</param>
/// <param name="VideoArguments">The encoder's own arguments, for one thread, so that the bytes are the same on every machine; <c>{gop}</c> stands for the keyframe distance in frames.</param>
/// <param name="KeyframeSeconds">Distance of keyframes.</param>
/// <param name="PixelFormat">ffmpeg's name.</param>
/// <param name="MaxWidth">Longer side at most, pixels; 0 for no bound. A film is made smaller to fit, never larger.</param>
/// <param name="MaxHeight">Shorter side at most, pixels; 0 for no bound.</param>
/// <param name="AudioCodec">ffmpeg's encoder.</param>
/// <param name="AudioArguments">The encoder's own arguments.</param>
/// <param name="AudioContainer">File ending of the audio bed before the join: <c>m4a</c>, <c>mov</c> or <c>webm</c>.</param>
/// <param name="MediaType">MIME type of the film.</param>
public sealed record Preset(
    string Name,
    string Description,
    string Container,
    string VideoCodec,
    IReadOnlyList<string> VideoArguments,
    double KeyframeSeconds,
    string PixelFormat,
    int MaxWidth,
    int MaxHeight,
    string AudioCodec,
    IReadOnlyList<string> AudioArguments,
    string AudioContainer,
    string MediaType)
{
    public string Extension => Container;

    /// <summary>Whether each picture is encoded by itself.</summary>
    public bool Intra => VideoCodec == "prores_ks";

    /// <summary>Whether it is the ProRes of many bits (422 HQ), not the light one (Proxy).</summary>
    public bool IsMaster => Intra && VideoArguments.Contains("3");

    /// <summary>File ending of a segment. WebM counts time in milliseconds, which no exact join can be made from: its segments are MP4 too.</summary>
    public string SegmentExtension => Container == "mov" ? "mov" : "mp4";

    /// <summary>The same for all presets whose films can share one encoded sound.</summary>
    public string SoundFormat => string.Join(' ', [AudioContainer, AudioCodec, .. AudioArguments]);

    /// <summary>The encoder's arguments at a rate.</summary>
    public IEnumerable<string> VideoArgumentsAt(FrameRate rate)
    {
        var gop = Math.Max(1, (int)Math.Round(KeyframeSeconds * rate.Value.ToDouble())).ToString(CultureInfo.InvariantCulture);
        return VideoArguments.Select(a => a.Replace("{gop}", gop, StringComparison.Ordinal));
    }

    /// <summary>Size of the output for a film: fitted into the preset's box whichever way the film is turned, never larger than the film, even.</summary>
    public (int Width, int Height) Fit(int width, int height)
    {
        var scale = new Rational(1);
        if (MaxWidth > 0)
        {
            scale = Rational.Min(scale, new Rational(MaxWidth, Math.Max(width, height)));
        }

        if (MaxHeight > 0)
        {
            scale = Rational.Min(scale, new Rational(MaxHeight, Math.Min(width, height)));
        }

        return (Even(width), Even(height));

        int Even(int side) => Math.Max(2, 2 * (int)(side * scale / 2).Round());
    }
}

/// <summary>The formats on offer.</summary>
public static class Presets
{
    private const string Mp4 = "video/mp4";
    private static readonly IReadOnlyList<string> Aac = ["-b:a", "256k"];

    public static IReadOnlyList<Preset> All { get; } =
    [
        H264("h264-2160p", "H.264 in MP4 up to 3840x2160: plays nearly everywhere.", 3840, 2160),
        H264("h264-1080p", "H.264 in MP4 up to 1920x1080: plays everywhere.", 1920, 1080),
        H264("h264-720p", "H.264 in MP4 up to 1280x720: plays everywhere, small.", 1280, 720),
        new(
            "hevc-1080p", "H.265 in MP4 up to 1920x1080: half the size of H.264, for newer players.", "mp4", "libx265",
            ["-preset", "fast", "-crf", "23", "-tag:v", "hvc1", "-g", "{gop}", "-x265-params", "open-gop=0:pools=none:frame-threads=1:wpp=0:log-level=error"],
            2, "yuv420p", 1920, 1080, "aac", Aac, "m4a", Mp4),
        ProRes("prores-422hq", "ProRes 422 HQ in QuickTime with uncompressed sound: a master for further editing.", "3"),
        ProRes("prores-proxy", "ProRes 422 Proxy in QuickTime: light to edit, for offline cutting.", "0"),
        new(
            "vp9-1080p", "VP9 and Opus in WebM up to 1920x1080: free of licences, for browsers.", "webm", "libvpx-vp9",
            ["-deadline", "good", "-cpu-used", "4", "-crf", "32", "-b:v", "0", "-row-mt", "0", "-tile-columns", "0", "-g", "{gop}"],
            4, "yuv420p", 1920, 1080, "libopus", ["-b:a", "160k"], "webm", "video/webm"),
    ];

    public static Preset? Find(string? name) => All.FirstOrDefault(p => p.Name == name);

    private static Preset H264(string name, string description, int width, int height) => new(
        name, description, "mp4", "libx264",
        ["-preset", "medium", "-crf", "20", "-profile:v", "high", "-g", "{gop}", "-x264-params", "open-gop=0:threads=1"],
        2, "yuv420p", width, height, "aac", Aac, "m4a", Mp4);

    private static Preset ProRes(string name, string description, string profile) => new(
        name, description, "mov", "prores_ks",
        ["-profile:v", profile, "-vendor", "apl0"],
        0, "yuv422p10le", 0, 0, "pcm_s24le", [], "mov", "video/quicktime");
}
