namespace OrleansAssembly.Jobs;

/// <summary>A job in a <see cref="QueueForecast"/>.</summary>
/// <param name="Claim">What it wants, and how much work it has.</param>
/// <param name="Held">Slots that it holds.</param>
internal sealed record QueuedJob(SlotClaim Claim, int Held);

/// <summary>When it is a job's turn, and when it is done, seconds from the forecast.</summary>
internal readonly record struct Turn(double Start, double End);

/// <summary>
/// Foretells who gets the slots when, by letting the jobs run as <see cref="SlotPolicy"/> shares: higher priorities first; among equals one slot each, owners by turns and older jobs first,
/// and what is left over evenly. Work is taken to flow: what the ends of single pieces add is seconds. The first thousands of ends are followed one by one,
/// those behind are taken to come in order, as fast as the slots can work.
/// </summary>
internal sealed class QueueForecast
{
    /// <summary>Work of a job that has not said how much it has, seconds of a slot.</summary>
    private const double UsualWork = 60;

    /// <summary>Work that is not cut any finer, seconds of a slot.</summary>
    private const double UsualPiece = 4;

    /// <summary>So many ends, times slots, are followed: a few milliseconds.</summary>
    private const int MostSteps = 400_000;

    private readonly Dictionary<string, Turn> _turns = [];

    public QueueForecast(IEnumerable<QueuedJob> jobs, int slots)
    {
        slots = Math.Max(1, slots);
        var open = new LinkedList<Flow>(Order(jobs));
        var now = 0.0;
        for (var steps = MostSteps; open.Count > 0 && steps > 0; steps -= Math.Min(slots, open.Count))
        {
            Share(open, slots);
            var next = double.PositiveInfinity;
            for (var node = open.First; node is { Value.Rate: > 0 }; node = node.Next)
            {
                node.Value.Start ??= now;
                next = Math.Min(next, node.Value.Left / node.Value.Rate);
            }

            now += next;
            for (var node = open.First; node is { Value.Rate: > 0 };)
            {
                var (flow, following) = (node.Value, node.Next);
                flow.Left -= next * flow.Rate;
                if (flow.Left <= 1e-9)
                {
                    _turns[flow.JobId] = new Turn(flow.Start!.Value, now);
                    open.Remove(node);
                }

                node = following;
            }
        }

        var ahead = 0.0;
        foreach (var flow in open)
        {
            ahead += flow.Left;
            _turns[flow.JobId] = new Turn(flow.Start ?? (now + ((ahead - flow.Left) / slots)), now + (ahead / slots) + flow.Left);
        }

        End = now + (ahead / slots);
    }

    /// <summary>When all work is done: where a job that comes now stands if it comes last.</summary>
    public double End { get; }

    public Turn? Of(string jobId) => _turns.TryGetValue(jobId, out var turn) ? turn : null;

    /// <summary>Seconds of a slot that a claim stands for.</summary>
    public static double WorkOf(SlotClaim claim) => claim.Work > 0 && double.IsFinite(claim.Work) ? claim.Work : UsualWork;

    private static IEnumerable<Flow> Order(IEnumerable<QueuedJob> jobs) => jobs
        .Where(job => job.Claim.Wanted > 0 || job.Held > 0)
        .GroupBy(job => (Priority: PriorityOf(job), job.Claim.Owner))
        .SelectMany(owned => owned.OrderByDescending(job => job.Held > 0).ThenBy(job => job.Claim.JobId, StringComparer.Ordinal).Select((job, place) => (Job: job, Place: place)))
        .OrderByDescending(entry => PriorityOf(entry.Job))
        .ThenByDescending(entry => entry.Job.Held > 0)
        .ThenBy(entry => entry.Place)
        .ThenBy(entry => entry.Job.Claim.JobId, StringComparer.Ordinal)
        .Select(entry => new Flow(entry.Job.Claim.JobId, PriorityOf(entry.Job), Lanes(entry.Job), WorkOf(entry.Job.Claim)));

    /// <summary>Nobody gets what stands still.</summary>
    private static int PriorityOf(QueuedJob job) => job.Claim.Stands ? int.MaxValue : job.Claim.Priority;

    /// <summary>Slots that a job can use: in its next stage perhaps more than it wants now.</summary>
    private static int Lanes(QueuedJob job) => job.Claim.Stands ? Math.Max(1, job.Held) : (int)Math.Clamp(WorkOf(job.Claim) / UsualPiece, Math.Max(1, Math.Max(job.Claim.Wanted, job.Held)), 1_000_000);

    /// <summary>Sets what each of the first jobs gets; the first that gets nothing has a rate of 0, and all behind it get nothing either.</summary>
    private static void Share(LinkedList<Flow> open, int slots)
    {
        double left = slots;
        for (var node = open.First; node is not null;)
        {
            var (priority, equals, wanted) = (node.Value.Priority, new List<Flow>(), 0.0);
            for (; node is not null && node.Value.Priority == priority && equals.Count < left; node = node.Next)
            {
                equals.Add(node.Value);
                wanted += node.Value.Wanted;
            }

            // The smallest wishes are fulfilled first; the others share evenly what is left.
            var rest = Math.Min(left, wanted);
            left -= rest;
            foreach (var (index, flow) in equals.OrderBy(flow => flow.Wanted).Index())
            {
                flow.Rate = Math.Min(flow.Wanted, rest / (equals.Count - index));
                rest -= flow.Rate;
            }

            if (left < 1)
            {
                if (node is not null)
                {
                    node.Value.Rate = 0;
                }

                return;
            }
        }
    }

    private sealed class Flow(string jobId, int priority, int wanted, double left)
    {
        public string JobId => jobId;

        public int Priority => priority;

        public int Wanted => wanted;

        public double Left { get; set; } = left;

        public double Rate { get; set; }

        public double? Start { get; set; }
    }
}
