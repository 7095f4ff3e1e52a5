using Microsoft.Extensions.Options;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains.Work;

/// <summary>Cuts the film into segments, and tells the job how much work that is.</summary>
internal sealed class PlanWork(WorkFiles files, IOptions<MediaOptions> options) : IPieceWork
{
    public Stage Stage => Stage.Plan;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job;
        var cut = await files.CutAsync(job.JobId, cancel);
        var (segments, plan) = FilmPlan.Of(cut, [.. job.Presets.Select(name => Presets.Find(name)!)], options.Value.SegmentSeconds);
        await files.WriteAsync(job.JobId, WorkFiles.Segments, segments, cancel);
        context.Report(new WorkProgress(1, cut.Film.Shots.Count, 0));
        return PieceOutcome.Planned(plan);
    }
}

/// <summary>How a film is cut into segments, and how much work that is.</summary>
internal static class FilmPlan
{
    public static (IReadOnlyList<Segment> Segments, WorkPlan Plan) Of(Cut cut, IReadOnlyList<Preset> presets, int segmentSeconds)
    {
        var segments = SegmentPlanner.Plan(cut.Film, segmentSeconds);
        var costs = presets.Select(preset => segments.Select(segment => SegmentCost.Predict(cut.Film, segment, cut.Footage, preset)).ToArray()).ToList();
        var (places, traits) = Traits(cut);
        var encode = SegmentPlanner.Order(cut.Film, segments, costs)
            .Select(piece => new EncodePiece(
                piece.Format,
                piece.Segment,
                (int)segments[piece.Segment].Frames,
                Math.Round(costs[piece.Format][piece.Segment], 4),
                places[cut.Film.Shots[segments[piece.Segment].Shot].Source]))
            .ToList();
        var pixels = presets.Select(preset => preset.Fit(cut.Film.Width, cut.Film.Height)).Select(size => (double)size.Width * size.Height).ToArray();
        return (segments, new WorkPlan(
            cut.Film.Frames, SoundRecorder.Plan(cut.Film).Count, SoundMixer.Formats(presets).Count, encode, cut.Film.Rate.Value.ToDouble(), traits, pixels, [.. presets.Select(preset => preset.Intra)]));
    }

    /// <summary>The place of each source of pictures, and what is known of those in each place.</summary>
    private static (Dictionary<string, int> Places, SourceTraits[] Traits) Traits(Cut cut)
    {
        var rate = cut.Film.Rate.Value.ToDouble();
        var sources = cut.Film.Shots.Select(shot => shot.Source).Distinct().ToList();
        var traits = sources.Select((path, index) => (Place: index % SourceTraits.Places, Facts: cut.Footage.Facts[path])).GroupBy(source => source.Place, (_, members) =>
        {
            var facts = members.Select(member => member.Facts).ToList();
            return new SourceTraits(
                Math.Round(facts.Average(source => source.Bytes / Math.Max(0.04, source.Video!.Duration.ToDouble()) / rate), 1),
                Math.Round(facts.Average(source => (double)source.Video!.Width * source.Video.Height * source.Video.Rate.Value.ToDouble() / rate)));
        });
        return (sources.Index().ToDictionary(source => source.Item, source => source.Index % SourceTraits.Places), [.. traits]);
    }
}
