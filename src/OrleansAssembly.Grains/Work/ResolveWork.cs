using System.Globalization;
using Microsoft.Extensions.Options;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains.Work;

/// <summary>
/// Checks every in and out point against what the sources really have, and resolves the cut into exact frames. How much work that makes is told at once and not
/// only when it is planned: checking the sources takes a tenth of the time, and the estimate is meant to know it before.
/// </summary>
internal sealed class ResolveWork(WorkFiles files, IOptions<MediaOptions> options) : IPieceWork
{
    public Stage Stage => Stage.Resolve;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var jobId = context.Job.JobId;
        var timeline = (await files.SpecAsync(jobId, cancel)).Timeline!;
        var count = TimelineBuilder.Sources(timeline).Count;
        var probed = new List<ProbedSource>(count);
        for (var index = 0; index < count; index++)
        {
            probed.Add(await files.ReadAsync<ProbedSource>(jobId, WorkFiles.Source(index), cancel));
        }

        var facts = probed.ToDictionary(source => source.Facts.Path, source => source.Facts);
        var result = TimelineBuilder.Build(timeline, facts);
        if (result.Film is not { } film)
        {
            return PieceOutcome.Failed(Problem.Invalid(result.Problems) with
            {
                Type = Problem.Prefix + "timeline-does-not-fit",
                Title = "The timeline does not fit its sources",
                Detail = string.Join(' ', result.Problems.Take(3).Select(problem => $"{problem.Path}: {problem.Message}")),
                Status = 422,
                Source = SourceAt(timeline, result.Problems[0].Path),
            });
        }

        var cut = new Cut(film, new Footage(facts, probed.ToDictionary(source => source.Facts.Path, source => source.File)));
        await files.WriteAsync(jobId, WorkFiles.Film, cut, cancel);
        context.Report(new WorkProgress(1, film.Shots.Count, 0));
        return context.Job.Presets.Count == 0
            ? PieceOutcome.Done
            : PieceOutcome.Planned(FilmPlan.Of(cut, [.. context.Job.Presets.Select(name => Presets.Find(name)!)], options.Value.SegmentSeconds).Plan);
    }

    /// <summary>The source that a field such as <c>timeline.shots[3].out</c> is about; null where it is about none.</summary>
    private static string? SourceAt(TimelineSpec timeline, string field)
    {
        var parts = field.Split('.', '[', ']');
        return parts.Length > 2 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? parts[1] == "shots" ? timeline.Shots?[index].Source : timeline.Audio?[index].Source
            : null;
    }
}
