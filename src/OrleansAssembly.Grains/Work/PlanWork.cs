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
        var segments = SegmentPlanner.Plan(cut.Film, options.Value.SegmentSeconds);
        await files.WriteAsync(job.JobId, WorkFiles.Segments, segments, cancel);

        var presets = job.Presets.Select(name => Presets.Find(name)!).ToList();
        var encode = SegmentPlanner.Order(cut.Film, segments)
            .SelectMany(segment => presets.Select((preset, output) => new EncodePiece(
                output, segment, (int)segments[segment].Frames, SegmentCost.Predict(cut.Film, segments[segment], cut.Footage, preset))))
            .ToList();
        context.Report(new WorkProgress(1, cut.Film.Shots.Count, 0));
        return PieceOutcome.Planned(new WorkPlan(cut.Film.Frames, SoundRecorder.Plan(cut.Film).Count, SoundMixer.Formats(presets).Count, encode));
    }
}
