using System.Buffers.Binary;

namespace OrleansAssembly.Jobs;

/// <summary>A silo in the <see cref="LeaseBook"/>.</summary>
internal sealed class LendingSilo(string address)
{
    public string Address => address;

    /// <summary>Whether it has reported itself; else a job has named it.</summary>
    public bool Reported { get; set; }

    public int Slots { get; set; }

    public TimeSpan Seen { get; set; }

    public int Lent { get; set; }

    /// <summary>What it runs under leases that do not live: its slots are used all the same.</summary>
    public HashSet<Guid> Others { get; } = [];

    public int Free => Slots - Lent - Others.Count;
}

/// <summary>A lease that lives, in the <see cref="LeaseBook"/>.</summary>
/// <param name="words">How often its job had spoken before it could speak of this lease.</param>
internal sealed class Loan(SlotLease lease, SlotJob job, long words)
{
    public SlotLease Lease => lease;

    public SlotJob Job => job;

    /// <summary>Whether the job has said anything since it was lent.</summary>
    public bool Answered => job.Words > words;

    /// <summary>When its silo or its job last named it.</summary>
    public TimeSpan Confirmed { get; set; }
}

/// <summary>Ids that tell which book gave them: what a book gave and does not know any more has ended, however long ago.</summary>
internal sealed class LeaseIds(long edition)
{
    private long _last;

    public Guid Next()
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, edition);
        BinaryPrimitives.WriteInt64BigEndian(id[8..], ++_last);
        return new Guid(id);
    }

    public bool IsForeign(Guid lease)
    {
        Span<byte> id = stackalloc byte[16];
        lease.TryWriteBytes(id);
        return BinaryPrimitives.ReadInt64BigEndian(id) != edition;
    }
}
