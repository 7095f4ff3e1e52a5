using OrleansAssembly.Jobs;

namespace OrleansAssembly.Contracts;

/// <summary>The right to run one piece of work on a silo.</summary>
[GenerateSerializer, Immutable, Alias("Lease")]
public sealed record Lease([property: Id(0)] Guid Id, [property: Id(1)] string Silo);

/// <summary>How many slots a job wants, those that it holds included.</summary>
/// <param name="Avoid">Addresses of silos that it would rather not get, since a piece failed there; null for none. Taken all the same where no other lends.</param>
/// <param name="Work">Seconds of a slot that the job still needs, 0 where it cannot tell: for the forecast of when others begin.</param>
/// <param name="Stands">It is paused: what it holds stands still for that long.</param>
[GenerateSerializer, Immutable, Alias("SlotDemand")]
public sealed record SlotDemand(
    [property: Id(0)] string JobId,
    [property: Id(1)] string Owner,
    [property: Id(2)] int Priority,
    [property: Id(3)] int Wanted,
    [property: Id(4)] IReadOnlyList<Lease> Held,
    [property: Id(5)] IReadOnlyList<string>? Avoid = null,
    [property: Id(6)] double Work = 0,
    [property: Id(7)] bool Stands = false);

/// <summary>What a silo has and runs.</summary>
/// <param name="Draining">It takes no new work: what it runs may end. Never taken back.</param>
/// <param name="Machine">What kind of machine it is on, in words that are the same for the same kind.</param>
[GenerateSerializer, Immutable, Alias("SiloReport")]
public sealed record SiloReport(
    [property: Id(0)] string Silo,
    [property: Id(1)] string Name,
    [property: Id(2)] int Slots,
    [property: Id(3)] IReadOnlyList<RunningLease> Running,
    [property: Id(4)] bool Draining = false,
    [property: Id(5)] string Machine = "");

[GenerateSerializer, Immutable, Alias("RunningLease")]
public sealed record RunningLease([property: Id(0)] Guid LeaseId, [property: Id(1)] string JobId, [property: Id(2)] string Piece)
{
    // For those who look at the cluster; see SlotInfo.
    [Id(3)] public string? Title { get; init; }
    [Id(4)] public string? Step { get; init; }
    [Id(5)] public Stage? Stage { get; init; }
    [Id(6)] public double? Fraction { get; init; }
    [Id(7)] public double? Seconds { get; init; }
}

/// <summary>A piece of work to do: what the stream brings to an encoding grain. <paramref name="Detail"/> says which segment, where one is to be encoded; one that is <paramref name="Held"/> stands still, since its job is paused.</summary>
[GenerateSerializer, Immutable, Alias("PieceRequest")]
public sealed record PieceRequest(
    [property: Id(0)] PieceId Piece,
    [property: Id(1)] Lease Lease,
    [property: Id(2)] JobHeader Job,
    [property: Id(3)] EncodePiece? Detail = null,
    [property: Id(4)] bool Held = false);

/// <summary>Where a piece of work is; without a report nobody works on it, because the silo that was to do so is gone.</summary>
[GenerateSerializer, Immutable, Alias("PieceAnswer")]
public sealed record PieceAnswer([property: Id(0)] PieceReport? Report);

/// <summary>
/// How far a piece at work is, with nothing else: a <see cref="PieceReport"/> that is sent ten times a second by each of a thousand pieces, so it is written field by field,
/// not as JSON like the records of the pure rooms, and handed on within a silo as it is.
/// </summary>
[GenerateSerializer, Immutable, Alias("PieceNumbers")]
public sealed record PieceNumbers(
    [property: Id(0)] string JobId,
    [property: Id(1)] int Stage,
    [property: Id(2)] int Index,
    [property: Id(3)] int Attempt,
    [property: Id(4)] Guid LeaseId,
    [property: Id(5)] long Number,
    [property: Id(6)] double Fraction,
    [property: Id(7)] double Amount,
    [property: Id(8)] double CpuSeconds,
    [property: Id(9)] double WallSeconds,
    [property: Id(10)] bool Held,
    [property: Id(11)] string Silo)
{
    /// <param name="report">Of a piece that is at work.</param>
    public static PieceNumbers Of(PieceReport report) => new(
        report.Piece.JobId, (int)report.Piece.Stage, report.Piece.Index, report.Piece.Attempt, report.LeaseId, report.Number,
        report.Fraction, report.Amount, report.CpuSeconds, report.WallSeconds, report.Held, report.Silo);

    public PieceReport ToReport() => new(
        new PieceId(JobId, (Stage)Stage, Index, Attempt), LeaseId, Number, PieceState.Running, Fraction, Amount, CpuSeconds, WallSeconds, Held: Held, Silo: Silo);
}

/// <summary>What every piece of work needs to know of its job.</summary>
[GenerateSerializer, Immutable, Alias("JobHeader")]
public sealed record JobHeader(
    [property: Id(0)] string JobId,
    [property: Id(1)] JobType Type,
    [property: Id(2)] string ProjectId,
    [property: Id(3)] string Title,
    [property: Id(4)] string? SourceJobId,
    [property: Id(5)] IReadOnlyList<string> Presets);
