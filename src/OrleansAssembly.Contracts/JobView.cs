using OrleansAssembly.Jobs;

namespace OrleansAssembly.Contracts;

/// <summary>Which parts of the films of a job are made: one cell a segment and output.</summary>
/// <param name="Outputs">Presets of the outputs.</param>
/// <param name="Segments">By output, then by place in the film; empty before the plan is made, and for jobs that encode nothing.</param>
[GenerateSerializer, Immutable, Alias("SegmentMap")]
public sealed record SegmentMap([property: Id(0)] IReadOnlyList<string> Outputs, [property: Id(1)] IReadOnlyList<SegmentInfo> Segments);

/// <summary>A segment of an output.</summary>
/// <param name="Index">0-based place in the film.</param>
/// <param name="Output">Index into <see cref="SegmentMap.Outputs"/>.</param>
/// <param name="StartFrame">First frame of the film in it.</param>
/// <param name="EndFrame">First frame of the film not in it.</param>
/// <param name="Fraction">How much of it is encoded, 0 to 1.</param>
/// <param name="Tries">How often it had to be begun again; 0 at the first try.</param>
/// <param name="Silo">Address, as in <see cref="SiloInfo"/>, of the silo that encodes it, or has; null where nobody has, or where it was found finished from an earlier try.</param>
[GenerateSerializer, Immutable, Alias("Segment")]
public sealed record SegmentInfo(
    [property: Id(0)] int Index,
    [property: Id(1)] int Output,
    [property: Id(2)] long StartFrame,
    [property: Id(3)] long EndFrame,
    [property: Id(4)] SegmentStatus Status,
    [property: Id(5)] double Fraction,
    [property: Id(6)] int Tries,
    [property: Id(7)] string? Silo);

/// <summary>A piece of work that had to be begun again, or could not begin.</summary>
/// <param name="Step">The job's step.</param>
/// <param name="Piece">The piece in a word and its number: <c>Encode 14</c>.</param>
/// <param name="Source">The source concerned; null where it is about none, or nobody knows which.</param>
/// <param name="Segment">The segment concerned, 1 for the first of the film; null where it is about none.</param>
/// <param name="Output">Preset of the output concerned; null where it is about none.</param>
/// <param name="Detail">What went wrong.</param>
[GenerateSerializer, Immutable, Alias("SetbackInfo")]
public sealed record SetbackInfo(
    [property: Id(0)] DateTimeOffset? At,
    [property: Id(1)] string Step,
    [property: Id(2)] string Piece,
    [property: Id(3)] string? Source,
    [property: Id(4)] int? Segment,
    [property: Id(5)] string? Output,
    [property: Id(6)] string Detail);

/// <summary>Something that happened to a job.</summary>
/// <param name="Message">One line for a person.</param>
[GenerateSerializer, Immutable, Alias("LogEntry")]
public sealed record LogEntry([property: Id(0)] DateTimeOffset At, [property: Id(1)] LogSeverity Level, [property: Id(2)] string Message);

/// <summary>What a job would be and take, before it is submitted.</summary>
/// <param name="Frames">Length of the film.</param>
/// <param name="FrameRate">Frames a second, as a fraction.</param>
/// <param name="DurationSeconds">The same as a length.</param>
/// <param name="Width">Of the film, pixels.</param>
/// <param name="Height">Of the film, pixels.</param>
/// <param name="Segments">Pieces that are encoded one by one, over all outputs.</param>
/// <param name="DiskBytes">Room that it takes on the media volume while it runs.</param>
/// <param name="DiskFreeBytes">What is free there and promised to nobody.</param>
/// <param name="Seconds">Running time.</param>
/// <param name="SecondsLow">Lower end of the interval that is meant to hold 8 times in 10.</param>
/// <param name="SecondsHigh">Upper end.</param>
/// <param name="StartsIn">Seconds until a first slot is expected to be free for it; null where there are no slots.</param>
public sealed record JobEstimate(
    long Frames,
    string FrameRate,
    double DurationSeconds,
    int Width,
    int Height,
    int Segments,
    long DiskBytes,
    long DiskFreeBytes,
    double Seconds,
    double SecondsLow,
    double SecondsHigh,
    double? StartsIn);

/// <summary>A job that somebody still works on: whatever is in it, it is kept as it is.</summary>
/// <param name="Revision">Grows by 1 with each change; also the ETag.</param>
/// <param name="Title">As in the spec; empty where it has none yet.</param>
/// <param name="ProjectId">As in the spec; null where it has none yet.</param>
/// <param name="Spec">The job as far as it is written.</param>
public sealed record Draft(string Id, long Revision, string Title, string? ProjectId, DateTimeOffset UpdatedAt, JobSpec Spec);

/// <summary>A draft in a list.</summary>
/// <param name="Shots">Shots of its cut.</param>
public sealed record DraftSummary(string Id, string Title, string? ProjectId, int Shots, DateTimeOffset UpdatedAt);
