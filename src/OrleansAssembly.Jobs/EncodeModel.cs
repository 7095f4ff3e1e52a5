namespace OrleansAssembly.Jobs;

/// <summary>
/// Corrects the predicted cost of encoding pieces by what the finished ones cost. In logarithms a piece costs <c>guess + prior(format, features) + g + f + u + e</c>: what is
/// common to the job, to a format, to a source, and to the piece alone. Each effect is a shrunk mean of residuals (best linear unbiased prediction; Henderson, Biometrics 31, 1975):
/// the job's and the formats' from means by source, since pieces of one source are alike; the sources' from what then remains. Effects of machines are left out:
/// the machines that finished pieces are those that do the rest.
/// </summary>
internal sealed class EncodeModel
{
    /// <summary>Of a source that no job has used before.</summary>
    internal const double UnknownSourceVariance = 0.35 * 0.35;
    internal const double PieceVariance = 0.15 * 0.15;

    /// <summary>Of a source whose cost is known from other formats only.</summary>
    private const double ForeignVariance = 0.2 * 0.2;

    /// <summary>Of a format from job to job, beyond what is not known of it yet.</summary>
    private const double FormatVariance = 0.05 * 0.05;

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
        var prior = formats.SelectMany((format, output) => Enumerable.Range(0, _sources).Select(source => known.Expect(plan, format, output, source))).ToArray();
        _means = [.. prior.Select(expected => expected.Mean)];

        var foreign = formats.All(known.Formats.ContainsKey) ? 0 : ForeignVariance;
        _sourceVariances = [.. Enumerable.Range(0, _sources).Select(source => Math.Min(UnknownSourceVariance, known.Of(plan, source).Variance + foreign))];
        var weights = cells.Select(cell => 1 / (_sourceVariances[cell.Source] + (PieceVariance / cell.Pieces))).ToList();
        CommonVarianceLeft = 1 / (weights.Sum() + (1 / known.CommonVariance(load: 0.05, machine: 0.25)));
        var common = cells.Zip(weights, (cell, weight) => weight * ((cell.Sum / cell.Pieces) - _means[At(cell)])).Sum() * CommonVarianceLeft;
        Shift(_ => true, common);

        _formatVariances = new double[formats.Count];
        for (var output = 0; output < formats.Count; output++)
        {
            var unsure = FormatVariance + Enumerable.Range(0, _sources).Average(source => prior[(output * _sources) + source].Variance);
            var own = cells.Zip(weights).Where(pair => pair.First.Output == output).ToList();
            _formatVariances[output] = 1 / (own.Sum(pair => pair.Second) + (1 / unsure));
            Shift(index => index / _sources == output, own.Sum(pair => pair.Second * ((pair.First.Sum / pair.First.Pieces) - _means[At(pair.First)])) * _formatVariances[output]);
        }

        foreach (var source in cells.GroupBy(cell => cell.Source))
        {
            var (pieces, variance) = (source.Sum(cell => cell.Pieces), _sourceVariances[source.Key]);
            var effect = source.Sum(cell => cell.Sum - (cell.Pieces * _means[At(cell)])) / (pieces + (PieceVariance / variance));
            _sourceVariances[source.Key] = 1 / ((pieces / PieceVariance) + (1 / variance));
            Shift(index => index % _sources == source.Key, effect);
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

    private void Shift(Predicate<int> where, double by)
    {
        for (var index = 0; index < _means.Length; index++)
        {
            _means[index] += where(index) ? by : 0;
        }
    }

    /// <summary>What tells the cost of one output from one source; of a piece at work a part counts.</summary>
    private sealed record Seen(int Output, int Source, double Pieces, double Sum);
}

/// <summary>What a piece at work tells of its cost.</summary>
/// <param name="Output">Place in the job's outputs.</param>
/// <param name="Source">Place in <see cref="WorkPlan.Sources"/>.</param>
/// <param name="Ratio">ln(cost that it promises / predicted).</param>
/// <param name="Variance">Of the ratio.</param>
internal readonly record struct Promise(int Output, int Source, double Ratio, double Variance);
