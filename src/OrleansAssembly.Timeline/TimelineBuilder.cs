namespace OrleansAssembly.Timeline;

/// <summary>A mistake in what was asked for: where it is and what to do.</summary>
/// <param name="Path">JSON path of the field, e.g. <c>timeline.shots[3].in</c>.</param>
/// <param name="Message">A sentence for a person, which says what is wrong and what would be right.</param>
public sealed record FieldProblem(string Path, string Message);

/// <summary>Either a film, or every problem that stands in its way.</summary>
public sealed record FilmResult(Film? Film, IReadOnlyList<FieldProblem> Problems);

/// <summary>Turns a <see cref="TimelineSpec"/> into a <see cref="Film"/>. The only place that knows what a cut may say.</summary>
public static class TimelineBuilder
{
    /// <summary>Everything wrong that can be seen without the sources; empty where nothing is.</summary>
    public static IReadOnlyList<FieldProblem> Check(TimelineSpec? spec) => SpecCheck.Run(spec);

    /// <summary>Resolves the cut against the probed sources (by path). Gives every problem at once.</summary>
    public static FilmResult Build(TimelineSpec spec, IReadOnlyDictionary<string, SourceFacts> sources)
    {
        var problems = Check(spec);
        return problems.Count > 0 ? new(null, problems) : new FilmResolver(spec, sources).Resolve();
    }

    /// <summary>The distinct source paths of a cut in the order of first use: pictures, then sounds.</summary>
    public static IReadOnlyList<string> Sources(TimelineSpec spec)
    {
        var pictures = (spec.Shots ?? []).Select(shot => shot?.Source);
        var sounds = (spec.Audio ?? []).Select(sound => sound?.Source);
        return [.. pictures.Concat(sounds).OfType<string>().Distinct(StringComparer.Ordinal)];
    }
}
