namespace OrleansAssembly.Jobs.Tests;

/// <summary>The scheduler of the world, and what must hold of it at every moment.</summary>
internal sealed partial class LeaseWorld
{
    private const double Slack = 2; // a sweep, and a step or two of the clock

    private readonly HashSet<Guid> _everEnded = [];
    private readonly HashSet<string> _heardDraining = [];
    private readonly HashSet<string> _heardReport = [];
    private HashSet<Guid> _lived = [];
    private List<string> _active = [];
    private bool _warm;

    /// <summary>Whether no more pieces than slots may ever run: a network that breaks its promises may make a book believe that a living silo is gone.</summary>
    public bool CheckRunning { get; init; }

    public IReadOnlyList<SlotLease> Leases => _book is null ? [] : [.. _book.Leases];

    public bool Idle => Jobs.All(job => job.Died is not null || job.Todo == 0);

    private TimeSpan BookNow => TimeSpan.FromSeconds(Now - _bookBegins);

    private void OpenBook()
    {
        (_book, _bookBegins) = (new LeaseBook(++_books), Now);
        _everEnded.Clear();
        _heardDraining.Clear();
        _heardReport.Clear();
        (_lived, _warm) = ([], false);
        Meet();
    }

    private void Meet()
    {
        // Membership knows of a death 2 s late.
        _active = [.. Silos.Where(silo => silo.Died is null || silo.Died > Now - 2).Select(silo => silo.Address)];
        _book!.Meet(_active, Silos.Where(silo => silo.Died <= Now - 2).Select(silo => silo.Address));
    }

    private void Sweep()
    {
        if (_book is not null && Now >= _nextSweep)
        {
            _nextSweep = Now + 1;
            Meet();
            _book.Sweep(BookNow);
            Lend();
        }
    }

    private void Hear(LeaseBook book, SiloSlots report)
    {
        book.Report(report, BookNow);
        _heardReport.Add(report.Silo);
        if (report.Draining)
        {
            _heardDraining.Add(report.Silo);
        }
    }

    private void Hear(LeaseBook book, SlotClaim claim, List<SlotLease> held) => Assert.InRange(book.Want(claim, held, BookNow).Slots, 0.1, 10_000);

    private void HearReturn(LeaseBook book, Guid lease)
    {
        book.Return(lease, BookNow);
        _everEnded.Add(lease);
    }

    private void Lend()
    {
        _warm |= BookNow > LeaseTerms.Warmup || _active.All(_heardReport.Contains);
        foreach (var lease in _book!.Lend(BookNow))
        {
            var silo = Silos.First(silo => silo.Address == lease.Silo);
            Assert.True(_bookOf.TryAdd(lease.Id, _books), $"{lease} was lent twice");
            Assert.True(_warm, "lent before all silos were heard");
            Assert.Contains(lease.Silo, _heardReport);
            Assert.DoesNotContain(lease.Silo, _heardDraining);
            Assert.False(silo.Died <= Now - 4, $"{lease} was lent on a silo that died at {silo.Died}, now {Now}");
            Assert.InRange(Leases.Count(other => other.Silo == lease.Silo), 1, silo.Slots);
            Send(() => Take(lease));
        }
    }

    private void Check()
    {
        var living = Leases;
        Assert.Equal(living.Count, living.Select(lease => lease.Id).Distinct().Count());
        Assert.All(living, lease => Assert.True(!_everEnded.Contains(lease.Id), $"{lease} had ended and lives again"));
        var ids = living.Select(lease => lease.Id).ToHashSet();
        _everEnded.UnionWith(_lived.Except(ids));
        _lived = ids;
        foreach (var lease in living)
        {
            var (silo, job) = (Silos.First(silo => silo.Address == lease.Silo), Jobs.First(job => job.Claim.JobId == lease.JobId));
            AssertNotLongSince(silo.Died, LeaseTerms.SiloExpires, lease);
            AssertNotLongSince(job.Died, LeaseTerms.DemandExpires, lease);
        }

        if (CheckRunning)
        {
            Assert.All(Silos, silo => Assert.InRange(silo.Running.Count(piece => !piece.Unforeseen), 0, silo.Slots));
        }
    }

    private void AssertNotLongSince(double? died, TimeSpan limit, SlotLease lease)
    {
        var since = Math.Max(died ?? Now, _bookBegins);
        Assert.True(Now - since <= limit.TotalSeconds + Network.Chaotic.Delay + Slack, $"{lease} lives on, its silo or job has been dead since {died}, now {Now}");
    }
}
