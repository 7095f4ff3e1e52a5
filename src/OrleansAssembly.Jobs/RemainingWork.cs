namespace OrleansAssembly.Jobs;

/// <summary>How long a job still runs, as seen from one state: expected value and variance, neither smoothed nor rounded.</summary>
/// <param name="Seconds">Running time, on the slots given.</param>
/// <param name="Variance">Of it, square seconds.</param>
/// <param name="SlotSeconds">The same work as seconds of a single slot.</param>
internal readonly record struct Remaining(double Seconds, double Variance, double SlotSeconds);

/// <summary>
/// The estimate itself. Every stage still to come is counted: encoding by <see cref="EncodeModel"/>, list-scheduled on the slots and divided by what a slot really yields;
/// the others by their usual cost, corrected by how fast this job's finished stages were.
/// </summary>
internal sealed class RemainingWork(JobState state, EtaPrior prior, IReadOnlyList<string> presets, double slots, SlotMeter meter)
{
    /// <summary>From the end of one piece to the start of the next: the report, the loan and the request are on their way.</summary>
    private const double Dispatch = 0.05;

    /// <summary>How exactly a piece at work tells how far it is: standard deviation, in logarithms, of the cost that its fraction promises when it is half done.</summary>
    private const double FractionSpread = 0.25;

    /// <summary>
    /// Encoders take pictures in long before they have done with them, and a child has opened and sought its source before the first: a twentieth of the work is done then, and at
    /// half the pictures a third; where each picture is encoded by itself, half. Share of the work = Before + (1 - Before) fraction^Ahead, fitted to 260 pieces in five formats.
    /// How exact that is, is <see cref="FractionSpread"/>, though pieces are off by less: the few at work are off together, and by up to a third in their first half where the source is large.
    /// Pieces differ most at their beginning, so it grows with (1 - share) / share.
    /// </summary>
    private static readonly (double Before, double Ahead) Inter = (0.05, 1.8);
    private static readonly (double Before, double Ahead) Intra = (0.03, 1);

    /// <summary>And at its end: a share is told now and then, so it is never quite of now. Variance.</summary>
    private const double EncodeLeast = 0.03;

    /// <summary>So exact a piece at work must be to tell what others of its source and format will cost: when about two thirds of it are done. Told sooner, it misled more than it helped. Variance.</summary>
    private const double Telling = 0.05;

    /// <summary>How far a finished film may differ from what the spec lets expect.</summary>
    private const double OutlineVariance = 0.3 * 0.3;

    /// <summary>How far the load of a machine that hardly comes to this job's work may swing, as a share of what is left.</summary>
    private const double BusySpread = 0.25;

    /// <summary>A piece found finished is only looked at.</summary>
    private const double Found = 0.15;

    private readonly StageGuess _guess = new(state);

    private double UsualUtilisation => EtaPrior.UsualUtilisation * Math.Exp(prior.Utilisation.Mean);

    public Remaining Estimate()
    {
        var (speed, speedVariance) = Speed();
        var stages = StepList.Stages(state.Type);
        var (seconds, independent, common, slotSeconds) = (0.0, 0.0, 0.0, 0.0);
        for (var position = state.StagePosition; position < stages.Count; position++)
        {
            if (stages[position] != Stage.Encode)
            {
                var (left, variance, work) = Other(stages[position], position == state.StagePosition, speed);
                seconds += left;
                slotSeconds += work;
                independent += left * left * variance;
                common += left;
            }
            else if (state.Outputs > 0)
            {
                var encode = Encode();
                seconds += encode.Seconds;
                slotSeconds += encode.SlotSeconds;
                independent += encode.Variance;
            }
        }

        // A machine that has other work may have more of it soon, or none.
        var swings = BusySpread * Math.Clamp(1 - (UsualUtilisation * Math.Exp(-speed) / EtaPrior.UsualUtilisation), 0, 1) * seconds;
        return new Remaining(seconds, independent + (common * common * speedVariance) + (swings * swings), slotSeconds);
    }

    /// <summary>How much slower this job's stages were than usual, in logarithms: a shrunk mean, in which long stages count fully and short ones little.</summary>
    private (double Mean, double Variance) Speed()
    {
        var (weights, sum) = (1 / prior.SpeedVariance, 0.0);
        foreach (var cost in state.Stages.Where(cost => cost.Stage != Stage.Encode && cost.Wall > 0))
        {
            var usual = cost.Pieces * Usual(cost.Stage, 0);
            var weight = usual / (usual + 1) / (EtaPrior.StageSpread * EtaPrior.StageSpread);
            weights += weight;
            sum += weight * Math.Clamp(Math.Log(cost.Wall / usual), -2, 2);
        }

        if (state.Cost is { Cpu: > 1, Wall: > 1 } encoded)
        {
            var weight = encoded.Wall / (encoded.Wall + 5) / (EtaPrior.StageSpread * EtaPrior.StageSpread);
            weights += weight;
            sum += weight * Math.Clamp(Math.Log(UsualUtilisation * encoded.Wall / encoded.Cpu), -2, 2);
        }

        return (sum / weights, 1 / weights);
    }

    /// <summary>Wall seconds of one piece of a stage.</summary>
    private double Usual(Stage stage, double speed) =>
        _guess.PieceSeconds(stage) * Math.Exp((prior.Stages.GetValueOrDefault(stage)?.Mean ?? 0) + speed);

    private (double Seconds, double Variance, double SlotSeconds) Other(Stage stage, bool current, double speed)
    {
        var pieces = _guess.Pieces(stage);
        var each = Usual(stage, speed);
        var lanes = Math.Clamp(slots, 0.1, pieces);
        var variance = (EtaPrior.StageSpread * EtaPrior.StageSpread) + (prior.Stages.GetValueOrDefault(stage) ?? MeanPrior.None).Variance;
        if (!current)
        {
            return ((pieces * each / lanes) + (Dispatch * Math.Ceiling(pieces / lanes)), variance, pieces * each);
        }

        var running = state.Running.Select(piece => Left(each, variance, Told(piece.WallSeconds, piece.Fraction))).ToList();
        var open = Math.Max(0, pieces - state.Done.Count - running.Count);
        var work = (open * each) + running.Sum(left => left.Seconds);
        var known = running.Count == 0 ? variance : running.Average(left => left.Variance);
        return (
            Math.Max(work / lanes, running.Select(left => left.Seconds).DefaultIfEmpty().Max()) + (Dispatch * Math.Ceiling(open / lanes)),
            ((known * running.Count) + (variance * open)) / Math.Max(1, running.Count + open),
            work);
    }

    /// <summary>What a piece at work has cost so far, and its whole cost that the share of it promises, in logarithms.</summary>
    private readonly record struct Sofar(double Spent, double Share, double Promised, double Variance);

    private static Sofar Told(double spent, double share) => share > 0.05 && spent > 0.05
        ? new Sofar(spent, share, Math.Log(spent / share), (FractionSpread * FractionSpread * (1 - share) / share) + 0.01)
        : new Sofar(spent, share, 0, double.PositiveInfinity);

    private Sofar ToldOfEncoding(double spent, double fraction, int output)
    {
        var (before, ahead) = state.Plan?.Intra is { } intra && output < intra.Count && intra[output] ? Intra : Inter;
        var share = before + ((1 - before) * Math.Pow(fraction, ahead));
        return fraction > 0 && spent > 0.05
            ? new Sofar(spent, share, Math.Log(spent / share), Math.Pow(FractionSpread * (1 - share) / share, 2) + EncodeLeast)
            : new Sofar(spent, 0, 0, double.PositiveInfinity);
    }

    /// <summary>What is left of a piece at work: its predicted cost and what its fraction promises, weighted by their precision.</summary>
    private static (double Seconds, double Variance) Left(double predicted, double variance, Sofar sofar)
    {
        var known = Math.Max(0.01, variance);
        var left = 1 / ((1 / sofar.Variance) + (1 / known));
        var total = Math.Exp(left * ((sofar.Promised / sofar.Variance) + (Math.Log(Math.Max(1e-3, predicted)) / known)));
        return (Math.Max(total - sofar.Spent, 0.2 * Math.Sqrt(left) * Math.Max(total, sofar.Spent) * (1 - (0.9 * sofar.Share))), left);
    }

    private Remaining Encode()
    {
        var formats = Enumerable.Range(0, state.Outputs).Select(output => presets.ElementAtOrDefault(output) ?? "").ToList();

        var (utilisation, lanes) = (meter.Utilisation(Math.Min(1, UsualUtilisation)), Math.Max(0.1, slots));
        var atWork = state is { Stage: Stage.Encode, Plan: { } known } ? state.Running.Select(piece => (Piece: known.Encode[piece.Index], Sofar: ToldOfEncoding(piece.CpuSeconds, piece.Fraction, known.Encode[piece.Index].Output))).ToList() : [];
        var promises = atWork.Where(piece => piece.Sofar.Variance < Telling).Select(piece => new Promise(piece.Piece.Output, piece.Piece.Source, piece.Sofar.Promised - Math.Log(Math.Max(0.02, piece.Piece.Cost)), piece.Sofar.Variance));
        var model = new EncodeModel(state.Plan, state.Cost, promises, prior, formats);
        if (state.Plan is not { } plan)
        {
            var cost = Expected(model);
            var seconds = (cost.Cpu / utilisation / lanes) + (cost.Pieces * Dispatch / lanes);
            return new Remaining(seconds, seconds * seconds * (OutlineVariance + model.CommonVarianceLeft + model.SourceVarianceLeft(0)), cost.Cpu / utilisation);
        }

        var tally = new EncodeTally(plan, state, model);
        List<double> running = [];
        foreach (var (piece, sofar) in atWork)
        {
            var (left, variance) = Left(piece.Cost * model.Factor(piece.Output, piece.Source), model.Spread, sofar);
            tally.Add(piece, left, variance);
            running.Add(left / utilisation);
        }

        var held = lanes * (tally.Open > lanes ? meter.Occupancy : 1);
        var gap = tally.Open > lanes ? 0 : Dispatch; // else occupancy has the gaps in it
        var wall = SlotSchedule.Length(
            running, (tally.Bulk / utilisation) + (tally.Found * Found), [.. tally.Tail.Select(cost => (cost / utilisation) + gap)], held);
        return new Remaining(wall, tally.Variance / (utilisation * utilisation * held * held), tally.Total / utilisation);
    }

    private (double Cpu, double Pieces) Expected(EncodeModel model)
    {
        var outline = state.Outline ?? JobOutline.Of(state.Sources, state.Outputs);
        return (outline.Costs.Select((cost, output) => cost * model.Factor(output, 0)).Sum(), outline.Costs.Count * Math.Max(1, outline.Seconds / 4));
    }
}
