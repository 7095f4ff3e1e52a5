using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains.Work;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains;

/// <summary>Says what a job would be and take if it were submitted now: goes the way of its first stages in memory, with the rules that they use, and writes nothing.</summary>
public sealed class JobForecaster(
    IGrainFactory grains,
    KnownSources sources,
    MediaStore store,
    DiskPromises promises,
    CostBook costs,
    IOptions<MediaOptions> options,
    TimeProvider time)
{
    /// <summary>So long the scheduler, and what earlier jobs cost, are waited for: without them the built-in guesses serve.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="spec">A job that is in order as far as its words tell.</param>
    /// <param name="timeline">Its cut: its own, or its source job's.</param>
    /// <returns>The estimate, or every mistake that its sources show.</returns>
    public async Task<(JobEstimate? Estimate, IReadOnlyList<FieldProblem> Problems)> ForecastAsync(JobSpec spec, TimelineSpec timeline, CancellationToken cancel)
    {
        var (footage, problems) = await FootageAsync(timeline, cancel);
        var result = problems.Count > 0 ? new FilmResult(null, problems) : TimelineBuilder.Build(timeline, footage.Facts);
        if (result.Film is not { } film)
        {
            return (null, result.Problems);
        }

        var presets = (spec.Outputs ?? []).Select(output => Presets.Find(output.Preset)!).ToList();
        var (segments, plan) = FilmPlan.Of(new Cut(film, footage), presets, options.Value.SegmentSeconds);
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var free = store.FreeBytes() - options.Value.SpareBytes - await promises.OthersAsync(id, cancel);
        var (eta, startsIn) = await TimeAsync(id, spec, timeline, plan, presets, cancel);
        var estimate = new JobEstimate(
            film.Frames,
            film.Rate.ToString(),
            Math.Round(film.Duration.ToDouble(), 3),
            film.Width,
            film.Height,
            plan.Encode.Count,
            presets.Count == 0 ? 0 : DiskNeed.Predict(film, segments, footage, presets),
            Math.Max(0, free),
            Math.Round(eta.Seconds, 1),
            Math.Round(eta.Low, 1),
            Math.Round(eta.High, 1),
            startsIn is { } wait ? Math.Round(wait, 1) : null);
        return (estimate, []);
    }

    private async Task<(EtaEstimate Eta, double? StartsIn)> TimeAsync(
        string id, JobSpec spec, TimelineSpec timeline, WorkPlan plan, IReadOnlyList<Preset> presets, CancellationToken cancel)
    {
        IReadOnlyList<string> names = [.. presets.Select(preset => preset.Name)];
        var now = time.GetUtcNow();
        var state = JobStateMachine.Create(id, spec, TimelineBuilder.Sources(timeline).Count, now, Outline.Of(timeline, names)) with { Plan = plan };
        var alone = new EtaEstimator(names);
        alone.Next(state, SlotOutlook.Unknown, now);
        var demand = new SlotDemand(id, spec.ProjectId!, state.Priority, state.Wanted(now), [], null, alone.SlotSeconds);
        var outlook = await OrAsync(grains.GetGrain<ISlotSchedulerGrain>(0).ExpectAsync(demand), SlotOutlook.Unknown, cancel);
        var prior = await OrAsync(costs.GetAsync(outlook.Machine), EtaPrior.Empty, cancel);
        return (new EtaEstimator(names) { Prior = prior }.Next(state, outlook, now), outlook.StartsIn);
    }

    private async Task<T> OrAsync<T>(Task<T> asked, T otherwise, CancellationToken cancel)
    {
        try
        {
            return await asked.WaitAsync(Patience, time, cancel);
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException))
        {
            return otherwise;
        }
    }

    /// <summary>The sources as they lie there, and what is wrong with them at each field that names one.</summary>
    private async Task<(Footage Footage, IReadOnlyList<FieldProblem> Problems)> FootageAsync(TimelineSpec timeline, CancellationToken cancel)
    {
        var paths = TimelineBuilder.Sources(timeline);
        var probed = await Task.WhenAll(paths.Select(path => sources.FactsAsync(path, cancel)));
        var found = paths.Zip(probed).ToDictionary(source => source.First, source => source.Second);
        var problems = (timeline.Shots ?? []).Select((shot, index) => (Field: $"timeline.shots[{index}].source", shot.Source))
            .Concat((timeline.Audio ?? []).Select((sound, index) => (Field: $"timeline.audio[{index}].source", sound.Source)))
            .Where(named => found[named.Source!].Problem is not null)
            .Select(named => new FieldProblem(named.Field, found[named.Source!].Problem!.Detail))
            .ToList();
        var known = found.Where(source => source.Value.Value is not null).ToDictionary(source => source.Key, source => source.Value.Value!);
        return (new Footage(known, known.ToDictionary(source => source.Key, source => source.Key)), problems);
    }
}
