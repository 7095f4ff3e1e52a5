using System.Text.RegularExpressions;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

public sealed partial class SourceProber
{
    private const int MicrosecondsPerSecond = 1_000_000;

    private static MediaResult<SourceFacts> Facts(
        string name, string file, string identity, Container container, IReadOnlyList<Stream> streams, Stream? video, Stream? audio, Dictionary<int, PacketScan> scans)
    {
        if (video is { PixFmt: null or "unknown" } or { Width: 0 } or { Height: 0 })
        {
            return Undecodable(name, "picture");
        }

        if (SourceIdentity.Of(name, file) != identity)
        {
            return new MediaProblem("source-changed", "The source was replaced", $"'{name}' was replaced while it was read. Try again when it is whole.", Transient: true);
        }

        var start = (long)((container.StartTime ?? 0) * MicrosecondsPerSecond);
        return new SourceFacts(
            name,
            new FileInfo(file).Length,
            identity,
            container.FormatName ?? "",
            video is null ? null : Picture(video, scans[video.Index], start),
            audio is null ? null : Sound(audio, scans[audio.Index], start),
            StartTimecode(container, streams, video));
    }

    private static VideoFacts Picture(Stream stream, PacketScan scan, long containerStart)
    {
        var first = scan.First ?? 0;
        var tick = stream.Tick;
        var span = scan.Last - first;
        var average = scan.Pictures > 1 ? (double)span / (scan.Pictures - 1) : 0;

        // Ticks round the times, and cameras' clocks shake a little: neither makes a variable rate. (In AVI a tick may be a whole frame.)
        var uneven = scan.LargestGap - scan.SmallestGap;
        var variable = scan.Pictures > 2 && uneven > average / 10 && !(uneven <= 2 && average >= 8) && !(uneven <= 1 && average >= 3);
        var headers = new[] { stream.Lowest, stream.Average }.OfType<FrameRate>();
        var rate = scan.Pictures < 2 ? RateFinder.Single(headers)
            : variable ? RateFinder.Variable((scan.Pictures - 1) / (span * tick), stream.Lowest)
            : RateFinder.Constant((scan.Pictures - 1) / (span * tick), headers);
        var frame = rate.TimeOf(1);

        // At a constant rate the last picture lasts as long as the others, whatever its packet says.
        var measured = variable || scan.Pictures < 2 ? (scan.End - first) * tick : span * new Rational(scan.Pictures, scan.Pictures - 1) * tick;
        var exact = rate.TimeOf(scan.Pictures);
        var difference = measured > exact ? measured - exact : exact - measured;

        return new VideoFacts(
            stream.Index,
            stream.CodecName!,
            stream.Width,
            stream.Height,
            Rational.TryParse(stream.SampleAspectRatio, out var aspect) && aspect > 0 ? aspect : 1,
            Rotation(stream),
            rate,
            variable,
            scan.LargestGap > 0 ? scan.LargestGap * tick : Rational.Max(measured, frame),
            tick,
            Shifted(first, tick, containerStart),

            // Where ticks are coarse (1 ms in Matroska), the count of frames says it better than their times.
            !variable && difference <= frame / 2 ? exact : measured,
            scan.Pictures,
            stream.PixFmt!,
            stream.ColorRange == "pc" || stream.PixFmt!.StartsWith("yuvj", StringComparison.Ordinal),
            Told(stream.ColorSpace),
            Told(stream.ColorTransfer),
            Told(stream.ColorPrimaries),
            stream.FieldOrder is "tt" or "bb" or "tb" or "bt",

            // The first letter is what is coded first, the second what is shown first.
            stream.FieldOrder is "tt" or "bt");
    }

    private static AudioFacts Sound(Stream stream, PacketScan scan, long containerStart)
    {
        // The decoder drops what an encoder put before the first sample: the stream's own start knows of it, the first packet does not.
        var first = Math.Max(scan.First ?? 0, stream.StartPts ?? long.MinValue);
        return new AudioFacts(
            stream.Index,
            stream.CodecName!,
            stream.SampleRate,
            stream.Channels,
            Shifted(first, stream.Tick, containerStart),
            (scan.End - first) * stream.Tick);
    }

    /// <summary>A time as <c>-copyts -start_at_zero</c> gives it: ffmpeg rounds the container's start to the stream's ticks, halves away from zero, and takes it off.</summary>
    private static Rational Shifted(long ticks, Rational tick, long containerStart)
    {
        var shift = new Rational(Math.Abs(containerStart), MicrosecondsPerSecond) / tick;
        return (ticks - (Math.Sign(containerStart) * shift.Round())) * tick;
    }

    /// <summary>ffmpeg tells the display matrix in degrees counter-clockwise.</summary>
    private static int Rotation(Stream stream)
    {
        var turned = stream.SideDataList?.FirstOrDefault(s => s.Rotation is not null)?.Rotation ?? 0;
        return (int)(((Math.Round(-turned / 90) % 4) + 4) % 4) * 90;
    }

    private static string? StartTimecode(Container container, IReadOnlyList<Stream> streams, Stream? video)
    {
        var told = new[] { video?.Tags }.Concat(streams.Where(s => s.CodecType == "data").Select(s => s.Tags)).Append(container.Tags)
            .SelectMany(tags => tags ?? new Dictionary<string, string>())
            .FirstOrDefault(tag => tag.Key.Equals("timecode", StringComparison.OrdinalIgnoreCase)).Value;
        return told is not null && Timecode().IsMatch(told) ? told : null;
    }

    private static string? Told(string? value) => value is "unknown" or "reserved" ? null : value;

    [GeneratedRegex(@"^\d\d:\d\d:\d\d[:;]\d\d\z")]
    private static partial Regex Timecode();
}
