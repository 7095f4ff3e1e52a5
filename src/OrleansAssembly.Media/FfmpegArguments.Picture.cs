using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

public static partial class FfmpegArguments
{
    private const long LargestTimescale = int.MaxValue;

    /// <summary>
    /// From the frames of a source to <paramref name="frames"/> frames of the film: deinterlaced, conformed to the film's rate, fitted into the canvas, in SDR BT.709 video levels.
    /// ffmpeg itself turns the picture as the file's rotation says before this chain begins.
    /// </summary>
    /// <param name="offset">Place in the shot of the first frame wanted, in frames of the film.</param>
    private static string PictureChain(VideoFacts video, FrameRate rate, Rational sourceIn, long offset, long frames, (int Width, int Height) canvas, string pixelFormat)
    {
        var (width, height) = Fit(video, canvas);
        List<string> chain = [.. Conform(video, rate, sourceIn, offset, frames)];
        chain.Add(Colours(video, width, height));
        chain.Add($"format={pixelFormat}");
        if ((width, height) != canvas)
        {
            chain.Add($"pad={canvas.Width}:{canvas.Height}:{EvenHalf(canvas.Width - width)}:{EvenHalf(canvas.Height - height)}");
        }

        chain.Add("setsar=1");
        return string.Join(',', chain);
    }

    /// <summary>From the frames of a source to whole ones at a rate, deinterlaced, at their own size.</summary>
    private static IEnumerable<string> Conform(VideoFacts video, FrameRate rate, Rational sourceIn, long offset, long frames)
    {
        if (video.Interlaced)
        {
            yield return $"bwdif=mode=send_frame:parity={(video.TopFieldFirst ? "tff" : "bff")}:deint=all";
        }

        // In ticks that divide both the source's and the film's frames, the shot's first frame is moved to time 0; then each frame of the film
        // shows the source frame whose time, rounded to the film's grid, is the last not after it. A missing last frame is shown a little longer.
        var ticks = Timescale(video.TimeBase, rate);
        var begin = Ticks(video.Start + sourceIn, ticks);
        yield return $"settb=1/{ticks}";
        yield return $"setpts=PTS-{begin}";
        yield return $"fps={rate}:start_time={Seconds(rate.TimeOf(offset))}:round=near";
        yield return "tpad=stop=-1:stop_mode=clone";
        yield return $"trim=end_frame={frames}";
        yield return CountFrames(rate);
    }

    /// <summary>Scales and brings the levels, matrix and dynamic range to SDR BT.709.</summary>
    private static string Colours(VideoFacts video, int width, int height)
    {
        if (video.ColorTransfer is "smpte2084" or "arib-std-b67")
        {
            // HDR: to linear light where 100 nits are white, tone-mapped from a peak of 1,000 nits, which is what most footage is graded to.
            var range = video.FullRange ? "full" : "limited";
            return $"zscale=w={width}:h={height}:f=bicubic:tin={video.ColorTransfer}:min={HdrMatrix(video.ColorSpace)}:pin=2020:rin={range}:t=linear:npl=100,"
                + "format=gbrpf32le,zscale=p=709,tonemap=tonemap=hable:desat=0:peak=10,zscale=t=709:m=709:r=limited";
        }

        const string flags = "flags=bicubic+accurate_rnd+full_chroma_int";
        var rgb = video.PixelFormat is ['g', 'b', 'r', ..] or ['b', 'g', 'r', ..] or "pal8" || video.PixelFormat.Contains("rgb", StringComparison.Ordinal);
        return rgb
            ? $"scale={width}:{height}:{flags}:out_color_matrix=bt709:out_range=tv"
            : $"scale={width}:{height}:{flags}:in_color_matrix={Matrix(video)}:in_range={(video.FullRange ? "pc" : "tv")}:out_color_matrix=bt709:out_range=tv";
    }

    /// <summary>swscale's name of the source's matrix. Where the file does not say: BT.601 for standard definition, else BT.709, as players take it.</summary>
    private static string Matrix(VideoFacts video) => video.ColorSpace switch
    {
        "smpte170m" => "smpte170m",
        "bt470bg" => "bt470bg",
        "smpte240m" => "smpte240m",
        "fcc" => "fcc",
        "bt2020nc" or "bt2020c" => "bt2020",
        "bt709" => "bt709",
        _ => video.Height > 576 ? "bt709" : "smpte170m",
    };

    private static string HdrMatrix(string? colorSpace) => colorSpace switch
    {
        "bt709" => "709",
        "bt2020c" => "2020_cl",
        _ => "2020_ncl",
    };

    /// <summary>Size on the canvas of the picture as it is meant to be seen: turned, with square pixels, all of it visible, even.</summary>
    private static (int Width, int Height) Fit(VideoFacts video, (int Width, int Height) canvas)
    {
        var width = video.Width * video.SampleAspect;
        Rational height = video.Height;
        if (video.Rotation is 90 or 270)
        {
            (width, height) = (height, width);
        }

        var scale = Rational.Min(canvas.Width / width, canvas.Height / height);
        return (Even(width * scale, canvas.Width), Even(height * scale, canvas.Height));

        static int Even(Rational side, int bound) => (int)Math.Clamp(2 * (side / 2).Round(), 2, bound);
    }

    /// <summary>Even, so that the picture's chroma falls on the canvas' own.</summary>
    private static int EvenHalf(int space) => space / 4 * 2;

    /// <summary>Least common multiple of the source's ticks and the film's rate; where ffmpeg cannot count so finely, the finest multiple of the film's rate that it can.</summary>
    private static long Timescale(Rational timeBase, FrameRate rate)
    {
        var a = timeBase.Denominator;
        var b = rate.Numerator;
        var divisor = (long)System.Numerics.BigInteger.GreatestCommonDivisor(a, b);
        var multiple = (Int128)(a / divisor) * b;
        return multiple <= LargestTimescale ? (long)multiple : LargestTimescale / b * b;
    }
}
