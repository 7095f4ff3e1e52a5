using System.Text;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

public static partial class FfmpegArguments
{
    /// <summary>Longest preview, seconds.</summary>
    public const int PreviewSeconds = 10;

    private const int PreviewExcerpts = 5;
    internal const int SpriteColumns = 10;
    private const int MostTiles = 100;

    /// <summary>The film from its segments and its sound, nothing encoded again.</summary>
    /// <param name="list">What <see cref="SegmentList"/> wrote.</param>
    /// <param name="metadata">What <see cref="Metadata"/> wrote.</param>
    /// <param name="timecode">Timecode of the first frame, for containers that keep one as a track.</param>
    public static IReadOnlyList<string> Join(Film film, Preset preset, string list, string sound, string metadata, string timecode, string file)
    {
        IEnumerable<string> container = preset.Container switch
        {
            "webm" => ["-cues_to_front", "1", "-avoid_negative_ts", "disabled"],
            "mov" => ["-movflags", "+faststart+write_colr", "-timecode", timecode],
            _ => ["-movflags", "+faststart"],
        };
        return
        [
            "-y", .. OwnInputGuard, "-f", "concat", "-safe", "0", "-i", list, .. OwnInputGuard, "-i", sound, .. OwnInputGuard, "-f", "ffmetadata", "-i", metadata,
            "-map", "0:v:0", "-map", "1:a:0", "-map_metadata", "2", "-map_metadata:s:v", "-1", "-map_metadata:s:a", "-1", "-map_chapters", "2", "-c", "copy", .. container,
            .. preset.Container == "webm" ? [] : VideoTimescale(film.Rate), .. MovieTimescale(preset.Container), .. Bitexact, "-f", preset.Container, file,
        ];
    }

    /// <summary>An ffconcat list of segments with the exact length of each: without it the lengths are guessed and the joints drift.</summary>
    /// <param name="names">File names, one a segment, below the list's own folder.</param>
    public static string SegmentList(FrameRate rate, IReadOnlyList<Segment> segments, IReadOnlyList<string> names)
    {
        var list = new StringBuilder("ffconcat version 1.0\n");
        foreach (var (segment, name) in segments.Zip(names))
        {
            // Each from the film's start, so that what is rounded away does not add up.
            var length = Microseconds(rate.TimeOf(segment.EndFrame)) - Microseconds(rate.TimeOf(segment.StartFrame));
            list.Append(Invariant($"file '{Quoted(name)}'\nduration {Seconds(new Rational(length, 1_000_000))}\n"));
        }

        return list.ToString();
    }

    /// <summary>An ffconcat list of sounds, which tell their own lengths exactly.</summary>
    public static string SoundList(IEnumerable<string> names) =>
        "ffconcat version 1.0\n" + string.Concat(names.Select(n => $"file '{Quoted(n)}'\n"));

    /// <summary>Title and chapters in ffmpeg's metadata format; the texts are anyone's and are escaped.</summary>
    public static string Metadata(FrameRate rate, string title, IEnumerable<(string Name, long StartFrame, long EndFrame)> chapters)
    {
        var text = new StringBuilder($";FFMETADATA1\ntitle={Escaped(title)}\n");
        foreach (var (name, start, end) in chapters)
        {
            text.Append(Invariant($"[CHAPTER]\nTIMEBASE={rate.Denominator}/{rate.Numerator}\nSTART={start}\nEND={end}\ntitle={Escaped(name)}\n"));
        }

        return text.ToString();

        static string Escaped(string value)
        {
            var escaped = new StringBuilder();
            foreach (var c in value)
            {
                if (c is '=' or ';' or '#' or '\\')
                {
                    escaped.Append('\\');
                }

                escaped.Append(char.IsControl(c) ? ' ' : c);
            }

            return escaped.ToString();
        }
    }

    /// <summary>Decodes the whole film, stops at the first error, and writes one line a picture and a block of sound with their times.</summary>
    public static IReadOnlyList<string> Decode(string film, string report) =>
    [
        "-y", "-xerror", "-copyts", .. OwnInputGuard, "-i", film, "-map", "0:v:0", "-map", "0:a:0", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-c:v", "rawvideo", "-c:a", "pcm_s16le",
        .. Bitexact, "-f", "framecrc", report,
    ];

    /// <summary>Counts the pictures of a file without decoding them: the last <c>frame=</c> of the progress is the number.</summary>
    public static IReadOnlyList<string> Count(string file) => [.. OwnInputGuard, "-i", file, "-map", "0:v:0", "-c", "copy", "-f", "null", "-"];

    /// <summary>One picture that stands for the film: the most usual of those keyframes that are not (nearly) black.</summary>
    /// <param name="allowBlack">Take any: for a film where nothing else is.</param>
    public static IReadOnlyList<string> Poster(Film film, string file, bool allowBlack, string poster)
    {
        var (width, height) = Box(film, 1280);
        var notBlack = allowBlack ? "" : "blackframe=amount=0:threshold=40,metadata=mode=select:key=lavfi.blackframe.pblack:value=85:function=less,";
        return
        [
            "-y", .. OwnInputGuard, "-skip_frame", "nokey", "-an", "-i", file, "-map", "0:v:0",
            "-vf", $"scale={width}:{height},{notBlack}thumbnail=n=50", "-frames:v", "1", .. Jpeg, poster,
        ];
    }

    /// <summary>All thumbnails in one picture, ten in a row; each is from the middle of its part of the film.</summary>
    public static IReadOnlyList<string> Sprite(Film film, string file, string sprite)
    {
        var (interval, tiles, width, height, rows) = SpriteLayout(film);

        // Decoding only keyframes is some ten times faster and, with minutes between the thumbnails, near enough.
        IEnumerable<string> keyframes = film.Duration > 300 ? ["-skip_frame", "nokey"] : [];
        return
        [
            "-y", .. OwnInputGuard, .. keyframes, "-an", "-i", file, "-map", "0:v:0",
            "-vf", $"fps={1 / interval}:start_time=0:round=near:eof_action=pass,tpad=stop=-1:stop_mode=clone,trim=end_frame={tiles},scale={width}:{height},tile={SpriteColumns}x{rows}",
            "-frames:v", "1", .. Jpeg, sprite,
        ];
    }

    /// <summary>WebVTT that says which part of the sprite belongs to which part of the film.</summary>
    public static string SpriteIndex(Film film, string spriteName)
    {
        var (interval, tiles, width, height, _) = SpriteLayout(film);
        var text = new StringBuilder("WEBVTT\n");
        for (var tile = 0; tile < tiles; tile++)
        {
            var end = Rational.Min(interval * (tile + 1), film.Duration);
            text.Append(Invariant($"\n{Clock(interval * tile)} --> {Clock(end)}\n{spriteName}#xywh={tile % SpriteColumns * width},{tile / SpriteColumns * height},{width},{height}\n"));
        }

        return text.ToString();

        static string Clock(Rational seconds)
        {
            var ms = (seconds * 1000).Round();
            return Invariant($"{ms / 3_600_000:D2}:{ms / 60_000 % 60:D2}:{ms / 1000 % 60:D2}.{ms % 1000:D3}");
        }
    }

    /// <summary>A small film of at most ten seconds: the whole, or five excerpts spread over it.</summary>
    public static IReadOnlyList<string> Preview(Film film, string file, string preview)
    {
        var (width, height) = Box(film, 640);
        var excerpts = film.Duration <= PreviewSeconds ? 1 : PreviewExcerpts;
        var length = Rational.Min(film.Duration, new Rational(PreviewSeconds, excerpts));
        List<string> inputs = [];
        List<string> graph = [];
        for (var k = 0; k < excerpts; k++)
        {
            var middle = film.Duration * new Rational((2 * k) + 1, 2 * excerpts);
            inputs.AddRange([.. OwnInputGuard, "-ss", $"{Microseconds(middle - (length / 2))}us", "-t", $"{Microseconds(length)}us", "-i", file]);
            graph.Add($"[{k}:v:0]fps={film.Rate},scale={width}:{height},setsar=1,format=yuv420p[v{k}];[{k}:a:0]aresample={SampleRate}[a{k}]");
        }

        graph.Add($"{string.Concat(Enumerable.Range(0, excerpts).Select(k => $"[v{k}][a{k}]"))}concat=n={excerpts}:v=1:a=1[v][a]");
        return
        [
            "-y", .. inputs, "-filter_complex", string.Join(';', graph), "-map", "[v]", "-map", "[a]",
            "-c:v", "libx264", "-threads", "1", "-preset", "veryfast", "-crf", "27", "-profile:v", "main", "-c:a", "aac", "-b:a", "96k",
            .. NoForeignTags, .. Bitexact, "-movflags", "+faststart", "-f", "mp4", preview,
        ];
    }

    private static string[] Jpeg => ["-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p", .. NoForeignTags, .. Bitexact, "-update", "1", "-f", "image2"];

    /// <summary>How the thumbnails lie in the sprite.</summary>
    internal static (Rational Interval, int Tiles, int Width, int Height, int Rows) SpriteLayout(Film film)
    {
        var interval = Rational.Max(1, film.Duration / MostTiles);
        var (width, height) = Box(film, 160);
        var tiles = (int)(film.Duration / interval).Ceiling();
        return (interval, tiles, width, height, (tiles + SpriteColumns - 1) / SpriteColumns);
    }

    /// <summary>Even size whose longer side is at most <paramref name="longest"/>.</summary>
    private static (int Width, int Height) Box(Film film, int longest)
    {
        var scale = Rational.Min(1, new Rational(longest, Math.Max(film.Width, film.Height)));
        return (Even(film.Width), Even(film.Height));

        int Even(int side) => Math.Max(2, 2 * (int)(side * scale / 2).Round());
    }

    /// <summary>Inside single quotes of an ffconcat list nothing is special but the quote.</summary>
    private static string Quoted(string name) => name.Replace("'", @"'\''", StringComparison.Ordinal);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
