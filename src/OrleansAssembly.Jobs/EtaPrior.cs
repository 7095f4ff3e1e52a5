using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrleansAssembly.Jobs;

/// <summary>
/// What earlier jobs on one kind of machine have taught: how far the built-in guesses are from the truth. Everything is in natural logarithms of true over guessed,
/// so that an empty prior believes the guesses. Old jobs are slowly forgotten.
/// </summary>
/// <param name="Formats">By preset: encoding.</param>
/// <param name="Stages">By stage: the wall seconds of all its pieces.</param>
/// <param name="Utilisation">CPU seconds for each second that an encoding piece holds its slot.</param>
/// <param name="Encoding">Encoding in whatever format: what one teaches holds for another that has not been seen yet.</param>
/// <param name="Sources">By <see cref="SourceTraits.Key"/>: how much dearer a source is than its features let expect. Films are cut again and again from the same shots.</param>
public sealed record EtaPrior(
    ImmutableDictionary<string, FormatPrior> Formats,
    ImmutableDictionary<Stage, MeanPrior> Stages,
    MeanPrior Utilisation,
    MeanPrior Encoding,
    ImmutableDictionary<string, SourcePrior> Sources)
{
    /// <summary>Sources that are remembered, the last seen.</summary>
    private const int MostSources = 300;

    /// <summary>What a piece does not spend on the processor: starting, checking, and waiting for it where the machine has other work.</summary>
    internal const double UsualUtilisation = 0.93;

    /// <summary>A stage's cost from one job to the next, standard deviation of its logarithm.</summary>
    internal const double StageSpread = 0.25;

    /// <summary>A fresh install.</summary>
    public static EtaPrior Empty { get; } = new(ImmutableDictionary<string, FormatPrior>.Empty, ImmutableDictionary<Stage, MeanPrior>.Empty, MeanPrior.None, MeanPrior.None, ImmutableDictionary<string, SourcePrior>.Empty);

    /// <summary>False for what another version, or an accident, has written.</summary>
    [JsonIgnore]
    public bool IsWhole => Formats is not null && Stages is not null && Utilisation is not null && Encoding is not null && Sources is not null && Formats.Values.All(format => format is { Squares.Count: 10, Products.Count: 4 });

    /// <summary>The prior with what a completed job cost.</summary>
    /// <param name="job">It has its plan.</param>
    /// <param name="presets">Of its outputs, in order.</param>
    public EtaPrior Learn(JobState job, IReadOnlyList<string> presets)
    {
        var formats = Formats;
        foreach (var output in (job.Cost.Cells ?? []).GroupBy(cell => cell.Output).Where(output => output.Key < presets.Count))
        {
            var known = formats.GetValueOrDefault(presets[output.Key]) ?? FormatPrior.None;
            formats = formats.SetItem(presets[output.Key], known.Learn(output.Select(cell => (Features(job.Plan, cell.Output, cell.Source), cell.Pieces, cell.Sum / cell.Pieces))));
        }

        var sources = LearnSources(job, presets, formats);
        var guess = new StageGuess(job);
        var stages = job.Stages.Where(cost => cost.Stage != Stage.Encode && cost.Wall > 0).Aggregate(Stages, (all, cost) => all.SetItem(
            cost.Stage,
            (all.GetValueOrDefault(cost.Stage) ?? MeanPrior.None).Learn(Math.Log(cost.Wall / (cost.Pieces * guess.PieceSeconds(cost.Stage))))));
        return job.Cost is { Cpu: > 1, Wall: > 1, Predicted: > 0 } cost
            ? new EtaPrior(formats, stages, Utilisation.Learn(Math.Log(cost.Cpu / cost.Wall / UsualUtilisation)), Encoding.Learn(Math.Log(cost.Cpu / cost.Predicted)), sources)
            : this with { Formats = formats, Stages = stages, Sources = sources };
    }

    /// <summary>What is left of each source's cost when its features, and what this job's sources have in common, have explained what they can.</summary>
    private ImmutableDictionary<string, SourcePrior> LearnSources(JobState job, IReadOnlyList<string> presets, ImmutableDictionary<string, FormatPrior> formats)
    {
        var left = (job.Cost.Cells ?? []).Where(cell => cell.Output < presets.Count).GroupBy(cell => TraitsOf(job.Plan, cell.Source)?.Key).Where(source => source.Key is not null).Select(source => (
            Key: source.Key!,
            Known: Sources.GetValueOrDefault(source.Key!) ?? SourcePrior.None,
            Mean: source.Sum(cell => cell.Sum - (cell.Pieces * formats[presets[cell.Output]].Predict(Features(job.Plan, cell.Output, cell.Source), Encoding.Mean).Mean)) / source.Sum(cell => cell.Pieces))).ToList();
        var weights = left.Sum(source => 1 / source.Known.Variance);
        var common = left.Sum(source => (source.Mean - source.Known.Mean) / source.Known.Variance) / (weights + (1 / SpeedVariance));
        var known = Sources.SetItems(left.Select(source => KeyValuePair.Create(source.Key, source.Known.Learn(source.Mean - common, job.EndedAt ?? job.CreatedAt))));
        return known.Count <= MostSources ? known : known.RemoveRange(known.OrderBy(source => source.Value.Seen).Take(known.Count - MostSources).Select(source => source.Key));
    }

    /// <summary>What to expect of a piece from a source, and the variance of the format's part of that.</summary>
    internal (double Mean, double Variance) Expect(FormatPrior format, WorkPlan? plan, int output, int source)
    {
        var (mean, variance) = format.Predict(Features(plan, output, source), Encoding.Mean);
        return (mean + Of(plan, source).Mean, variance);
    }

    /// <summary>What is known of a format.</summary>
    internal FormatPrior Of(string preset) => Formats.GetValueOrDefault(preset) ?? FormatPrior.None;

    /// <summary>What is known of a source of a plan.</summary>
    internal SourcePrior Of(WorkPlan? plan, int source) => (TraitsOf(plan, source) is { } traits ? Sources.GetValueOrDefault(traits.Key) : null) ?? SourcePrior.None;

    /// <summary>How far a job may differ, all of it, from what is usual on the machine: variance of its logarithm.</summary>
    internal double SpeedVariance => CommonVariance(load: 0.12, machine: 0.5);

    /// <summary>Variance that is left of something common to all of a job when the machine has done this many: first not even the machine is known, then only its load differs.</summary>
    /// <param name="load">Standard deviation from job to job.</param>
    /// <param name="machine">From machine to machine.</param>
    internal double CommonVariance(double load, double machine) => (load * load) + (machine * machine / (1 + (4 * Utilisation.Jobs)));

    /// <summary>What of a piece is known before it starts, beyond what the built-in guess makes of it: each near 0 for usual pictures.</summary>
    internal static double[] Features(WorkPlan? plan, int output, int source)
    {
        var traits = TraitsOf(plan, source);
        var pixels = plan?.Pixels is { } all && output < all.Count ? all[output] : 0;
        return
        [
            1,
            traits is { Bytes: > 0, Pixels: > 0 } ? About(8 * traits.Bytes / traits.Pixels / 0.1) : 0,
            pixels > 0 ? About(pixels / 5e5) : 0,
            traits is { Pixels: > 0 } ? About(traits.Pixels / 1e6) : 0,
        ];

        static double About(double ratio) => Math.Clamp(Math.Log(ratio), -3, 3);
    }

    private static SourceTraits? TraitsOf(WorkPlan? plan, int source) => plan?.Sources is { } sources && source < sources.Count ? sources[source] : null;
}

/// <summary>How much dearer one source is than its features let expect: a mean over jobs, in logarithms.</summary>
/// <param name="Jobs">How many have used it, at most <see cref="Most"/>: it is forgotten as slowly.</param>
/// <param name="Sum">Of what was left of its cost.</param>
/// <param name="Seen">When one last did.</param>
public sealed record SourcePrior(double Jobs, double Sum, DateTimeOffset Seen)
{
    private const double Most = 10;

    /// <summary>How far one job's mean over a source may be off, against how far sources differ: variances.</summary>
    private const double Noise = 0.1 * 0.1 / EncodeModel.UnknownSourceVariance;

    public static SourcePrior None { get; } = new(0, 0, default);

    /// <summary>The shrunk mean.</summary>
    [JsonIgnore]
    public double Mean => Sum / (Jobs + Noise);

    /// <summary>How far the source may differ from it: variance.</summary>
    [JsonIgnore]
    public double Variance => EncodeModel.UnknownSourceVariance * Noise / (Jobs + Noise);

    public SourcePrior Learn(double left, DateTimeOffset at)
    {
        var keep = Math.Min(1, (Most - 1) / Math.Max(1, Jobs));
        return new SourcePrior(Math.Round((keep * Jobs) + 1, 4), Math.Round((keep * Sum) + Math.Clamp(left, -3, 3), 4), at);
    }
}

/// <summary>A mean that is learned from job to job, shrunk towards 0 while few have been seen.</summary>
/// <param name="Jobs">Discounted number of jobs.</param>
/// <param name="Sum">Discounted sum.</param>
public sealed record MeanPrior(double Jobs, double Sum)
{
    private const double Memory = 0.97; // of about 30 jobs

    public static MeanPrior None { get; } = new(0, 0);

    /// <summary>The built-in guess counts as so many jobs: machines differ more than what one of them does from job to job.</summary>
    private const double Guess = 0.35;

    /// <summary>The shrunk mean.</summary>
    [JsonIgnore]
    public double Mean => Sum / (Jobs + Guess);

    /// <summary>How far the mean may be off: variance.</summary>
    [JsonIgnore]
    public double Variance => EtaPrior.StageSpread * EtaPrior.StageSpread / (Jobs + Guess);

    public MeanPrior Learn(double value) => new((Memory * Jobs) + 1, (Memory * Sum) + Math.Clamp(value, -3, 3));
}

/// <summary>Ridge regression of ln(true / guessed CPU seconds) on four features, as the sums of its normal equations. Hoerl and Kennard, "Ridge Regression" (1970).</summary>
/// <param name="Squares">XᵀWX, upper triangle by rows: 10 numbers.</param>
/// <param name="Products">XᵀWy: 4 numbers.</param>
public sealed record FormatPrior(IReadOnlyList<double> Squares, IReadOnlyList<double> Products)
{
    private const int Size = 4;
    private const double Memory = 0.97;

    /// <summary>What is known of the coefficients before any job: 1 over their variances. The guess of a format may be off by a third, its slopes hardly: it has them built in.</summary>
    private static readonly double[] Ridge = [1 / 0.09, 1 / 0.005, 1 / 0.005, 1 / 0.005];

    public static FormatPrior None { get; } = new(new double[10], new double[Size]);

    /// <param name="seen">For each kind of piece its features, how many there were, and their mean.</param>
    public FormatPrior Learn(IEnumerable<(double[] Features, int Pieces, double Mean)> seen)
    {
        var kinds = seen.ToList();
        var most = 2 / (0.2 * 0.2) / Math.Max(1, kinds.Count); // pieces of one job are alike in what only that job has: together they say no more than that
        var old = new FormatPrior([.. Squares.Select(value => value * Memory)], [.. Products.Select(value => value * Memory)]);
        var learned = old.With(kinds.Select(kind => (kind.Features, Math.Min(most, 1 / (EncodeModel.UnknownSourceVariance + (EncodeModel.PieceVariance / kind.Pieces))), kind.Mean)));
        return new FormatPrior([.. learned.Squares.Select(value => Math.Round(value, 6))], [.. learned.Products.Select(value => Math.Round(value, 6))]);
    }

    /// <param name="seen">Features of what was seen, its weight (1 over its variance), and ln(true / guessed).</param>
    internal FormatPrior With(IEnumerable<(double[] Features, double Weight, double Mean)> seen)
    {
        var (squares, products) = (Squares.ToArray(), Products.ToArray());
        foreach (var (x, weight, mean) in seen)
        {
            for (int row = 0, at = 0; row < Size; row++)
            {
                products[row] += weight * x[row] * Math.Clamp(mean, -3, 3);
                for (var column = row; column < Size; column++)
                {
                    squares[at++] += weight * x[row] * x[column];
                }
            }
        }

        return new FormatPrior(squares, products);
    }

    /// <summary>What to expect of a piece with these features, and the variance of that.</summary>
    /// <param name="towards">What is expected of a format of which nothing is known.</param>
    public (double Mean, double Variance) Predict(double[] features, double towards)
    {
        var rows = new double[Size][];
        for (int row = 0, at = 0; row < Size; row++)
        {
            rows[row] ??= new double[Size + 2];
            for (var column = row; column < Size; column++, at++)
            {
                (rows[column] ??= new double[Size + 2])[row] = Squares[at];
                rows[row][column] = Squares[at];
            }

            rows[row][row] += Ridge[row];
            (rows[row][Size], rows[row][Size + 1]) = (Products[row] + (row == 0 ? Ridge[0] * towards : 0), features[row]);
        }

        // Gauss's elimination without a search for the pivot: the matrix is positive definite.
        for (var pivot = 0; pivot < Size; pivot++)
        {
            foreach (var row in Enumerable.Range(0, Size).Where(row => row != pivot))
            {
                var factor = rows[row][pivot] / rows[pivot][pivot];
                for (var column = pivot; column < Size + 2; column++)
                {
                    rows[row][column] -= factor * rows[pivot][column];
                }
            }
        }

        var solved = rows.Select((row, index) => (Coefficient: row[Size] / row[index], Spread: row[Size + 1] / row[index])).ToArray();
        return (solved.Zip(features, (one, x) => one.Coefficient * x).Sum(), Math.Max(0, solved.Zip(features, (one, x) => one.Spread * x).Sum()));
    }
}
