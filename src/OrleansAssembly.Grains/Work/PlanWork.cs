using Microsoft.Extensions.Options;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains.Work;

/// <summary>Cuts the film into segments, and tells the job how much work that is.</summary>
internal sealed class PlanWork(WorkFiles files, IOptions<MediaOptions> options) : IPieceWork
{
    /// <summary>Shots whose sound is recorded by one piece: enough of them that starting it does not count.</summary>
    public const int ShotsPerSoundPiece = 16;

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
                output, segment, (int)segments[segment].Frames, SegmentCost.Predict(cut.Film, segments[segment], cut.Sources, preset))))
            .ToList();
        var soundPieces = (cut.Film.Shots.Count + ShotsPerSoundPiece - 1) / ShotsPerSoundPiece;
        return PieceOutcome.Planned(new WorkPlan(cut.Film.Frames, soundPieces, SoundFormats(presets).Count, encode));
    }

    /// <summary>One preset for each sound format that the presets need: the sound is encoded once for all that share it.</summary>
    public static IReadOnlyList<Preset> SoundFormats(IEnumerable<Preset> presets) =>
        [.. presets.DistinctBy(preset => (preset.AudioContainer, preset.AudioCodec, string.Join(' ', preset.AudioArguments)))];
}
