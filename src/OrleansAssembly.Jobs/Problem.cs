namespace OrleansAssembly.Jobs;

/// <summary>Why something cannot be done, for a person and for a program: RFC 9457 without the HTTP.</summary>
/// <param name="Type">Stable name, e.g. <c>urn:orleans-assembly:source-not-found</c>.</param>
/// <param name="Title">The kind of problem in a few words.</param>
/// <param name="Detail">What happened and what to do; names no path outside the media root.</param>
/// <param name="Status">The HTTP status that fits it.</param>
/// <param name="Errors">Field path to messages, where fields are at fault.</param>
public sealed record Problem(string Type, string Title, string Detail, int Status = 422, IReadOnlyDictionary<string, string[]>? Errors = null)
{
    /// <summary>Name of the job's step that failed; null where no job is concerned.</summary>
    public string? Step { get; init; }

    /// <summary>The source concerned, a path below <c>sources/</c>; null where it is none's fault, or nobody knows whose.</summary>
    public string? Source { get; init; }

    /// <summary>The segment concerned, 1 for the first of the film; null where it is not about one.</summary>
    public int? Segment { get; init; }

    /// <summary>Preset of the output concerned; null where it is not about one.</summary>
    public string? Output { get; init; }

    public const string Prefix = "urn:orleans-assembly:";

    public static Problem Of(string name, string title, string detail, int status = 422) => new(Prefix + name, title, detail, status);

    /// <summary>What was asked for needs the store, and it is away.</summary>
    public static Problem StoreUnavailable { get; } = Of(
        "store-unavailable", "The store does not answer", "Jobs that run go on. What was asked for may not have been done: try again in a moment. A submission that is repeated with its Idempotency-Key makes one job.", 503);

    /// <summary>A job that goes on cannot be deleted.</summary>
    public static Problem NotEnded { get; } = Of("not-ended", "The job's state forbids it", "Only an ended job can be deleted: cancel it first.", 409);

    /// <summary>Every mistake in a spec, by field path.</summary>
    public static Problem Invalid(IEnumerable<Timeline.FieldProblem> problems) => Wrong("invalid-job", "The job cannot be accepted", problems);

    /// <summary>Every mistake in notification settings, by field path.</summary>
    public static Problem InvalidSettings(IEnumerable<Timeline.FieldProblem> problems) => Wrong("invalid-settings", "The settings cannot be accepted", problems);

    private static Problem Wrong(string name, string title, IEnumerable<Timeline.FieldProblem> problems)
    {
        var errors = problems.GroupBy(p => p.Path).ToDictionary(g => g.Key, g => g.Select(p => p.Message).ToArray());
        return new(Prefix + name, title, $"{errors.Count} field(s) need mending; each is named in 'errors'.", 400, errors);
    }
}
