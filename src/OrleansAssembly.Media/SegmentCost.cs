using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>
/// Guesses what a segment costs before any has been encoded: good enough for the order of work and the first estimate. A linear model in pixels, in which the encoder's part
/// grows with what the source spends on a picture; its numbers were fitted to several hundred recorded segments from 32 sources, cameras, cartoons, screens and drawn ones; from
/// source to source it is off by 28 % (standard deviation of the logarithm). They hold for a core of 2020s make whose neighbours are all busy: alone it would be twice as fast.
/// </summary>
public static class SegmentCost
{
    /// <summary>Seconds to start a child and open its files.</summary>
    private const double StartUp = 0.3;

    /// <summary>Seconds a pixel to decode 8-bit video; more bits and newer codecs take longer.</summary>
    private const double Decode = 2.9e-9;

    /// <summary>Seconds a pixel to scale and pad.</summary>
    private const double Scale = 6.3e-9;

    /// <summary>Seconds a pixel to tone-map in floating point.</summary>
    private const double ToneMap = 25e-9;

    /// <summary>Bits that a usual source has for each of its pixels: much detail and motion take many.</summary>
    private const double UsualBits = 0.1;

    /// <summary>Beyond so many times the usual they tell of a generous encoder, no longer of more in the picture.</summary>
    private const double MostDetail = 3;

    /// <summary>The encoder's part grows with about the cube root of them.</summary>
    private const double Growth = 0.35;

    /// <summary>That of one that spends the same on each picture hardly does.</summary>
    private const double IntraGrowth = 0.1;

    /// <summary>It grows a little with the source's pixels for each pixel made too: what is made larger is soft.</summary>
    private const double Sharpness = 0.14;

    /// <summary>Pictures that are shown twice, of screens and webcams at ten a second, cost little the second time.</summary>
    private const double Repetition = 0.4;

    /// <summary>CPU seconds.</summary>
    public static double Predict(Film film, Segment segment, Footage footage, Preset preset)
    {
        var (width, height) = preset.Fit(film.Width, film.Height);
        var facts = footage.Facts[film.Shots[segment.Shot].Source];
        var video = facts.Video!;
        var second = video.Rate.Value.ToDouble() * video.Width * video.Height;
        var read = (film.Rate.TimeOf(segment.Frames).ToDouble() + 1) * second;
        var deep = video.PixelFormat.Contains("10", StringComparison.Ordinal) ? 1.7 : 1;
        var modern = video.Codec is "hevc" or "av1" or "vp9" ? 1.4 : 1;
        var hdr = video.ColorTransfer is "smpte2084" or "arib-std-b67" ? ToneMap : 0;
        var pixels = width * height * Filled(video, (double)film.Width / film.Height);
        var bits = 8.0 * facts.Bytes / Math.Max(1, (double)video.Frames * video.Width * video.Height);
        var detail = preset.Intra
            ? Math.Pow(Math.Clamp(bits / UsualBits, 0.001, MostDetail), IntraGrowth)
            : Math.Pow(Math.Clamp(bits / UsualBits, 0.001, MostDetail), Growth) * Math.Pow(Math.Clamp((double)video.Width * video.Height / (width * height), 0.05, 4), Sharpness);
        var fresh = Math.Pow(Math.Min(1, (video.Frames / Math.Max(0.04, video.Duration.ToDouble())) / film.Rate.Value.ToDouble()), Repetition);
        return StartUp + (read * Decode * deep * modern) + (segment.Frames * pixels * (Scale + hdr + (Encode(preset) * detail * fresh)));
    }

    /// <summary>The part of the frame that the picture fills: black bars cost next to nothing.</summary>
    private static double Filled(VideoFacts video, double film)
    {
        var aspect = (double)video.Width / video.Height * video.SampleAspect.ToDouble();
        aspect = video.Rotation % 180 == 0 ? aspect : 1 / aspect;
        return Math.Max(0.05, Math.Min(aspect / film, film / aspect));
    }

    /// <summary>CPU seconds of a whole film of which only size and length are known: sources as large as the film, in segments of a few seconds.</summary>
    public static double Expect(int width, int height, double frames, Preset preset)
    {
        var (fittedWidth, fittedHeight) = preset.Fit(width, height);
        return (frames / 100 * StartUp) + (frames * width * height * Decode * 1.3) + (frames * fittedWidth * fittedHeight * (Scale + Encode(preset)));
    }

    /// <summary>Seconds a pixel of the encoder, at usual detail.</summary>
    private static double Encode(Preset preset) => preset.VideoCodec switch
    {
        "libx265" => 118e-9,
        "libvpx-vp9" => 114e-9,
        "prores_ks" => preset.IsMaster ? 120e-9 : 97e-9, // it takes as long to write many bits as to find them
        _ => 65e-9,
    };
}
