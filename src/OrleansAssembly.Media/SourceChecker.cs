using System.Globalization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Decodes what a film uses of a source, before anything is made of it: damage inside a file shows nowhere else.</summary>
public sealed class SourceChecker(FfmpegRunner runner, MediaStore store)
{
    /// <summary>Decodes a range with one thread and tells the first damage: <c>source-damaged</c>, <c>source-changed</c>, <c>source-undecodable</c>, or a problem of <see cref="MediaStore.Resolve"/>.</summary>
    /// <param name="facts">Of the file that is read: of the stand-in, where there is one.</param>
    /// <param name="standIn">Full path of the file that stands in for the source and that the film is made from; null to read the source itself.</param>
    /// <param name="from">First moment used, seconds from the first picture (from the first sample where there is no picture).</param>
    /// <param name="to">First moment not used.</param>
    /// <param name="progress">The share that is done, 0 to 1.</param>
    /// <returns>Null where all is well.</returns>
    public async Task<MediaProblem?> CheckDecodesAsync(SourceFacts facts, string? standIn, Rational from, Rational to, IProgress<double>? progress, CancellationToken cancel)
    {
        var file = store.Resolve(facts.Path);
        if (file.Problem is not null)
        {
            return file.Problem;
        }

        var begin = (facts.Video?.Start ?? facts.Audio?.Start ?? Rational.Zero) + from;
        var length = (to - from).ToDouble();
        var last = default(FfmpegProgress);
        var run = await runner.RunAsync(Arguments(facts, standIn ?? file.Value!, begin, to - from), store.SourcesRoot, Report, cancel);
        if (standIn is null && SourceIdentity.Changed(facts, file.Value!) is { } changed)
        {
            return changed; // the facts lead into the middle of nowhere in a newer file: that is no damage
        }

        if (run.ExitCode == 0)
        {
            return facts.Video is not null && last.Frames == 0 ? Damaged(facts.Path, "not one picture of the used range can be decoded") : null;
        }

        if (run.Stalled)
        {
            return new MediaProblem("source-unreadable", "The source cannot be read", $"Decoding '{facts.Path}' made no progress for too long. Look whether the media volume answers, and retry the job.", Transient: true);
        }

        if (FfmpegFile.WasEnded(run))
        {
            return new MediaProblem("source-unreadable", "The source cannot be read", $"Decoding '{facts.Path}' was ended from outside (code {run.ExitCode}). Look for what ended it on that machine, and retry the job.", Transient: true);
        }

        if (run.Log.Contains("Decoder (codec", StringComparison.Ordinal))
        {
            return new MediaProblem("source-undecodable", "The source cannot be decoded", $"This server's ffmpeg cannot decode '{facts.Path}'. Convert it to a usual codec first.");
        }

        var where = string.Create(CultureInfo.InvariantCulture, $"near {from.ToDouble() + last.OutTime.TotalSeconds:0.0} s");
        return Damaged(facts.Path, $"{where}: {Sandbox.Plain(run.Log).FirstOrDefault() ?? "it cannot be decoded"}");

        void Report(FfmpegProgress now)
        {
            last = now;
            progress?.Report(length > 0 ? Math.Clamp(now.OutTime.TotalSeconds / length, 0, 1) : 1);
        }
    }

    internal static MediaProblem Damaged(string path, string how) => new("source-damaged", "The source is damaged", $"'{path}' is damaged, {how}. Copy or upload it again, or use another part of it.");

    private static List<string> Arguments(SourceFacts facts, string file, Rational begin, Rational length)
    {
        // -xerror ends at the first picture or packet that the decoder calls bad. What its log says without doing so, after a seek into an open GOP
        // for one, is no damage.
        List<string> arguments = ["-stats_period", "0.05", "-xerror", "-threads", "1", "-skip_loop_filter", "all"];
        string[] seek = ["-ss", Microseconds(begin)];
        var stepwise = SourceNormalizer.NeedsRemux(facts);
        arguments.AddRange(stepwise ? [] : seek);
        arguments.AddRange(Sandbox.Input(file));

        // A seek into a program stream lands between packets: there, everything is decoded from the start.
        arguments.AddRange(stepwise ? seek : []);
        arguments.AddRange(["-t", Microseconds(length)]);
        if (facts.Video is { } video)
        {
            arguments.AddRange(["-map", string.Create(CultureInfo.InvariantCulture, $"0:{video.StreamIndex}")]);
        }

        if (facts.Audio is { } audio)
        {
            arguments.AddRange(["-map", string.Create(CultureInfo.InvariantCulture, $"0:{audio.StreamIndex}")]);
        }

        arguments.AddRange(["-fps_mode", "passthrough", "-f", "null", "-"]);
        return arguments;
    }

    private static string Microseconds(Rational seconds) => string.Create(CultureInfo.InvariantCulture, $"{Rational.Max(0, seconds * 1_000_000).Round()}us");
}
