using System.Text.Json.Serialization;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Contracts;

/// <summary>The one record that tells where a job is, for SignalR, WebSocket, SSE, webhooks and polling. Fields and units: CONTRACT, ProgressUpdate.</summary>
[GenerateSerializer, Immutable, Alias("ProgressUpdate")]
public sealed record ProgressUpdate
{
    [Id(0)] public required string JobId { get; init; }
    [Id(1)] public required JobType Type { get; init; }
    [Id(2)] public required JobStatus Status { get; init; }
    [Id(3)] public required double Progress { get; init; }
    [Id(4)] public required string CurrentStep { get; init; }
    [Id(5)] public required int TotalSteps { get; init; }
    [Id(6)] public required double EstimatedTimeRemaining { get; init; }
    [Id(7)] public required double ProcessingSpeed { get; init; }
    [Id(8)] public required DateTimeOffset LastUpdate { get; init; }
    [Id(9)] public required long Sequence { get; init; }
    [Id(10)] public required int StepIndex { get; init; }
    [Id(11)] public required double StepProgress { get; init; }
    [Id(12)] public required string Message { get; init; }
    [Id(13)] public required string ProcessingSpeedUnit { get; init; }
    [Id(14)] public required double EtaLow { get; init; }
    [Id(15)] public required double EtaHigh { get; init; }
    [Id(16)] public required double TimeProgress { get; init; }
    [Id(17)] public required double Elapsed { get; init; }
    [Id(18)] public ProblemDetailsBody? Error { get; init; }

    /// <summary>When a paused job goes on by itself; null where it does not.</summary>
    [Id(19)] public DateTimeOffset? ResumeAt { get; init; }

    /// <summary>When a pending job is expected to begin; null for all others. <see cref="EstimatedTimeRemaining"/> is running time only, and comes on top.</summary>
    [Id(20)] public DateTimeOffset? ExpectedStart { get; init; }

    /// <summary>When a pending job is expected to be completed; null for all others.</summary>
    [Id(21)] public DateTimeOffset? ExpectedEnd { get; init; }

    /// <summary>Whether nobody misses the earlier one who sees this: step, status and error are the same.</summary>
    public bool ChangesOnlyNumbersOf(ProgressUpdate earlier) =>
        Status == earlier.Status && StepIndex == earlier.StepIndex && Error?.Type == earlier.Error?.Type && Error?.Detail == earlier.Error?.Detail;
}

/// <summary>RFC 9457 on the wire.</summary>
[GenerateSerializer, Immutable, Alias("Problem")]
public sealed record ProblemDetailsBody(
    [property: Id(0)] string Type,
    [property: Id(1)] string Title,
    [property: Id(2)] int Status,
    [property: Id(3)] string Detail,
    [property: Id(4)] string? Instance = null,
    [property: Id(5)] IReadOnlyDictionary<string, string[]>? Errors = null,
    [property: Id(6)] string? TraceId = null)
{
    /// <summary>Where a job failed: see <see cref="Problem.Step"/>.</summary>
    [Id(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Step { get; init; }

    /// <summary>See <see cref="Problem.Source"/>.</summary>
    [Id(8), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Source { get; init; }

    /// <summary>See <see cref="Problem.Segment"/>.</summary>
    [Id(9), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Segment { get; init; }

    /// <summary>See <see cref="Problem.Output"/>.</summary>
    [Id(10), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Output { get; init; }

    public static ProblemDetailsBody Of(Problem problem, string? instance = null) =>
        new(problem.Type, problem.Title, problem.Status, problem.Detail, instance, problem.Errors)
        {
            Step = problem.Step,
            Source = problem.Source,
            Segment = problem.Segment,
            Output = problem.Output,
        };

    public Problem ToProblem() => new(Type, Title, Detail, Status, Errors) { Step = Step, Source = Source, Segment = Segment, Output = Output };
}

public enum StepStatus
{
    Waiting,
    Running,
    Done,
    Failed,
}

/// <summary>One step of a job.</summary>
/// <param name="Index">1-based.</param>
/// <param name="Name">Name as in the contract.</param>
/// <param name="EndsAt">The job's progress, 0-100, when the step ends.</param>
/// <param name="Seconds">Running time spent in it so far.</param>
[GenerateSerializer, Immutable, Alias("Step")]
public sealed record StepInfo(
    [property: Id(0)] int Index,
    [property: Id(1)] string Name,
    [property: Id(2)] StepStatus Status,
    [property: Id(3)] double EndsAt,
    [property: Id(4)] DateTimeOffset? StartedAt,
    [property: Id(5)] DateTimeOffset? EndedAt,
    [property: Id(6)] double? Seconds);

/// <summary>A file that a job made.</summary>
/// <param name="Name">File name below <c>/outputs/</c>.</param>
/// <param name="Kind"><c>film</c>, <c>edl</c>, <c>story</c>, <c>poster</c>, <c>preview</c>, <c>sprite</c> or <c>thumbnails</c>.</param>
/// <param name="Preset">Preset of a film.</param>
/// <param name="MediaType">MIME type.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">Checksum, lower-case hex.</param>
/// <param name="DurationSeconds">Length of a film or preview.</param>
/// <param name="Frames">Frames of a film.</param>
/// <param name="Url">Where to fetch it: an absolute path on the server that was asked, its path prefix included.</param>
/// <param name="Tiles">How the pictures of a sprite lie in it; null for all other kinds, and in films of older versions.</param>
[GenerateSerializer, Immutable, Alias("Output")]
public sealed record OutputInfo(
    [property: Id(0)] string Name,
    [property: Id(1)] string Kind,
    [property: Id(2)] string? Preset,
    [property: Id(3)] string MediaType,
    [property: Id(4)] long Bytes,
    [property: Id(5)] string Sha256,
    [property: Id(6)] double? DurationSeconds,
    [property: Id(7)] long? Frames,
    [property: Id(8)] string Url,
    [property: Id(9)] SpriteTiles? Tiles = null);

/// <summary>The pictures of a sprite, row by row from the left: tile n is shown from n times <paramref name="SecondsEach"/> on.</summary>
/// <param name="Columns">Tiles in a row.</param>
/// <param name="Rows">Rows; the last may be filled only in part.</param>
/// <param name="Width">Of a tile, pixels.</param>
/// <param name="Height">Of a tile, pixels.</param>
/// <param name="SecondsEach">Part of the film that a tile stands for.</param>
/// <param name="Count">Tiles in all.</param>
[GenerateSerializer, Immutable, Alias("SpriteTiles")]
public sealed record SpriteTiles(
    [property: Id(0)] int Columns,
    [property: Id(1)] int Rows,
    [property: Id(2)] int Width,
    [property: Id(3)] int Height,
    [property: Id(4)] double SecondsEach,
    [property: Id(5)] int Count);

/// <summary>A job in a list.</summary>
[GenerateSerializer, Immutable, Alias("JobSummary")]
public sealed record JobSummary(
    [property: Id(0)] string Id,
    [property: Id(1)] JobType Type,
    [property: Id(2)] JobStatus Status,
    [property: Id(3)] string ProjectId,
    [property: Id(4)] string Title,
    [property: Id(5)] DateTimeOffset CreatedAt,
    [property: Id(6)] DateTimeOffset? StartedAt,
    [property: Id(7)] DateTimeOffset? EndedAt,
    [property: Id(8)] ProgressUpdate Progress)
{
    /// <summary>The film's poster, relative to the root of the server; null until it was made.</summary>
    [Id(9)] public string? PosterUrl { get; init; }

    /// <summary>Presets of its outputs, in order.</summary>
    [Id(10)] public IReadOnlyList<string> Presets { get; init; } = [];

    /// <summary>Shots of its cut.</summary>
    [Id(11)] public int Shots { get; init; }
}

/// <summary>A job whole.</summary>
[GenerateSerializer, Immutable, Alias("Job")]
public sealed record JobDetails(
    [property: Id(0)] string Id,
    [property: Id(1)] JobType Type,
    [property: Id(2)] JobStatus Status,
    [property: Id(3)] string ProjectId,
    [property: Id(4)] string Title,
    [property: Id(5)] DateTimeOffset CreatedAt,
    [property: Id(6)] DateTimeOffset? StartedAt,
    [property: Id(7)] DateTimeOffset? EndedAt,
    [property: Id(8)] int Priority,
    [property: Id(9)] int Attempt,
    [property: Id(10)] JobSpec Spec,
    [property: Id(11)] IReadOnlyList<StepInfo> Steps,
    [property: Id(12)] IReadOnlyList<OutputInfo> Outputs,
    [property: Id(13)] ProgressUpdate Progress)
{
    /// <summary>What was tried again, and why; newest last, at most 50.</summary>
    [Id(14)] public IReadOnlyList<SetbackInfo> Setbacks { get; init; } = [];

    /// <summary>What happened to the job; newest last, at most 200.</summary>
    [Id(15)] public IReadOnlyList<LogEntry> Log { get; init; } = [];
}

/// <summary>A page of a list; <paramref name="NextCursor"/> is null on the last.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Something that people may want to be told: the end of a job.</summary>
[GenerateSerializer, Immutable, Alias("NotificationEvent")]
public sealed record NotificationEvent(
    [property: Id(0)] string Id,
    [property: Id(1)] string Event,
    [property: Id(2)] string JobId,
    [property: Id(3)] string ProjectId,
    [property: Id(4)] string Title,
    [property: Id(5)] string Message,
    [property: Id(6)] DateTimeOffset At);

/// <summary>An output format that can be asked for.</summary>
public sealed record PresetInfo(string Name, string Description, string Container, string VideoCodec, string AudioCodec, int MaxWidth, int MaxHeight, string MediaType, string Extension);

/// <summary>A project and its films.</summary>
/// <param name="Jobs">How many jobs it has.</param>
[GenerateSerializer, Immutable, Alias("Project")]
public sealed record ProjectInfo(
    [property: Id(0)] string Id,
    [property: Id(1)] DateTimeOffset CreatedAt,
    [property: Id(2)] DateTimeOffset UpdatedAt,
    [property: Id(3)] IReadOnlyList<ProjectFilm> Films,
    [property: Id(4)] int Jobs = 0);

[GenerateSerializer, Immutable, Alias("ProjectFilm")]
public sealed record ProjectFilm(
    [property: Id(0)] string JobId,
    [property: Id(1)] JobType Type,
    [property: Id(2)] string Title,
    [property: Id(3)] DateTimeOffset FinishedAt,
    [property: Id(4)] double DurationSeconds,
    [property: Id(5)] IReadOnlyList<string> Files);

/// <summary>A file below <c>sources/</c>.</summary>
public sealed record SourceFile(string Path, long Bytes, DateTimeOffset ModifiedAt);
