namespace OrleansAssembly.Media;

/// <summary>An output format as data: adding one is adding a record to <see cref="Presets.All"/>.</summary>
/// <param name="Name">What jobs ask for.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Container">ffmpeg's muxer: <c>mp4</c>, <c>mov</c> or <c>webm</c>.</param>
/// <param name="VideoCodec">ffmpeg's encoder.</param>
/// <param name="VideoArguments">The encoder's own arguments; <c>{gop}</c> stands for the keyframe distance in frames.</param>
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
}

/// <summary>The formats on offer.</summary>
public static class Presets
{
    public static IReadOnlyList<Preset> All { get; } = [];

    public static Preset? Find(string? name) => All.FirstOrDefault(p => p.Name == name);
}
