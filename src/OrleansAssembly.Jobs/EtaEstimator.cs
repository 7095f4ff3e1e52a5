namespace OrleansAssembly.Jobs;

/// <summary>What is left to do, as running time.</summary>
/// <param name="Seconds">Estimate; 0 when ended.</param>
/// <param name="Low">Lower end of the interval that is meant to hold 8 times in 10.</param>
/// <param name="High">Upper end.</param>
/// <param name="Elapsed">Running time so far, seconds.</param>
public sealed record EtaEstimate(double Seconds, double Low, double High, double Elapsed)
{
    /// <summary>0 to 1: elapsed over elapsed and remaining.</summary>
    public double TimeFraction => Elapsed + Seconds <= 0 ? 0 : Elapsed / (Elapsed + Seconds);
}

/// <summary>Estimates the remaining running time from the predicted cost of the remaining pieces, corrected by what the finished ones really cost.</summary>
public static class EtaEstimator
{
    /// <summary>Standard deviation, in logarithms, of a prediction that nothing has corrected yet.</summary>
    private const double PriorSpread = 0.35;

    /// <summary>The same for a single piece around a corrected prediction.</summary>
    private const double PieceSpread = 0.25;

    /// <summary>Half-width of an 80 % interval in standard deviations.</summary>
    private const double Eighty = 1.28;

    /// <param name="state">The job.</param>
    /// <param name="slots">Slots that it can count on, at least 1.</param>
    /// <param name="now">The present.</param>
    public static EtaEstimate Estimate(JobState state, int slots, DateTimeOffset now)
    {
        var elapsed = state.ElapsedSeconds(now);
        if (state.Ended)
        {
            return new EtaEstimate(0, 0, 0, elapsed);
        }

        slots = Math.Max(1, slots);
        var encode = RemainingEncode(state, slots);
        var rest = RemainingOther(state, slots);
        var seconds = encode + rest;

        // Shrunk mean of residuals: after n pieces the common factor is known to s/√n, the prior counting as one observation.
        var n = state.Cost.Pieces;
        var common = PriorSpread / Math.Sqrt(1 + (n * PriorSpread * PriorSpread / (PieceSpread * PieceSpread)));
        var half = (Eighty * common * encode) + (0.3 * rest) + (0.03 * seconds);
        return new EtaEstimate(Math.Round(seconds, 1), Math.Round(Math.Max(0, seconds - half), 1), Math.Round(seconds + half, 1), elapsed);
    }

    private static double RemainingEncode(JobState state, int slots)
    {
        var position = StepList.Stages(state.Type).ToList().IndexOf(Stage.Encode);
        if (position < state.StagePosition)
        {
            return 0; // over, or the job has none (-1)
        }

        if (state.Plan is not { } plan)
        {
            // Before the plan nothing is known but how many sources and formats there are.
            return 10.0 * state.Sources * state.Outputs / slots;
        }

        var factor = Factor(state.Cost);
        var remaining = 0.0;
        var longest = 0.0;
        var encoding = state.Stage == Stage.Encode;
        for (var index = 0; index < plan.Encode.Count; index++)
        {
            if (encoding && state.Done.Contains(index))
            {
                continue;
            }

            var cost = plan.Encode[index].Cost * factor;
            var left = encoding && state.Running.FirstOrDefault(p => p.Index == index) is { } running
                ? Math.Max(cost * (1 - running.Fraction), 0.05 * cost)
                : cost;
            remaining += left;
            longest = Math.Max(longest, left);
        }

        var utilisation = state.Cost.Wall > 0 ? Math.Clamp(state.Cost.Cpu / state.Cost.Wall, 0.05, 1.5) : 0.9;
        return Math.Max(remaining / slots, longest) / utilisation;
    }

    /// <summary>True over predicted cost, shrunk towards 1 while few pieces are finished.</summary>
    private static double Factor(CostRecord cost)
    {
        if (cost.Pieces == 0 || cost.Predicted <= 0 || cost.Cpu <= 0)
        {
            return 1;
        }

        var weight = cost.Pieces / (cost.Pieces + (PieceSpread * PieceSpread / (PriorSpread * PriorSpread)));
        return Math.Exp(weight * Math.Log(cost.Cpu / cost.Predicted));
    }

    /// <summary>The stages but encoding, by rough costs per piece and per second of film.</summary>
    private static double RemainingOther(JobState state, int slots)
    {
        var stages = StepList.Stages(state.Type);
        var film = (state.Plan?.Frames ?? 24 * 5 * state.Sources) / 24.0;
        var seconds = 0.0;
        for (var position = state.StagePosition; position < stages.Count; position++)
        {
            var stage = stages[position];
            var pieces = Math.Max(1, state.PiecesOf(stage));
            var cost = stage switch
            {
                Stage.Probe => 0.3 * pieces / Math.Min(slots, pieces),
                Stage.Decode => 0.05 * film / Math.Min(slots, pieces),
                Stage.Sound => 0.02 * film / Math.Min(slots, pieces),
                Stage.Mix => 0.02 * film,
                Stage.Join => 0.3 + (0.01 * film * pieces / Math.Min(slots, pieces)),
                Stage.Verify => 0.3 + (0.12 * film * pieces / Math.Min(slots, pieces)),
                Stage.Preview => 1 + (0.05 * film),
                Stage.Encode => 0,
                _ => 0.05,
            };
            if (position == state.StagePosition && pieces > 0)
            {
                var done = state.Done.Count + state.Running.Sum(p => p.Fraction);
                cost *= Math.Max(0.02, 1 - (done / pieces));
            }

            seconds += cost;
        }

        return seconds;
    }
}
