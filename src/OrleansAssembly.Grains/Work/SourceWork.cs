using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains.Work;

/// <summary>Finds out what a source is; one that cannot be sought exactly gets a stand-in in the work folder.</summary>
internal sealed class ProbeWork(WorkFiles files, MediaStore store, SourceProber prober, SourceNormalizer normalizer) : IPieceWork
{
    /// <summary>What gets a stand-in is read, copied, and the copy read.</summary>
    private const int Passes = 3;

    public Stage Stage => Stage.Probe;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var jobId = context.Job.JobId;
        var path = TimelineBuilder.Sources((await files.SpecAsync(jobId, cancel)).Timeline!)[context.Index];
        var file = store.Resolve(path);
        var size = file.Value is { } found ? new FileInfo(found).Length : 0;
        var facts = await prober.ProbeAsync(path, cancel, read => Report(read.Bytes, read.Format.Length == 0 || SourceNormalizer.NeedsRemux(read.Format)));
        if ((facts.Problem ?? file.Problem) is { } problem)
        {
            return PieceOutcome.Failed(problem.At(path));
        }

        var readFrom = file.Value!;
        if (SourceNormalizer.NeedsRemux(facts.Value!))
        {
            readFrom = files.File(jobId, $"source-{context.Index}.mp4");
            facts = await normalizer.RemuxAsync(facts.Value!, readFrom, cancel, bytes => Report(size + bytes, remux: true));
            if (facts.Problem is { } failed)
            {
                return PieceOutcome.Failed(failed.At(path));
            }
        }

        await files.WriteAsync(jobId, WorkFiles.Source(context.Index), new ProbedSource(facts.Value!, readFrom), cancel);
        Report(readFrom == file.Value ? size : Passes * size, readFrom != file.Value);
        return PieceOutcome.Done;

        void Report(long bytes, bool remux) =>
            context.Report(new WorkProgress(Math.Min(1, bytes / (double)size / (remux ? Passes : 1)), bytes / WorkProgress.BytesAMegabyte, 0));
    }
}

/// <summary>Makes sure that what is used of a source decodes, before hours are spent on the rest.</summary>
internal sealed class DecodeWork(WorkFiles files, SourceChecker checker) : IPieceWork
{
    /// <summary>Ranges nearer to each other than this are decoded as one: seconds.</summary>
    private static readonly Rational Near = 2;

    public Stage Stage => Stage.Decode;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var cut = await files.CutAsync(context.Job.JobId, cancel);
        var source = await files.ReadAsync<ProbedSource>(context.Job.JobId, WorkFiles.Source(context.Index), cancel);
        var ranges = Used(cut.Film, source.Facts.Path);
        var total = ranges.Sum(range => (range.To - range.From).ToDouble());
        var megabytes = source.Facts.Bytes / WorkProgress.BytesAMegabyte * Math.Min(1, total / Math.Max(0.04, Length(source.Facts)));
        var before = 0.0;
        foreach (var (from, to) in ranges)
        {
            var share = (to - from).ToDouble() / total;
            var progress = new Progress(fraction => Report(before + (share * fraction)));
            if (await checker.CheckDecodesAsync(source.Facts, source.File, from, to, progress, cancel) is { } damage)
            {
                return PieceOutcome.Failed(damage.At(source.Facts.Path));
            }

            before += share;
            Report(before);
        }

        return PieceOutcome.Done;

        void Report(double fraction) => context.Report(new WorkProgress(fraction, fraction * megabytes, 0));
    }

    /// <summary>Seconds.</summary>
    private static double Length(SourceFacts facts) => (facts.Video?.Duration ?? facts.Audio?.Duration ?? 0).ToDouble();

    /// <summary>What the film uses of a source, merged, in order.</summary>
    private static List<(Rational From, Rational To)> Used(Film film, string path)
    {
        var shots = film.Shots
            .Where(shot => shot.Source == path)
            .Select(shot =>
            {
                // The dissolve into the next shot goes on beyond the out point.
                var tail = shot.Index + 1 < film.Shots.Count ? film.Rate.TimeOf(film.Shots[shot.Index + 1].DissolveFrames) : Rational.Zero;
                return (From: shot.SourceIn, To: shot.SourceOut + tail);
            });
        var sounds = film.Audio.Where(clip => clip.Source == path).Select(clip => (From: clip.SourceIn, To: clip.SourceIn + clip.Duration));
        var merged = new List<(Rational From, Rational To)>();
        foreach (var range in shots.Concat(sounds).OrderBy(range => range.From))
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + Near)
            {
                merged[^1] = (merged[^1].From, Rational.Max(merged[^1].To, range.To));
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }

    /// <summary>Reports at once, on the thread that has the news.</summary>
    private sealed class Progress(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
