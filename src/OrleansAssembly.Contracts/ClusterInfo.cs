using OrleansAssembly.Jobs;

namespace OrleansAssembly.Contracts;

/// <summary>The silos, their encoder slots and what runs on them.</summary>
/// <param name="Silos">All that are members, in order of their names.</param>
/// <param name="WaitingJobs">Jobs that want a slot and hold none.</param>
[GenerateSerializer, Immutable, Alias("Cluster")]
public sealed record ClusterInfo([property: Id(0)] IReadOnlyList<SiloInfo> Silos, [property: Id(1)] int WaitingJobs)
{
    /// <summary>How the store is, as the server sees it that was asked.</summary>
    [Id(2)] public StoreInfo Store { get; init; } = StoreInfo.Unknown;

    /// <summary>Encoder slots of all silos; those that drain have none.</summary>
    [Id(3)] public int Slots { get; init; }

    /// <summary>Slots in which something runs.</summary>
    [Id(4)] public int BusySlots { get; init; }
}

/// <summary>How the store is.</summary>
/// <param name="Kind"><c>redis</c>, or <c>embedded</c> for the store inside the process.</param>
/// <param name="Healthy">It answers.</param>
/// <param name="LatencyMs">How long its last answer took, milliseconds; null where none has come yet, or none comes.</param>
[GenerateSerializer, Immutable, Alias("StoreInfo")]
public sealed record StoreInfo([property: Id(0)] StoreKind Kind, [property: Id(1)] bool Healthy, [property: Id(2)] double? LatencyMs)
{
    internal static StoreInfo Unknown { get; } = new(StoreKind.Redis, false, null);
}

public enum StoreKind
{
    Redis,
    Embedded,
}

/// <summary>What a silo does.</summary>
public enum SiloRole
{
    Frontend,
    Encoder,
    Both,
}

/// <summary>A silo.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it is in the cluster.</param>
/// <param name="Slots">Pieces of work that it runs at a time; 0 where it does not encode.</param>
/// <param name="Running">What it runs.</param>
/// <param name="Draining">It takes no new work and leaves when what it runs has ended.</param>
[GenerateSerializer, Immutable, Alias("Silo")]
public sealed record SiloInfo(
    [property: Id(0)] string Name,
    [property: Id(1)] string Address,
    [property: Id(2)] int Slots,
    [property: Id(3)] IReadOnlyList<SlotInfo> Running,
    [property: Id(4)] bool Draining)
{
    [Id(5)] public SiloRole Role { get; init; } = SiloRole.Both;

    /// <summary>When it started; null where it has not told yet.</summary>
    [Id(6)] public DateTimeOffset? Since { get; init; }

    /// <summary>Version of its program; null where it has not told yet.</summary>
    [Id(7)] public string? Version { get; init; }
}

/// <summary>A slot in which something runs.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Piece">The piece of work in a word and its number: <c>Encode 14</c>.</param>
[GenerateSerializer, Immutable, Alias("Slot")]
public sealed record SlotInfo([property: Id(0)] string JobId, [property: Id(1)] string Piece)
{
    /// <summary>Title of the job; null where the silo has not told it.</summary>
    [Id(2)] public string? Title { get; init; }

    /// <summary>The job's step that the piece belongs to.</summary>
    [Id(3)] public string? Step { get; init; }

    /// <summary>The kind of work.</summary>
    [Id(4)] public Stage? Stage { get; init; }

    /// <summary>How much of the piece is done, 0 to 1.</summary>
    [Id(5)] public double? Fraction { get; init; }

    /// <summary>How long it runs, pauses excluded, seconds.</summary>
    [Id(6)] public double? Seconds { get; init; }

    /// <summary>Priority of the job, 0 to 100; null where the scheduler does not know it yet.</summary>
    [Id(7)] public int? Priority { get; init; }
}

/// <summary>How many jobs there are of each status.</summary>
public sealed record JobCounts(int Pending, int Running, int Paused, int Completed, int Failed, int Cancelled);

/// <summary>All jobs in numbers.</summary>
/// <param name="Counts">Jobs by status.</param>
/// <param name="Slots">Encoder slots of the cluster.</param>
/// <param name="BusySlots">Slots that are lent.</param>
/// <param name="SecondsToEmpty">Until everything that runs or waits is done; 0 where nothing does, null where nobody can tell, since no slots are there.</param>
/// <param name="EmptyAt">The same as an instant; null where nothing is to be waited for.</param>
public sealed record QueueInfo(JobCounts Counts, int Slots, int BusySlots, double? SecondsToEmpty, DateTimeOffset? EmptyAt);

/// <summary>What the scheduler knows of the queue.</summary>
[GenerateSerializer, Immutable, Alias("QueueOutlook")]
public sealed record QueueOutlook([property: Id(0)] int Slots, [property: Id(1)] int BusySlots, [property: Id(2)] double? SecondsToEmpty);
