using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

public static partial class FfmpegArguments
{
    /// <summary>How fine a moment is taken: the frame shown is the last that begins no later than half of this after it, so that 0.041667 s still means the frame at 1/24 s.</summary>
    private static readonly FrameRate StillRate = new(1000);

    /// <summary>The frame of a source that is shown at a moment, as a JPEG.</summary>
    /// <param name="at">Seconds from the first picture, before the end.</param>
    /// <param name="size">As <see cref="StillSize"/> gives it.</param>
    public static IReadOnlyList<string> Still(SourceFacts facts, Rational at, (int Width, int Height) size, string file, string still)
    {
        var video = facts.Video!;
        IEnumerable<string> chain =
        [
            .. Conform(video, StillRate, at, 0, 1), Colours(video, size.Width, size.Height), "format=yuv420p", "setsar=1",
            "scale=in_color_matrix=bt709:out_color_matrix=smpte170m:in_range=tv:out_range=pc", // as every JPEG is read
        ];
        return
        [
            "-y", .. SourceInput(facts, video.Start + at - PictureMargin(facts, StillRate), ["-an", "-sn", "-dn"], file),
            "-filter_threads", "1", "-filter_complex_threads", "1", "-filter_complex", $"[0:{video.StreamIndex}]{string.Join(',', chain)}[still]", "-map", "[still]",
            "-frames:v", "1", .. Jpeg, still,
        ];
    }

    /// <summary>Size of a still: at most so wide, never larger than the source, shaped as it is meant to be seen.</summary>
    public static (int Width, int Height) StillSize(VideoFacts video, int width)
    {
        var (own, _) = Fit(video, (1 << 20, video.Rotation is 90 or 270 ? video.Width : video.Height));
        return Fit(video, (Math.Min(width, Math.Max(2, own)) / 2 * 2, 1 << 20));
    }
}
