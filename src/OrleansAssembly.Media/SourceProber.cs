using System.Globalization;
using System.Text.Json;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>How far the reading of a source is.</summary>
/// <param name="Format">ffmpeg's name of the demuxer; empty while the headers are read.</param>
/// <param name="Bytes">Read so far.</param>
public readonly record struct SourceRead(string Format, long Bytes);

/// <summary>Finds out what a source is: from its headers as ffprobe reads them, and from all its packets, without decoding any.</summary>
public sealed partial class SourceProber(FfmpegRunner runner, MediaStore store)
{
    /// <summary>A file whose packets end so much earlier than its header promises was cut.</summary>
    private static readonly Rational MostMissing = new(1, 2);

    /// <summary>Formats whose header tells how long each stream is; others only estimate it.</summary>
    private static readonly string[] TellDuration = ["mov,mp4,m4a,3gp,3g2,mj2", "avi", "mxf", "wav", "w64", "aiff", "flac"];

    /// <summary>Signs of a cut file in what demuxers say.</summary>
    private static readonly string[] CutSigns = ["partial file", "File ended prematurely"];

    /// <summary>Signs of overwritten bytes between the packets of Matroska, whose demuxer skips on to where it finds its way again.</summary>
    private static readonly string[] DamageSigns = ["exceeds containing master element", "Invalid length", "invalid as first byte of an EBML number", "resync"];

    /// <summary>
    /// Probes a source. Problems: those of <see cref="MediaStore.Resolve"/>, <c>source-not-allowed</c>, <c>source-unreadable</c>, <c>source-has-no-media</c>,
    /// <c>source-undecodable</c>, <c>source-truncated</c>, <c>source-damaged</c>, <c>source-changed</c>.
    /// </summary>
    /// <param name="relativePath">Path below <c>sources/</c>.</param>
    /// <param name="onRead">Told a few times a second how far it is.</param>
    public async Task<MediaResult<SourceFacts>> ProbeAsync(string relativePath, CancellationToken cancel, Action<SourceRead>? onRead = null)
    {
        var file = store.Resolve(relativePath);
        return file.Problem is not null ? file.Problem : await ProbeFileAsync(relativePath, file.Value!, cancel, onRead);
    }

    /// <summary>Probes any file of ours.</summary>
    /// <param name="name">What messages and facts call it.</param>
    /// <param name="file">Full path.</param>
    internal async Task<MediaResult<SourceFacts>> ProbeFileAsync(string name, string file, CancellationToken cancel, Action<SourceRead>? onRead = null)
    {
        // From before it is read: what is replaced while it is read is then told from what was read.
        if (SourceIdentity.Of(name, file) is not { } identity)
        {
            return new MediaProblem("source-not-found", "The source does not exist", $"'{name}' went away before it was read. Upload it again.");
        }

        var header = 0L;
        var (run, text) = await runner.ProbeAsync(["-show_format", "-show_streams", "-of", "json", .. Sandbox.Input(file)], cancel, onRead is null ? null : OnHeader);
        if (run.ExitCode != 0)
        {
            return Sandbox.Explain(name, run);
        }

        var answer = JsonSerializer.Deserialize<Answer>(text, Json);
        if (answer is not { Format: { } container, Streams: { } streams })
        {
            return NoMedia(name);
        }

        if (container.Brand is "avif" or "avis" or "heic" or "mif1")
        {
            return Sandbox.Still(name);
        }

        var moving = streams.Where(s => s.Moving).ToList();
        var sounding = streams.Where(s => s.CodecType == "audio").ToList();
        var video = moving.Find(s => s.Known && s.Default) ?? moving.Find(s => s.Known);
        var audio = sounding.Find(s => s.Known);
        if (moving.Count + sounding.Count == 0)
        {
            return NoMedia(name);
        }

        if ((video is null && moving.Count > 0) || (audio is null && sounding.Count > 0))
        {
            return Undecodable(name, video is null && moving.Count > 0 ? "picture" : "sound");
        }

        var scans = streams.ToDictionary(s => s.Index, s => new PacketScan(mayHide: s.CodecName is "vp8" or "vp9"));
        run = await ScanAsync(file, scans, onRead is null ? null : bytes => onRead(new SourceRead(container.FormatName ?? "", Math.Max(header, bytes))), cancel);
        if (run.ExitCode != 0)
        {
            return Sandbox.Explain(name, run);
        }

        // A track without a single packet that promises nothing is as good as none.
        audio = audio is { DurationTs: null or 0 } && scans[audio.Index].Packets == 0 && video is not null ? null : audio;
        try
        {
            var broken = Broken(name, run.Log, container, streams, scans, new[] { video, audio }.OfType<Stream>());
            return broken is not null ? broken : Facts(name, file, identity, container, streams, video, audio, scans);
        }
        catch (ArithmeticException)
        {
            return new MediaProblem("source-unreadable", "The source cannot be read", $"'{name}' has times beyond any measure. Convert it to a usual format first.");
        }

        // The headers are little of a file, but where much is to do it takes a while to read them.
        void OnHeader(long bytes) => onRead(new SourceRead("", header = bytes));
    }

    private Task<FfmpegRun> ScanAsync(string file, Dictionary<int, PacketScan> scans, Action<long>? onRead, CancellationToken cancel)
    {
        return Complete(runner.ProbeAsync(["-show_entries", "packet=stream_index,pts,dts,duration,flags", "-of", "csv=p=0", .. Sandbox.Input(file)], Read, cancel, onRead));

        void Read(string line)
        {
            if (PacketScan.TryRead(line, out var stream, out var pts, out var duration, out var key, out var discarded) && scans.TryGetValue(stream, out var scan))
            {
                scan.Add(pts, duration, key, discarded);
            }
        }

        async Task<FfmpegRun> Complete(Task<FfmpegRun> running)
        {
            var run = await running;
            foreach (var scan in scans.Values)
            {
                scan.Finish();
            }

            return run;
        }
    }

    private static MediaProblem? Broken(string name, string log, Container container, IReadOnlyList<Stream> streams, Dictionary<int, PacketScan> scans, IEnumerable<Stream> used)
    {
        if (CutSigns.Any(sign => log.Contains(sign, StringComparison.Ordinal)))
        {
            return Truncated(name, "Its media end before its header says");
        }

        var matroska = container.FormatName == "matroska,webm";
        if (matroska && DamageSigns.Any(sign => log.Contains(sign, StringComparison.Ordinal)))
        {
            return SourceChecker.Damaged(name, Sandbox.Plain(log).Last());
        }

        foreach (var stream in used)
        {
            var scan = scans[stream.Index];
            if (scan.Pictures == 0)
            {
                return Truncated(name, $"Its {stream.CodecType} track holds nothing");
            }

            // Of an AVI that has lost its index, ffmpeg guesses the length, but still tells the count of frames, one a tick.
            var told = container.FormatName == "avi" && stream.CodecType == "video" ? stream.NbFrames : stream.DurationTs;
            if (TellDuration.Contains(container.FormatName) && told is { } promised)
            {
                var missing = (promised - (scan.End - (stream.StartPts ?? scan.First ?? 0))) * stream.Tick;
                if (missing > MostMissing && missing > 2 * scan.LargestGap * stream.Tick)
                {
                    return Truncated(name, $"Of {Seconds(promised * stream.Tick)} of {stream.CodecType} the last {Seconds(missing)} are missing");
                }
            }
        }

        if (matroska && container.Duration is { } whole)
        {
            var end = streams.Where(s => scans[s.Index].Pictures > 0).Select(s => scans[s.Index].End * s.Tick).Aggregate(Rational.Zero, Rational.Max);
            var missing = new Rational((long)(whole * 1000), 1000) - end;
            if (missing > MostMissing)
            {
                return Truncated(name, $"Of {Seconds(new Rational((long)(whole * 1000), 1000))} the last {Seconds(missing)} are missing");
            }
        }

        return null;
    }

    private static MediaProblem NoMedia(string name) => new("source-has-no-media", "The source has no media", $"'{name}' has neither moving pictures nor sound. Use another file.");

    private static MediaProblem Undecodable(string name, string what) => new("source-undecodable", "The source cannot be decoded", $"This server's ffmpeg has no decoder for the {what} of '{name}'. Convert it to a usual codec first.");

    private static MediaProblem Truncated(string name, string how) => new("source-truncated", "The source is cut off", $"'{name}' is incomplete. {how}; copy or upload it again.");

    private static string Seconds(Rational seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds.ToDouble():0.##} s");
}
