using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using FFMpegCore;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>What verifying a film found.</summary>
/// <param name="Frames">Pictures, all decoded.</param>
/// <param name="DurationSeconds">Length of the picture.</param>
/// <param name="SoundSeconds">Length of the sound.</param>
/// <param name="Bytes">File size.</param>
/// <param name="Sha256">Checksum, hex.</param>
public sealed record FilmFacts(long Frames, double DurationSeconds, double SoundSeconds, long Bytes, string Sha256);

/// <summary>Makes sure that a finished film is what was planned, by decoding all of it.</summary>
public sealed class FilmVerifier(FfmpegRunner runner)
{
    private const double ShareOfDecoding = 0.9;
    private const string Unreadable = "It cannot be read.";

    /// <summary>Decodes the film and compares it with the plan: each picture on its place in time, none missing or too many, sound as long as the picture to within one frame.</summary>
    /// <param name="preset">The format that it was made in.</param>
    /// <param name="workFolder">Where a report may lie for the time being.</param>
    /// <param name="onProgress">Told megabytes read: the film is decoded once, and summed up once.</param>
    /// <returns>The film's facts. Problems: <c>film-invalid</c>, and <c>encoder-failed</c> where ffmpeg was ended.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<MediaResult<FilmFacts>> VerifyAsync(string file, Film film, Preset preset, string workFolder, Action<WorkProgress>? onProgress, CancellationToken cancel)
    {
        if (await HeadMistakeAsync(file, film, preset, cancel) is { } wrong)
        {
            return Invalid(wrong) with { Transient = wrong == Unreadable };
        }

        Directory.CreateDirectory(workFolder);
        var megabytes = new FileInfo(file).Length / WorkProgress.BytesAMegabyte;
        var report = Path.Combine(workFolder, $"{Guid.NewGuid():N}.decoded");
        var meter = new WorkMeter(onProgress);
        try
        {
            var run = await runner.RunAsync(
                FfmpegArguments.Decode(file, report),
                workFolder,
                p => Decoded(Math.Min(1, (double)p.Frames / film.Frames), p.CpuSeconds),
                cancel);
            meter.Add(run);
            if (FfmpegFile.ProblemOf(run) is { } problem)
            {
                return problem.Transient ? problem : Invalid($"It does not decode: {run.Log.Trim()}");
            }

            var timing = new FilmTiming(film);
            await foreach (var line in File.ReadLinesAsync(report, cancel))
            {
                timing.Read(line);
            }

            if (timing.Mistake() is { } mistake)
            {
                return Invalid(mistake);
            }

            var (bytes, sha256) = await HashAsync(file, fraction => meter.Report(ShareOfDecoding + ((1 - ShareOfDecoding) * fraction), (1 + fraction) * megabytes, 0), cancel);
            return new FilmFacts(film.Frames, film.Duration.ToDouble(), timing.SoundSeconds, bytes, sha256);
        }
        finally
        {
            File.Delete(report);
        }

        void Decoded(double share, double cpuSeconds) => meter.Report(ShareOfDecoding * share, share * megabytes, cpuSeconds);
    }

    /// <summary>What a player reads first, by FFMpegCore's reading and not by ours: one picture of the size planned, and one sound.</summary>
    private async Task<string?> HeadMistakeAsync(string file, Film film, Preset preset, CancellationToken cancel)
    {
        var (run, text) = await runner.ProbeAsync([.. FfmpegArguments.OwnInputGuard, "-show_streams", "-of", "json", file], cancel);
        if (run.ExitCode != 0 || Streams(text) is not { } streams)
        {
            return Unreadable; // or whoever read it was ended
        }

        var (pictures, sounds) = (streams.Where(stream => stream.CodecType == "video").ToList(), streams.Count(stream => stream.CodecType == "audio"));
        if (pictures.Count != 1 || sounds != 1)
        {
            return FormattableString.Invariant($"It has {pictures.Count} pictures and {sounds} sounds, and not one of each.");
        }

        var (found, planned) = ((Width: pictures[0].Width ?? 0, Height: pictures[0].Height ?? 0), preset.Fit(film.Width, film.Height));
        return found == planned ? null : FormattableString.Invariant($"Its picture has {found.Width}x{found.Height} pixels and not {planned.Width}x{planned.Height}.");
    }

    private static IReadOnlyList<FFProbeStream>? Streams(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<FFProbeAnalysis>(text)?.Streams;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static MediaProblem Invalid(string what) => new("film-invalid", "The finished film is not what was planned", $"{what} Retry the job, which joins the film again; if that fails too, submit it anew.");

    private static async Task<(long Bytes, string Sha256)> HashAsync(string file, Action<double> onProgress, CancellationToken cancel)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, useAsync: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        var done = 0L;
        while (await stream.ReadAsync(buffer, cancel) is var read and > 0)
        {
            await ChildGroup.WhileHeldAsync(cancel);
            hash.AppendData(buffer, 0, read);
            done += read;
            onProgress((double)done / stream.Length);
        }

        return (done, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}

/// <summary>Reads ffmpeg's framecrc lines (<c>stream, dts, pts, duration, size, crc</c> below <c>#tb stream: n/d</c>) and compares the times with a film's plan.</summary>
internal sealed class FilmTiming(Film film)
{
    /// <summary>WebM counts milliseconds: half of one is lost by rounding.</summary>
    private const double Tolerance = 0.00101;

    private readonly double[] _tick = new double[2];
    private double _last = double.NegativeInfinity;
    private double? _soundStart;
    private double _soundEnd;
    private string? _mistake;

    public long Frames { get; private set; }

    public double SoundSeconds => _soundEnd - (_soundStart ?? 0);

    public void Read(string line)
    {
        if (line.StartsWith("#tb ", StringComparison.Ordinal))
        {
            var parts = line[4..].Split(':', 2, StringSplitOptions.TrimEntries);
            if (Rational.TryParse(parts[1], out var tick))
            {
                _tick[int.Parse(parts[0], CultureInfo.InvariantCulture)] = tick.ToDouble();
            }
        }
        else if (line.Length > 0 && line[0] != '#')
        {
            var fields = line.Split(',', StringSplitOptions.TrimEntries);
            var stream = int.Parse(fields[0], CultureInfo.InvariantCulture);
            var start = long.Parse(fields[2], CultureInfo.InvariantCulture) * _tick[stream];
            if (stream == 0)
            {
                Picture(start);
            }
            else
            {
                _soundStart ??= start;
                _soundEnd = start + (long.Parse(fields[3], CultureInfo.InvariantCulture) * _tick[stream]);
            }
        }
    }

    /// <summary>What is wrong with the whole, or null.</summary>
    public string? Mistake()
    {
        var frame = film.Rate.TimeOf(1).ToDouble();
        if (Frames != film.Frames)
        {
            return $"It has {Frames} frames and not {film.Frames}.";
        }

        if (_mistake is not null)
        {
            return _mistake;
        }

        return Math.Abs(_soundStart ?? double.MaxValue) <= frame && Math.Abs(_soundEnd - film.Duration.ToDouble()) <= frame
            ? null
            : FormattableString.Invariant($"Its sound lasts from {_soundStart:0.000} s to {_soundEnd:0.000} s, its picture to {film.Duration.ToDouble():0.000} s.");
    }

    private void Picture(double start)
    {
        var planned = film.Rate.TimeOf(Frames).ToDouble();
        if (_mistake is null && (start <= _last || Math.Abs(start - planned) > Tolerance))
        {
            _mistake = FormattableString.Invariant($"Frame {Frames} is shown at {start:0.000000} s and not at {planned:0.000000} s.");
        }

        _last = start;
        Frames++;
    }
}
