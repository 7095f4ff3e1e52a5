namespace OrleansAssembly.Jobs;

/// <summary>Sums over the encoding pieces that are not finished, in CPU seconds: cheap enough to be made again at each report of thousands of pieces.</summary>
internal sealed class EncodeTally
{
    /// <summary>So many of the last pieces are scheduled one by one; of those before only the sum counts.</summary>
    private const int Exact = 48;

    private readonly EncodeModel _model;
    private readonly double[] _bySource;
    private readonly double[] _byOutput;
    private double _alone;

    public EncodeTally(WorkPlan plan, JobState state, EncodeModel model)
    {
        _model = model;
        var sources = Math.Max(1, plan.Sources?.Count ?? 1);
        (_bySource, _byOutput) = (new double[sources], new double[Math.Max(1, state.Outputs)]);
        var factors = new double[_byOutput.Length * sources];
        var encoding = state.Stage == Stage.Encode;
        var taken = encoding ? state.Running.Aggregate(state.Done, (set, piece) => set.Add(piece.Index)) : IndexSet.Empty;
        var (left, alone) = (new double[factors.Length], new double[factors.Length]);

        // In the order of work: once only the last few are open, each is listed.
        Open = plan.Encode.Count - taken.Count;
        var (tail, seen) = (new List<double>(), 0);
        for (var index = taken.NextMissing(0); index < plan.Encode.Count; index = taken.NextMissing(index + 1))
        {
            if (index < state.MadeBefore && state.Cost.Pieces == 0)
            {
                Found++;
                seen++;
                continue;
            }

            var piece = plan.Encode[index];
            var at = (Math.Min(piece.Output, _byOutput.Length - 1) * sources) + (piece.Source % sources);
            var factor = factors[at] == 0 ? factors[at] = model.Factor(piece.Output, piece.Source) : factors[at];
            var cost = piece.Cost * factor;
            left[at] += cost;
            alone[at] += cost * cost;
            if (Open - seen++ <= Exact)
            {
                tail.Add(cost);
            }
            else
            {
                Bulk += cost;
            }
        }

        Tail = tail;
        _alone = alone.Sum() * model.Spread;
        for (var at = 0; at < left.Length; at++)
        {
            Count(at / sources, at % sources, left[at]);
        }
    }

    /// <summary>Pieces that are neither finished nor given out.</summary>
    public int Open { get; }

    /// <summary>Of them, those that an earlier attempt made.</summary>
    public int Found { get; }

    /// <summary>CPU seconds of all but the last of them.</summary>
    public double Bulk { get; }

    /// <summary>CPU seconds of each of the last of them, in the order of work.</summary>
    public IReadOnlyList<double> Tail { get; }

    public double Total { get; private set; }

    /// <summary>Variance of <see cref="Total"/>: errors of the job, of each format and of each source are common to their pieces, the rest is each piece's own.</summary>
    public double Variance => _alone
        + (Total * Total * _model.CommonVarianceLeft)
        + _byOutput.Select((cost, output) => cost * cost * _model.FormatVarianceLeft(output)).Sum()
        + _bySource.Select((cost, source) => cost * cost * _model.SourceVarianceLeft(source)).Sum();

    /// <summary>Counts what is left of a piece at work.</summary>
    public void Add(EncodePiece piece, double left, double variance)
    {
        _alone += left * left * variance;
        Count(Math.Min(piece.Output, _byOutput.Length - 1), piece.Source % _bySource.Length, left);
    }

    private void Count(int output, int source, double cost)
    {
        Total += cost;
        _byOutput[output] += cost;
        _bySource[source] += cost;
    }
}
