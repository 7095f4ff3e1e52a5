using System.Collections.Immutable;

namespace OrleansAssembly.Jobs;

/// <summary>What finished encoding pieces cost against what was predicted: sums, all and by output and source, so that nothing needs to be kept of a single piece.</summary>
/// <param name="Pieces">How many.</param>
/// <param name="Predicted">Predicted CPU seconds.</param>
/// <param name="Cpu">True CPU seconds.</param>
/// <param name="Wall">Seconds that they held their slots, pauses excluded.</param>
/// <param name="Cells">The same by output and source; null in records of older versions.</param>
public sealed record CostRecord(int Pieces, double Predicted, double Cpu, double Wall, ImmutableList<CostCell>? Cells = null)
{
    /// <summary>Below this a CPU time says little: the kernel counts in hundredths of a second.</summary>
    private const double Least = 0.02;

    public static CostRecord None { get; } = new(0, 0, 0, 0);

    /// <summary>The record with one more piece.</summary>
    public CostRecord Add(EncodePiece piece, double cpu, double wall)
    {
        var residual = Math.Log(Math.Max(Least, cpu) / Math.Max(Least, piece.Cost));
        var cells = Cells ?? [];
        var at = cells.FindIndex(cell => cell.Output == piece.Output && cell.Source == piece.Source);
        var cell = at < 0 ? new CostCell(piece.Output, piece.Source, 0, 0, 0) : cells[at];
        cell = cell with
        {
            Pieces = cell.Pieces + 1,
            Sum = Math.Round(cell.Sum + residual, 4),
            Squares = Math.Round(cell.Squares + (residual * residual), 4),
        };
        return new CostRecord(Pieces + 1, Predicted + piece.Cost, Cpu + cpu, Wall + wall, at < 0 ? cells.Add(cell) : cells.SetItem(at, cell));
    }
}

/// <summary>Finished pieces of one output from one source.</summary>
/// <param name="Output">Place in the job's outputs.</param>
/// <param name="Source">Place in <see cref="WorkPlan.Sources"/>.</param>
/// <param name="Pieces">How many.</param>
/// <param name="Sum">Sum of ln(true / predicted CPU seconds).</param>
/// <param name="Squares">Sum of its squares.</param>
public sealed record CostCell(int Output, int Source, int Pieces, double Sum, double Squares);

/// <summary>What the finished pieces of a stage cost.</summary>
/// <param name="Stage">Which.</param>
/// <param name="Pieces">How many.</param>
/// <param name="Wall">Seconds that they held their slots, pauses excluded.</param>
public sealed record StageCost(Stage Stage, int Pieces, double Wall);
