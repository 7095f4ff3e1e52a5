namespace OrleansAssembly.Jobs;

/// <summary>How far a segment of an output is.</summary>
public enum SegmentStatus
{
    /// <summary>Nobody works on it now.</summary>
    Waiting,

    Running,

    Done,
}

/// <summary>One segment of one output, as people see it.</summary>
/// <param name="Index">0-based place in the film.</param>
/// <param name="Output">0-based place in the job's outputs.</param>
/// <param name="StartFrame">First frame of the film in it.</param>
/// <param name="EndFrame">First frame of the film not in it.</param>
/// <param name="Fraction">0 to 1.</param>
/// <param name="Tries">How often it was begun again in this attempt; 0 at the first try.</param>
/// <param name="Silo">Who encodes it, or has; null where nobody has.</param>
public sealed record SegmentCell(int Index, int Output, long StartFrame, long EndFrame, SegmentStatus Status, double Fraction, int Tries, string? Silo);

/// <summary>The segment map of a job: a pure view of its state.</summary>
public static class SegmentCells
{
    /// <summary>Every segment of every output, by output and then by place in the film; empty before the plan is made, and for jobs that encode nothing.</summary>
    public static IReadOnlyList<SegmentCell> Of(JobState state)
    {
        var stages = StepList.Stages(state.Type);
        var encode = stages.ToList().IndexOf(Stage.Encode);
        if (state.Plan is not { } plan || encode < 0)
        {
            return [];
        }

        var (now, past) = (state.StagePosition == encode, state.StagePosition > encode);
        var running = now ? state.Running.ToDictionary(piece => piece.Index) : [];
        var tries = state.History.Where(setback => setback.Stage == Stage.Encode && setback.Attempt == state.Attempt).CountBy(setback => setback.Index).ToDictionary();
        var starts = new Dictionary<int, long>();
        var cells = new List<SegmentCell>(plan.Encode.Count);
        foreach (var (piece, place) in plan.Encode.Select((piece, place) => (piece, place)).OrderBy(entry => entry.piece.Output).ThenBy(entry => entry.piece.Segment))
        {
            // The segments of an output follow one another without a gap.
            var start = starts.GetValueOrDefault(piece.Output);
            var end = starts[piece.Output] = start + piece.Frames;
            var again = tries.GetValueOrDefault(place);
            cells.Add(past || (now && state.Done.Contains(place))
                ? Cell(SegmentStatus.Done, 1, state.MadeBy.FirstOrDefault(made => made.Value.Contains(place)).Key)
                : running.TryGetValue(place, out var at)
                    ? Cell(SegmentStatus.Running, Math.Round(at.Fraction, 4), at.Silo)
                    : Cell(SegmentStatus.Waiting, 0, null));

            SegmentCell Cell(SegmentStatus status, double fraction, string? silo) => new(piece.Segment, piece.Output, start, end, status, fraction, again, silo);
        }

        return cells;
    }
}
