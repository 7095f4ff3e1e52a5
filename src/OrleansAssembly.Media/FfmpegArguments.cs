using System.Globalization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>
/// Whole argument lists for ffmpeg, each a pure function of its parameters: the same parameters give the same list, and the same list
/// the same bytes (one thread, bit-exact muxing, no metadata but our own).
/// </summary>
public static partial class FfmpegArguments
{
    private static readonly string[] NoForeignTags = ["-map_metadata", "-1", "-map_chapters", "-1"];
    private static readonly string[] Bitexact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"];

    /// <summary>What stands before a file of our own making; the lists that join segments are allowed here and never for sources.</summary>
    internal static readonly string[] OwnInputGuard = ["-protocol_whitelist", "file,pipe", "-format_whitelist", "concat,mov,matroska,wav,ogg,ffmetadata"];

    /// <summary>One segment of a film in one format, without sound.</summary>
    /// <param name="file">Where to write it; the ending is the preset's <see cref="Preset.SegmentExtension"/>, told to ffmpeg as well.</param>
    public static IReadOnlyList<string> Segment(Film film, Segment segment, Footage footage, Preset preset, string file)
    {
        var shot = film.Shots[segment.Shot];
        var canvas = preset.Fit(film.Width, film.Height);
        var dissolve = Math.Clamp(shot.StartFrame + shot.DissolveFrames - segment.StartFrame, 0, segment.Frames);
        List<string> arguments = ["-y", "-xerror"];
        List<string> graph = [];
        AddPicture(shot, segment.Frames, dissolve > 0 ? "[in]" : "[picture]");
        if (dissolve > 0)
        {
            if (shot.Index > 0)
            {
                AddPicture(film.Shots[shot.Index - 1], dissolve, "[out]");
            }
            else
            {
                graph.Add($"color=c=black:s={canvas.Width}x{canvas.Height}:r={film.Rate},format={preset.PixelFormat},trim=end_frame={dissolve},setsar=1,{CountFrames(film.Rate)}[out]");
            }

            graph.Add($"[out][in]{Dissolve(film, shot, segment)}[picture]");
        }

        // The encoder, and ProRes in particular, takes the colour tags from the frames.
        graph.Add("[picture]setparams=field_mode=prog:range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[v]");
        return
        [
            .. arguments, "-filter_complex_threads", "1", "-filter_complex", string.Join(';', graph), "-map", "[v]", "-fps_mode", "passthrough",
            "-c:v", preset.VideoCodec, "-threads", "1", .. preset.VideoArgumentsAt(film.Rate), "-pix_fmt", preset.PixelFormat,
            "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv",
            .. NoForeignTags, .. Bitexact, .. VideoTimescale(film.Rate), "-f", preset.SegmentExtension, file,
        ];

        void AddPicture(Shot from, long frames, string label)
        {
            var facts = footage.Facts[from.Source];
            var offset = segment.StartFrame - from.StartFrame;
            var start = facts.Video!.Start + from.SourceIn + film.Rate.TimeOf(offset);
            var input = arguments.Count(a => a == "-i");
            arguments.AddRange(SourceInput(facts, start - PictureMargin(facts, film.Rate), ["-an", "-sn", "-dn"], footage.Files[from.Source]));
            graph.Add($"[{input}:{facts.Video.StreamIndex}]{PictureChain(facts.Video, film.Rate, from.SourceIn, offset, frames, canvas, preset.PixelFormat)}{label}");
        }
    }

    /// <summary>
    /// The incoming shot's share grows from 1/(D+1) to D/(D+1) over the D frames: frame i of xfade has the share i/duration, so it is told to have begun one frame earlier and
    /// to take D+1. When the outgoing frames end it hands on the incoming ones. It knows no dissolve above a minute: beyond it, the same by a (slow) formula.
    /// </summary>
    private static string Dissolve(Film film, Shot shot, Segment segment)
    {
        var begun = segment.StartFrame - shot.StartFrame + 1;
        var length = film.Rate.TimeOf(shot.DissolveFrames + 1);
        return length <= 60
            ? $"xfade=transition=fade:offset=-{Microseconds(film.Rate.TimeOf(begun))}us:duration={Microseconds(length)}us"
            : $"blend=all_expr='A+(B-A)*min(1,(N+{begun})/{shot.DissolveFrames + 1})'";
    }

    /// <summary>Ticks of which a frame is a whole number, so that no timestamp is ever rounded.</summary>
    private static string[] VideoTimescale(FrameRate rate) =>
        ["-video_track_timescale", Text(rate.Denominator == 1 ? rate.Numerator * 512 : rate.Numerator)];

    /// <summary>Reads a source from a time on. Timestamps stay the source's, counted from its start; a time of 0 or less reads from the start.</summary>
    private static IEnumerable<string> SourceInput(SourceFacts facts, Rational? from, string[] without, string file)
    {
        IEnumerable<string> seek = from is { } time && time > 0 && CanSeek(facts) ? ["-ss", $"{Microseconds(time)}us"] : [];

        // One decoder thread: a slot is one core, and decoded pictures do not depend on it.
        return [.. Sandbox.InputGuard, "-threads", "1", "-copyts", "-start_at_zero", .. seek, .. without, "-i", file];
    }

    /// <summary>These have no index to seek by, only guesses from the bit rate; they hold sound alone and are read from the start in no time.</summary>
    private static bool CanSeek(SourceFacts facts) => facts.Video is not null || facts.Format is not ("mp3" or "aac" or "ac3" or "eac3" or "ogg");

    /// <summary>How far before the first frame used to begin: more than the largest distance of frames, and than frames that are decoded out of order reach.</summary>
    private static Rational PictureMargin(SourceFacts facts, FrameRate rate) =>
        Rational.Max(SeekError(facts) + 1, 8 * Rational.Max(Rational.Max(facts.Video!.Rate.TimeOf(1), rate.TimeOf(1)), facts.Video.LargestGap));

    /// <summary>How far before the first sample used to begin: enough for a decoder to run in.</summary>
    private static Rational SoundMargin(SourceFacts facts) => SeekError(facts) + new Rational(1, 2);

    /// <summary>Transport and program streams have no index: a seek may land late by anything up to the distance of two keyframes.</summary>
    private static Rational SeekError(SourceFacts facts) => facts.Format is "mpegts" or "mpeg" ? 30 : 0;

    private static string CountFrames(FrameRate rate) => $"settb={rate.Denominator}/{rate.Numerator},setpts=N";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>The nearest whole tick; in 128 bits throughout, for fine clocks and long sources.</summary>
    private static long Ticks(Rational seconds, long perSecond) =>
        (long)FloorDivide((2 * (Int128)seconds.Numerator * perSecond) + seconds.Denominator, 2 * (Int128)seconds.Denominator);

    private static Int128 FloorDivide(Int128 a, Int128 b) => a >= 0 ? a / b : -((-a + b - 1) / b);

    private static long Microseconds(Rational seconds) => Ticks(seconds, 1_000_000);

    /// <summary>Seconds with six decimals.</summary>
    private static string Seconds(Rational seconds)
    {
        var microseconds = Microseconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1_000_000}.{microseconds % 1_000_000:D6}");
    }
}
