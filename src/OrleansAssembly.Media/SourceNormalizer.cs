using System.Globalization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Gives sources that cannot be sought exactly a container in which they can, without touching pictures or sound.</summary>
public sealed class SourceNormalizer(FfmpegRunner runner, MediaStore store, SourceProber prober)
{
    /// <summary>Sound that MP4 has a tag for. Broadcast, disc and camera streams hold other kinds too: AAC in LATM, SMPTE 302M, the PCM of discs, TrueHD.</summary>
    private static readonly string[] FitsMp4 = ["aac", "mp1", "mp2", "mp3", "ac3", "eac3", "dts", "opus"];

    /// <summary>True for streams without an index: a seek with two seconds to spare gave 1,179 wrong frames of 1,500 in MPEG-TS.</summary>
    public static bool NeedsRemux(SourceFacts facts) => NeedsRemux(facts.Format);

    /// <param name="format">ffmpeg's name of the demuxer.</param>
    public static bool NeedsRemux(string format) => format is "mpegts" or "mpeg";

    /// <summary>
    /// Copies the used streams into an MP4 with the same times in ticks of 1/90000 s. Sound that MP4 cannot hold is decoded into the PCM of a QuickTime file, whose 32-bit floats
    /// hold each sample of 24 bits exactly.
    /// </summary>
    /// <param name="facts">Of a source for which <see cref="NeedsRemux(SourceFacts)"/> says so.</param>
    /// <param name="outFile">Full path ending in <c>.mp4</c>; written under a temporary name and renamed. Its folder exists.</param>
    /// <param name="onRead">Told twice a second how many bytes are read: all of the source, and then all of the copy.</param>
    /// <returns>Facts of the copy, or <c>source-not-supported</c>, <c>source-changed</c>, <c>source-damaged</c>, <c>disk-full</c>, <c>encoder-failed</c> (ended from outside), or one of probing. The facts are under the source's own path, size and identity: read <paramref name="outFile"/> wherever they are used.</returns>
    public async Task<MediaResult<SourceFacts>> RemuxAsync(SourceFacts facts, string outFile, CancellationToken cancel, Action<long>? onRead = null)
    {
        var file = store.Resolve(facts.Path);
        if (file.Problem is not null)
        {
            return file.Problem;
        }

        var part = $"{outFile}.{Guid.NewGuid():N}.part";
        try
        {
            List<string> arguments = ["-y", "-copyts", "-start_at_zero", .. Sandbox.Input(file.Value!)];
            foreach (var stream in new[] { facts.Video?.StreamIndex, facts.Audio?.StreamIndex }.OfType<int>())
            {
                arguments.AddRange(["-map", string.Create(CultureInfo.InvariantCulture, $"0:{stream}")]);
            }

            arguments.AddRange(["-c", "copy"]);
            var decoded = facts.Audio is { } sound && !FitsMp4.Contains(sound.Codec);
            if (decoded)
            {
                // A track of PCM knows no gaps: they become silence. A stray frame that does not decode, as where a recording ends, is one.
                arguments.AddRange(["-c:a", "pcm_f32le", "-af", "aresample=async=1:min_hard_comp=0.02", "-max_error_rate", "0.1"]);
            }

            arguments.AddRange(["-map_metadata", "-1", "-video_track_timescale", "90000", "-fflags", "+bitexact", "-f", decoded ? "mov" : "mp4", part]);
            var run = await runner.RunAsync(arguments, Path.GetDirectoryName(outFile)!, onRead is null ? null : p => onRead(p.ReadBytes), cancel);
            if (SourceIdentity.Changed(facts, file.Value!) is { } changed)
            {
                return changed;
            }

            if (FfmpegFile.ProblemOf(run) is { } failed)
            {
                return run.Stalled ? Sandbox.Explain(facts.Path, run)
                    : failed.Name != "encoder-failed" || FfmpegFile.WasEnded(run) ? failed
                    : NotSupported(facts.Path, run);
            }

            var copy = await prober.ProbeFileAsync(facts.Path, part, cancel, read => onRead?.Invoke(facts.Bytes + read.Bytes));
            if (copy.Problem is not null)
            {
                return copy.Problem;
            }

            MediaStore.Finish(part, outFile);
            var found = copy.Value!;
            return facts with
            {
                Format = found.Format,
                Video = facts.Video is null ? null : facts.Video with
                {
                    StreamIndex = found.Video!.StreamIndex,
                    TimeBase = found.Video.TimeBase,
                    Start = found.Video.Start,
                    Duration = found.Video.Duration,
                    Frames = found.Video.Frames,
                    LargestGap = found.Video.LargestGap,
                },
                Audio = facts.Audio is null ? null : facts.Audio with
                {
                    StreamIndex = found.Audio!.StreamIndex,
                    Codec = found.Audio.Codec,
                    Start = found.Audio.Start,
                    Duration = found.Audio.Duration,
                },
            };
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>It has been read whole before, so the file is as it should be: what it holds does not fit.</summary>
    private static MediaProblem NotSupported(string path, FfmpegRun run)
    {
        var says = Sandbox.Plain(run.Log).FirstOrDefault() is { } line ? $" ffmpeg says: {line}" : "";
        return new("source-not-supported", "The source cannot be prepared", $"'{path}' is a stream without an index, and what it holds does not fit a file that has one. Convert it to MP4, MOV or Matroska and use that.{says}");
    }
}
