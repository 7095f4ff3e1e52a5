using CsCheck;

namespace OrleansAssembly.Jobs.Tests;

/// <summary>Who gets the free slots: the rule told plainly, and the book held to it after every change.</summary>
public class SlotOrderTests
{
    private static readonly string[] Silos = ["s0", "s1", "s2"];

    private static readonly Gen<Func<Plain, Plain>> Wishes = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 2], Gen.Int[0, 6], Gen.Int[0, 7])
        .Select(row => (Func<Plain, Plain>)(plain => plain.Want(new SlotClaim($"job{row.Item1:D2}", $"owner{row.Item1 % 4}", row.Item2 * 50, row.Item3, [.. Silos.Where((_, index) => (row.Item4 >> index & 1) == 1)]))));

    private static readonly Gen<Func<Plain, Plain>> Returns = Gen.Int[0, 99].Select(pick => (Func<Plain, Plain>)(plain => plain.Return(pick)));

    private static readonly Gen<Func<Plain, Plain>> Reports = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 4], Gen.Frequency((15, Gen.Const(false)), (1, Gen.Const(true))))
        .Select((silo, slots, draining) => (Func<Plain, Plain>)(plain => plain.Report(Silos[silo], slots, draining)));

    [Fact]
    public void EverySlot_GoesToTheFirstByPriorityThenOwnerThenJobThenAge_OnTheSiloWithMostFree() =>
        Gen.Frequency((5, Wishes), (4, Returns), (2, Reports)).Array[0, 80].Sample(changes =>
        {
            var plain = new Plain();
            foreach (var change in changes)
            {
                change(plain).LendAndCompare();
            }
        });

    [Fact]
    public void HigherPriority_IsServedFirst() =>
        Assert.Equal(["b", "a"], Lent(new() { ["s"] = 2 }, new("a", "x", 50, 5, []), new("b", "y", 90, 1, [])).Select(lease => lease.JobId));

    [Fact]
    public void Owners_ShareFairly_HoweverManyJobsTheyHave()
    {
        var lent = Lent(new() { ["s"] = 6 }, new("a", "x", 50, 9, []), new("b", "x", 50, 9, []), new("c", "x", 50, 9, []), new("d", "y", 50, 9, []));

        Assert.Equal(3, lent.Count(lease => lease.JobId == "d"));
        Assert.Equal([1, 1, 1], new[] { "a", "b", "c" }.Select(job => lent.Count(lease => lease.JobId == job)));
    }

    [Fact]
    public void Slots_SpreadOverSilos() =>
        Assert.Equal(["s", "t"], Lent(new() { ["s"] = 2, ["t"] = 2 }, new SlotClaim("a", "x", 50, 2, [])).Select(lease => lease.Silo).Order());

    [Fact]
    public void ASiloToAvoid_IsNotTaken_WhileAnotherLends() =>
        Assert.Equal(["t"], Lent(new() { ["s"] = 9, ["t"] = 1 }, new SlotClaim("a", "x", 50, 5, ["s"])).Select(lease => lease.Silo));

    [Fact]
    public void ASiloToAvoid_IsTaken_WhereNoOtherLends() =>
        Assert.Equal(["s", "s"], Lent(new() { ["s"] = 2, ["t"] = 0 }, new SlotClaim("a", "x", 50, 5, ["s"])).Select(lease => lease.Silo));

    [Fact]
    public void AJobThatAvoidsTheFreeSilo_LetsTheNextOneHaveIt() =>
        Assert.Equal([("a", "t"), ("b", "s")], Lent(new() { ["s"] = 1, ["t"] = 1 }, new("a", "x", 90, 2, ["s"]), new("b", "y", 10, 2, [])).Select(lease => (lease.JobId, lease.Silo)));

    private static IReadOnlyList<SlotLease> Lent(Dictionary<string, int> slots, params SlotClaim[] claims)
    {
        var book = new LeaseBook(1);
        book.Meet(slots.Keys, []);
        foreach (var claim in claims)
        {
            book.Want(claim, [], TimeSpan.Zero);
        }

        foreach (var (silo, count) in slots)
        {
            book.Report(new SiloSlots(silo, count, false, []), TimeSpan.Zero);
        }

        return book.Lend(TimeSpan.Zero);
    }

    /// <summary>A book, and beside it all that it was told, sorted anew for each slot.</summary>
    private sealed class Plain
    {
        private readonly LeaseBook _book = new(1);
        private readonly Dictionary<string, SlotClaim> _claims = [];
        private readonly Dictionary<string, (int Slots, bool Draining)> _silos = [];
        private readonly List<SlotLease> _leases = [];

        public Plain Want(SlotClaim claim)
        {
            _book.Want(claim, _leases.Where(lease => lease.JobId == claim.JobId), TimeSpan.Zero);
            _claims[claim.JobId] = claim;
            return this;
        }

        public Plain Return(int pick)
        {
            if (_leases.Count > 0)
            {
                var lease = _leases[pick % _leases.Count];
                _leases.Remove(lease);
                Want(_claims[lease.JobId]); // a job that returns has taken what it was lent, and said so
                _book.Return(lease.Id, TimeSpan.Zero);
            }

            return this;
        }

        public Plain Report(string silo, int slots, bool draining)
        {
            _book.Report(new SiloSlots(silo, slots, draining, []), TimeSpan.Zero);
            _silos[silo] = (slots, draining || (_silos.TryGetValue(silo, out var known) && known.Draining));
            return this;
        }

        public void LendAndCompare()
        {
            var lent = _book.Lend(LeaseTerms.Warmup + TimeSpan.FromSeconds(1));
            foreach (var lease in lent)
            {
                Assert.Equal(Next(), (lease.JobId, lease.Silo));
                _leases.Add(lease);
            }

            Assert.Null(Next());
        }

        private (string JobId, string Silo)? Next()
        {
            var lending = _silos.Where(silo => silo.Value is { Slots: > 0, Draining: false }).Select(silo => silo.Key).ToList();
            var open =
                from claim in _claims.Values
                let held = _leases.Count(lease => lease.JobId == claim.JobId)
                where claim.Wanted > held
                let good = lending.Except(claim.Avoid).ToList()
                let free = (good.Count > 0 ? good : lending).Where(silo => Free(silo) > 0).OrderByDescending(Free).ThenBy(silo => silo, StringComparer.Ordinal).ToList()
                where free.Count > 0
                let owner = _leases.Count(lease => _claims[lease.JobId].Owner == claim.Owner)
                orderby claim.Priority descending, owner, held, claim.JobId
                select ((string, string)?)(claim.JobId, free[0]);
            return open.FirstOrDefault();
        }

        private int Free(string silo) => _silos[silo].Slots - _leases.Count(lease => lease.Silo == silo);
    }
}
