namespace OrleansAssembly.Jobs;

/// <summary>
/// The jobs and what they want, kept in the order of <see cref="SlotPolicy"/>: every change and the next claim cost the logarithm of their number.
/// What a job gets moves all jobs of its owner; so an owner's claims stand in a line of their own, and only the lines are moved.
/// </summary>
internal sealed class SlotQueue
{
    private const int MaxPriority = 100;

    private readonly Dictionary<string, SlotJob> _jobs = [];
    private readonly Dictionary<string, Owner> _owners = [];
    private readonly Dictionary<(int Priority, string Avoid), Lane> _lanes = [];

    public IReadOnlyCollection<SlotJob> Jobs => _jobs.Values;

    public SlotJob? Find(string jobId) => _jobs.GetValueOrDefault(jobId);

    /// <summary>Takes what a job wants now in place of what it wanted before. Its owner is for ever the one that it named first.</summary>
    public SlotJob Put(SlotClaim claim)
    {
        if (!_jobs.TryGetValue(claim.JobId, out var job))
        {
            job = new SlotJob { Claim = claim with { Wanted = 0 } };
            _jobs.Add(claim.JobId, job);
            OwnerOf(claim.Owner).Jobs++;
        }

        if (job.Claim.Wanted != claim.Wanted || job.Claim.Priority != claim.Priority || !job.Claim.Avoid.SequenceEqual(claim.Avoid))
        {
            Rearrange(job, () => job.Claim = claim with { Owner = job.Claim.Owner });
        }

        job.Claim = job.Claim with { Work = claim.Work, Stands = claim.Stands }; // in no order

        return job;
    }

    public void Hold(SlotJob job, Guid lease) => Rearrange(job, () => OwnerOf(job.Claim.Owner).Held += job.Leases.Add(lease) ? 1 : 0);

    public void Release(SlotJob job, Guid lease) => Rearrange(job, () => OwnerOf(job.Claim.Owner).Held -= job.Leases.Remove(lease) ? 1 : 0);

    /// <summary>Forgets a job that wants and holds nothing.</summary>
    public void Remove(SlotJob job)
    {
        _jobs.Remove(job.Claim.JobId);
        if (--_owners[job.Claim.Owner].Jobs == 0)
        {
            _owners.Remove(job.Claim.Owner);
        }
    }

    /// <summary>The first of the open claims that a silo can serve, and that silo.</summary>
    /// <param name="serve">The silo for claims that avoid these silos, or null.</param>
    public (SlotJob Job, string Silo)? Next(Func<IReadOnlyList<string>, string?> serve)
    {
        (Line Line, string Silo)? best = null;
        foreach (var lane in _lanes.Values)
        {
            var first = lane.Lines.Min!;
            if ((best is null || SlotPolicy.Compare(first.Rank, best.Value.Line.Rank) < 0) && serve(lane.Avoid) is { } silo)
            {
                best = (first, silo);
            }
        }

        return best is { } found ? (found.Line.Jobs.Min!, found.Silo) : null;
    }

    private static int Clamp(int priority) => Math.Clamp(priority, 0, MaxPriority);

    private Owner OwnerOf(string name)
    {
        if (!_owners.TryGetValue(name, out var owner))
        {
            _owners.Add(name, owner = new Owner());
        }

        return owner;
    }

    /// <summary>Takes the job and its owner's lines out of the order, lets them change, and puts them where they belong then.</summary>
    private void Rearrange(SlotJob job, Action change)
    {
        var owner = OwnerOf(job.Claim.Owner);
        foreach (var line in owner.Lines)
        {
            line.Lane.Lines.Remove(line);
        }

        job.Line?.Jobs.Remove(job);
        change();
        job.Line = job.Claim.Wanted > job.Leases.Count ? LineFor(job, owner) : null;
        job.Line?.Jobs.Add(job);
        for (var index = owner.Lines.Count - 1; index >= 0; index--)
        {
            var line = owner.Lines[index];
            if (line.Jobs.Min is { } first)
            {
                line.Rank = new SlotRank(line.Lane.Priority, owner.Held, first.Leases.Count, first.Claim.JobId);
                line.Lane.Lines.Add(line);
                continue;
            }

            owner.Lines.RemoveAt(index);
            if (line.Lane.Lines.Count == 0)
            {
                _lanes.Remove(line.Lane.Key);
            }
        }
    }

    private Line LineFor(SlotJob job, Owner owner)
    {
        var avoid = job.Claim.Avoid.Count == 0 ? "" : string.Join('\n', job.Claim.Avoid.Distinct().Order(StringComparer.Ordinal));
        var key = (Clamp(job.Claim.Priority), avoid);
        if (!_lanes.TryGetValue(key, out var lane))
        {
            _lanes.Add(key, lane = new Lane(key, job.Claim.Avoid));
        }

        var line = owner.Lines.Find(line => line.Lane == lane);
        if (line is null)
        {
            owner.Lines.Add(line = new Line(lane));
        }

        return line;
    }

    private sealed class Owner
    {
        public int Jobs { get; set; }

        public int Held { get; set; }

        public List<Line> Lines { get; } = [];
    }

    /// <summary>All claims of a priority that avoid the same silos: one of them can be served where each can.</summary>
    internal sealed class Lane((int Priority, string Avoid) key, IReadOnlyList<string> avoid)
    {
        public (int Priority, string Avoid) Key => key;

        public int Priority => key.Priority;

        public IReadOnlyList<string> Avoid => avoid;

        public SortedSet<Line> Lines { get; } = new(Comparer<Line>.Create((one, other) => SlotPolicy.Compare(one.Rank, other.Rank)));
    }

    /// <summary>An owner's open claims in a lane; it stands where its first one does.</summary>
    internal sealed class Line(Lane lane)
    {
        public Lane Lane => lane;

        public SlotRank Rank { get; set; }

        public SortedSet<SlotJob> Jobs { get; } = new(Comparer<SlotJob>.Create((one, other) => SlotPolicy.Compare(one.Rank, other.Rank)));
    }
}
