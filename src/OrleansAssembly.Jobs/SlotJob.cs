namespace OrleansAssembly.Jobs;

/// <summary>A job in the queue: what it wants and holds.</summary>
internal sealed class SlotJob
{
    public required SlotClaim Claim { get; set; }

    public HashSet<Guid> Leases { get; } = [];

    /// <summary>When it last said what it wants.</summary>
    public TimeSpan Seen { get; set; }

    /// <summary>How often it said so.</summary>
    public long Words { get; set; }

    /// <summary>Where it stands; null where it has what it wants.</summary>
    internal SlotQueue.Line? Line { get; set; }

    /// <summary>Its place in its owner's line, where priority and owner are the same for all.</summary>
    internal SlotRank Rank => new(0, 0, Leases.Count, Claim.JobId);

    /// <summary>When it was lent its first slot; null where it waits for that.</summary>
    public TimeSpan? BeganAt { get; set; }
}
