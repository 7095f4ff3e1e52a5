namespace OrleansAssembly.Jobs.Tests;

/// <summary>What was shown at a moment of a replayed job, and what was true.</summary>
internal sealed record Sample(RecordedJob Job, EtaEstimate Eta, double Truth, double Naive, double Total)
{
    /// <summary>In the part of a job in which an estimate must be good.</summary>
    public bool Counts => Total - Truth >= 0.1 * Total && Total - Truth <= 0.9 * Total;

    public double Error => Math.Abs(Eta.Seconds - Truth) / Total;

    public double NaiveError => Math.Abs(Naive - Truth) / Total;

    public bool Covered => Eta.Low <= Truth && Truth <= Eta.High;
}

/// <summary>Drives the rules of a job through what was recorded of it, and asks for the estimate twice a second.</summary>
internal static class Replay
{
    private const double Step = 0.5;

    public static List<Sample> Run(RecordedJob job, EtaPrior prior, int slots, Action<JobState>? completed = null)
    {
        var (state, eta) = (Start(job), new EtaEstimator(job.Presets) { Prior = prior });
        var leases = job.Pieces.ToDictionary(piece => piece, _ => Guid.NewGuid());
        var events = job.Pieces.Select(piece => (At: piece.Start, Begins: true, Piece: piece))
            .Concat(job.Pieces.Select(piece => (At: piece.End, Begins: false, Piece: piece)))
            .OrderBy(e => e.At).ThenBy(e => e.Begins).ThenBy(e => e.Piece.Index).ToList();
        var (total, next) = (job.Pieces.Max(piece => piece.End), 0);
        var samples = new List<Sample>();
        for (var at = 0.0; at < total; at += Step)
        {
            for (; next < events.Count && events[next].At <= at; next++)
            {
                var (when, begins, piece) = events[next];
                state = begins ? Lend(state, piece, leases[piece], when) : Tell(state, job, piece, leases[piece], when, 1);
                eta.Next(state, new SlotOutlook(slots), Given.Start.AddSeconds(when));
            }

            foreach (var piece in job.Pieces.Where(piece => piece.Start <= at && at < piece.End))
            {
                state = Tell(state, job, piece, leases[piece], at, (at - piece.Start) / (piece.End - piece.Start));
            }

            var frames = job.Plan.Encode.Sum(piece => piece.Frames);
            var made = state.Stage < Stage.Encode ? 0 : state.Stage > Stage.Encode ? frames
                : state.Done.Members().Sum(index => job.Plan.Encode[index].Frames) + state.Running.Sum(piece => piece.Fraction * job.Plan.Encode[piece.Index].Frames);
            var naive = made == 0 ? 3 * total : at * (frames - made) / made;
            samples.Add(new Sample(job, eta.Next(state, new SlotOutlook(slots), Given.Start.AddSeconds(at)), total - at, naive, total));
        }

        for (; next < events.Count; next++)
        {
            state = events[next].Begins
                ? Lend(state, events[next].Piece, leases[events[next].Piece], events[next].At)
                : Tell(state, job, events[next].Piece, leases[events[next].Piece], events[next].At, 1);
        }

        Assert.Equal(JobStatus.Completed, state.Status);
        completed?.Invoke(state);
        return samples;
    }

    private static JobState Start(RecordedJob job)
    {
        var seconds = job.Plan.Frames / job.Plan.Rate;
        var pixels = job.Plan.Pixels![0];
        var costs = Enumerable.Range(0, job.Presets.Count).Select(output => job.Plan.Encode.Where(piece => piece.Output == output).Sum(piece => piece.Cost));
        return JobStateMachine.Create(
            "0123456789abcdef0123456789abcdef", Given.Spec(JobType.Assembly, [.. job.Presets]), job.Sources, Given.Start, new JobOutline(seconds, job.Plan.Rate, pixels, [.. costs]));
    }

    private static JobState Lend(JobState state, RecordedPiece piece, Guid lease, double at) =>
        state.Accept(new JobInput.SlotLent(lease, "silo"), Given.Start.AddSeconds(at));

    /// <summary>Pictures that have entered an encoder when this share of its work is done: none while it starts, and then more than are done.</summary>
    private static double Entered(double share) => share <= 0.05 ? 0 : Math.Pow((share - 0.05) / 0.95, 1 / 1.8);

    /// <summary>A piece costs evenly; of a segment it tells more than it has done: what it counts are pictures that have entered the encoder.</summary>
    private static JobState Tell(JobState state, RecordedJob job, RecordedPiece piece, Guid lease, double at, double share)
    {
        var running = state.Running.Single(running => running.LeaseId == lease);
        Assert.Equal(piece.Index, running.Index);
        var (done, plans) = (share >= 1, piece.Stage is Stage.Resolve or Stage.Plan);
        return state.Accept(
            new JobInput.Reported(new PieceReport(
                new PieceId(state.Id, piece.Stage, piece.Index, running.Attempt), lease, running.Number + 1, done ? PieceState.Done : PieceState.Running, piece.Stage == Stage.Encode && !job.Plan.Intra![job.Plan.Encode[piece.Index].Output] ? Entered(share) : share, 0,
                share * piece.Cpu, share * (piece.End - piece.Start - 0.03), Plan: done && plans ? job.Plan : null)),
            Given.Start.AddSeconds(at));
    }
}
