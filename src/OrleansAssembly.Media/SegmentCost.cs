using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Guesses what a segment costs before any has been encoded: good enough for the order of work and the first estimate.</summary>
public static class SegmentCost
{
    /// <summary>Seconds to start a child and open its files.</summary>
    private const double StartUp = 0.1;

    /// <summary>Seconds a pixel to decode 8-bit video; more bits and newer codecs take longer.</summary>
    private const double Decode = 2.5e-9;

    /// <summary>Seconds a pixel to scale and pad.</summary>
    private const double Scale = 3e-9;

    /// <summary>Seconds a pixel to tone-map in floating point.</summary>
    private const double ToneMap = 60e-9;

    /// <summary>CPU seconds, by a linear model in pixels; its numbers were measured on a core of 2020s make.</summary>
    public static double Predict(Film film, Segment segment, Footage footage, Preset preset)
    {
        var (width, height) = preset.Fit(film.Width, film.Height);
        var output = (double)width * height * segment.Frames;
        var shot = film.Shots[segment.Shot];
        var video = footage.Facts[shot.Source].Video!;
        var read = (film.Rate.TimeOf(segment.Frames).ToDouble() + 1) * video.Rate.Value.ToDouble() * video.Width * video.Height;
        var deep = video.PixelFormat.Contains("10", StringComparison.Ordinal) ? 1.7 : 1;
        var modern = video.Codec is "hevc" or "av1" or "vp9" ? 1.4 : 1;
        var hdr = video.ColorTransfer is "smpte2084" or "arib-std-b67" ? ToneMap : 0;
        return StartUp + (read * Decode * deep * modern) + (output * (Scale + hdr + Encode(preset)));
    }

    /// <summary>CPU seconds of a whole film of which only size and length are known: sources as large as the film, in segments of a few seconds.</summary>
    public static double Expect(int width, int height, double frames, Preset preset)
    {
        var (fittedWidth, fittedHeight) = preset.Fit(width, height);
        return (frames / 100 * StartUp) + (frames * width * height * Decode * 1.3) + (frames * fittedWidth * fittedHeight * (Scale + Encode(preset)));
    }

    /// <summary>Seconds a pixel of the encoder.</summary>
    private static double Encode(Preset preset) => preset.VideoCodec switch
    {
        "libx265" => 50e-9,
        "libvpx-vp9" => 60e-9,
        "prores_ks" => 60e-9,
        _ => 25e-9,
    };
}
