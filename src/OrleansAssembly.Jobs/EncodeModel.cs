namespace OrleansAssembly.Jobs;

/// <summary>
/// Corrects the predicted cost of encoding pieces by what the finished ones cost. In logarithms a piece costs <c>guess + prior(format, features) + g + f + u + e</c>: what is
/// common to the job, to a format, to a source, and to the piece alone. The job's and the sources' effects are shrunk means of residuals (best linear unbiased prediction; Henderson,
/// Biometrics 31, 1975), the job's from means by source, since pieces of one source are alike, the sources' from what remains. A format's is its regression, learned on: black
/// pictures, far from all others in their features and the first to be done, say less of the rest. Effects of machines are left out: those that finished pieces do the rest.
/// </summary>
internal sealed class EncodeModel
{
    /// <summary>Of a source that no job has used before.</summary>
    internal const double UnknownSourceVariance = 0.35 * 0.35;
    internal const double PieceVariance = 0.15 * 0.15;

    /// <summary>Of a source whose cost is known from other formats only.</summary>
    private const double ForeignVariance = 0.2 * 0.2;

    /// <summary>So many pieces the assumed spread counts as, against the seen one.</summary>
    private const double SpreadPieces = 6;

    private readonly int _sources;
    private readonly double[] _means;
    private readonly double[] _sourceVariances;
    private readonly double[] _formatVariances;

    /// <param name="plan">What there is to do.</param>
    /// <param name="cost">What finished pieces cost.</param>
    /// <param name="running">What pieces at work are going to cost, as far as they tell it.</param>
    /// <param name="known">What earlier jobs cost.</param>
    /// <param name="formats">Presets of the outputs.</param>
    public EncodeModel(WorkPlan? plan, CostRecord cost, IEnumerable<Promise> running, EtaPrior known, IReadOnlyList<string> formats)
    {
        _sources = Math.Max(1, plan?.Sources?.Count ?? 1);
        var finished = (cost.Cells ?? []).Where(cell => cell.Output < formats.Count && cell.Source < _sources).ToList();
        var cells = finished.Select(cell => new Seen(cell.Output, cell.Source, cell.Pieces, cell.Sum))
            .Concat(running.Select(piece => new Seen(piece.Output, piece.Source % _sources, PieceVariance / (PieceVariance + piece.Variance), piece.Ratio * PieceVariance / (PieceVariance + piece.Variance))))
            .GroupBy(seen => (seen.Output, seen.Source), (cell, seen) => seen.Aggregate((one, other) => one with { Pieces = one.Pieces + other.Pieces, Sum = one.Sum + other.Sum })).ToList();
        _means = [.. formats.SelectMany((format, output) => Enumerable.Range(0, _sources).Select(source => known.Expect(known.Of(format), plan, output, source).Mean))];

        var foreign = formats.All(known.Formats.ContainsKey) ? 0 : ForeignVariance;
        _sourceVariances = [.. Enumerable.Range(0, _sources).Select(source => Math.Min(UnknownSourceVariance, known.Of(plan, source).Variance + foreign))];
        var weights = cells.Select(cell => 1 / (_sourceVariances[cell.Source] + (PieceVariance / cell.Pieces))).ToList();
        CommonVarianceLeft = 1 / (weights.Sum() + (1 / known.CommonVariance(load: 0.05, machine: 0.25)));
        var common = cells.Zip(weights, (cell, weight) => weight * ((cell.Sum / cell.Pieces) - _means[At(cell)])).Sum() * CommonVarianceLeft;

        _formatVariances = new double[formats.Count];
        for (var output = 0; output < formats.Count; output++)
        {
            var format = known.Of(formats[output]).With(cells.Zip(weights).Where(pair => pair.First.Output == output).Select(pair => (
                EtaPrior.Features(plan, output, pair.First.Source), pair.Second, (pair.First.Sum / pair.First.Pieces) - common - known.Of(plan, pair.First.Source).Mean)));
            for (var source = 0; source < _sources; source++)
            {
                var (mean, variance) = known.Expect(format, plan, output, source);
                _means[(output * _sources) + source] = mean + common;
                _formatVariances[output] += variance / _sources;
            }
        }

        foreach (var source in cells.GroupBy(cell => cell.Source))
        {
            var (pieces, variance) = (source.Sum(cell => cell.Pieces), _sourceVariances[source.Key]);
            var effect = source.Sum(cell => cell.Sum - (cell.Pieces * _means[At(cell)])) / (pieces + (PieceVariance / variance));
            _sourceVariances[source.Key] = 1 / ((pieces / PieceVariance) + (1 / variance));
            for (var index = source.Key; index < _means.Length; index += _sources)
            {
                _means[index] += effect;
            }
        }

        var squares = finished.Sum(cell => cell.Squares - (2 * Mean(cell) * cell.Sum) + (cell.Pieces * Mean(cell) * Mean(cell)));
        Spread = (Math.Max(0, squares) + (SpreadPieces * PieceVariance)) / (finished.Sum(cell => cell.Pieces) + SpreadPieces);

        double Mean(CostCell cell) => _means[(cell.Output * _sources) + cell.Source];
    }

    /// <summary>Variance of a piece around what is expected of its source and format.</summary>
    public double Spread { get; }

    /// <summary>Variance of what is common to all pieces, as far as it is not known yet.</summary>
    public double CommonVarianceLeft { get; }

    public double SourceVarianceLeft(int source) => _sourceVariances[source % _sources];

    public double FormatVarianceLeft(int output) => output < _formatVariances.Length ? _formatVariances[output] : 0;

    /// <summary>
    /// True over predicted cost that is to be expected of a piece. Pieces' own errors add up to their mean, <c>exp(m + v/2)</c>, and so in part do those of sources;
    /// what is common to all stays as likely above as below: its median is taken.
    /// </summary>
    public double Factor(int output, int source) => Math.Exp(
        _means[Math.Min(_means.Length - 1, (output * _sources) + (source % _sources))] + (Math.Min(0.5, Spread + (SourceVarianceLeft(source) / 2)) / 2));

    private int At(Seen cell) => (cell.Output * _sources) + cell.Source;

    /// <summary>What tells the cost of one output from one source; of a piece at work a part counts.</summary>
    private sealed record Seen(int Output, int Source, double Pieces, double Sum);
}

/// <summary>What a piece at work tells of its cost.</summary>
/// <param name="Output">Place in the job's outputs.</param>
/// <param name="Source">Place in <see cref="WorkPlan.Sources"/>.</param>
/// <param name="Ratio">ln(cost that it promises / predicted).</param>
/// <param name="Variance">Of the ratio.</param>
internal readonly record struct Promise(int Output, int Source, double Ratio, double Variance);
