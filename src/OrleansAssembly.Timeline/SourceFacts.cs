namespace OrleansAssembly.Timeline;

/// <summary>What is known of a source file after probing it: everything that planning and encoding need, so that neither reads the file's headers again.</summary>
/// <param name="Path">Path below the media root's <c>sources/</c>, with forward slashes.</param>
/// <param name="Bytes">File size.</param>
/// <param name="Identity">Hex digest that changes when the file does (size, time of change, path): part of the content key.</param>
/// <param name="Format">ffmpeg's name of the demuxer, e.g. <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</param>
/// <param name="Video">The picture stream used, or null where there is none (cover art does not count).</param>
/// <param name="Audio">The sound stream used, or null where there is none.</param>
/// <param name="StartTimecode">Timecode of the first frame as the file tells it, or null.</param>
public sealed record SourceFacts(
    string Path,
    long Bytes,
    string Identity,
    string Format,
    VideoFacts? Video,
    AudioFacts? Audio,
    string? StartTimecode)
{
    /// <summary>Whether its timecode counts drop-frame; null where it tells none.</summary>
    public bool? CountsDropFrame() => Video is { } video && Timecode.TryParse(StartTimecode, video.Rate, out _, out var dropFrame, out _) ? dropFrame : null;
}

/// <summary>The picture stream of a source.</summary>
/// <param name="StreamIndex">ffmpeg's absolute index (<c>0:N</c>).</param>
/// <param name="Codec">ffmpeg's codec name.</param>
/// <param name="Width">Coded pixels, before rotation.</param>
/// <param name="Height">Coded pixels, before rotation.</param>
/// <param name="SampleAspect">Width of a pixel over its height, 1 for square.</param>
/// <param name="Rotation">Degrees clockwise that a player turns the picture: 0, 90, 180 or 270.</param>
/// <param name="Rate">The rate at which the source's timecode counts; for variable rate the nearest usual rate to the average.</param>
/// <param name="VariableRate">True where the distance between frames is not constant.</param>
/// <param name="LargestGap">Largest time between two frames, seconds: a seek must go back by more than this.</param>
/// <param name="TimeBase">Seconds per tick of the stream's timestamps.</param>
/// <param name="Start">Time of the first frame after <c>-start_at_zero</c>, seconds, 0 or more (positive where sound starts before the picture).</param>
/// <param name="Duration">From the first frame's start to the last frame's end, seconds, measured from the packets and not believed from the header.</param>
/// <param name="Frames">Pictures counted.</param>
/// <param name="PixelFormat">ffmpeg's name, e.g. <c>yuv420p10le</c>.</param>
/// <param name="FullRange">True for full-range (JPEG) levels.</param>
/// <param name="ColorSpace">Matrix, e.g. <c>bt709</c>, or null where the file does not say.</param>
/// <param name="ColorTransfer">Transfer, e.g. <c>smpte2084</c> or <c>arib-std-b67</c> for HDR, or null.</param>
/// <param name="ColorPrimaries">Primaries, e.g. <c>bt2020</c>, or null.</param>
/// <param name="Interlaced">True where fields must be woven into progressive frames.</param>
/// <param name="TopFieldFirst">Field order, where interlaced.</param>
public sealed record VideoFacts(
    int StreamIndex,
    string Codec,
    int Width,
    int Height,
    Rational SampleAspect,
    int Rotation,
    FrameRate Rate,
    bool VariableRate,
    Rational LargestGap,
    Rational TimeBase,
    Rational Start,
    Rational Duration,
    long Frames,
    string PixelFormat,
    bool FullRange,
    string? ColorSpace,
    string? ColorTransfer,
    string? ColorPrimaries,
    bool Interlaced,
    bool TopFieldFirst);

/// <summary>The sound stream of a source.</summary>
/// <param name="StreamIndex">ffmpeg's absolute index (<c>0:N</c>).</param>
/// <param name="Codec">ffmpeg's codec name.</param>
/// <param name="SampleRate">Hz.</param>
/// <param name="Channels">1 mono, 2 stereo, 6 for 5.1.</param>
/// <param name="Start">Time of the first sample after <c>-start_at_zero</c>, seconds.</param>
/// <param name="Duration">Seconds.</param>
public sealed record AudioFacts(int StreamIndex, string Codec, int SampleRate, int Channels, Rational Start, Rational Duration);
