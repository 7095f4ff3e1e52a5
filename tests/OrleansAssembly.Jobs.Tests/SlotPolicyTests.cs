using CsCheck;

namespace OrleansAssembly.Jobs.Tests;

public class SlotPolicyTests
{
    private static readonly Gen<SlotClaim[]> Claims = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 6], Gen.Int[0, 4])
        .Array[0, 12]
        .Select(rows => rows.Select((row, index) => new SlotClaim($"job{index:D2}", $"owner{row.Item1}", row.Item2 * 50, row.Item3, Math.Min(row.Item3, row.Item4))).ToArray());

    private static readonly Gen<Dictionary<string, int>> Free = Gen.Int[-1, 4].Array[0, 4]
        .Select(counts => counts.Select((count, index) => (index, count)).ToDictionary(silo => $"silo{silo.index}", silo => silo.count));

    [Fact]
    public void NoMoreIsLent_ThanIsFreeOrWanted_AndNothingIdlesWhileWanted() => Gen.Select(Claims, Free).Sample((claims, free) =>
    {
        var grants = SlotPolicy.Assign(claims, free);
        var slots = free.Values.Where(count => count > 0).Sum();
        var wanted = claims.Sum(claim => Math.Max(0, claim.Wanted - claim.Held));

        Assert.Equal(Math.Min(slots, wanted), grants.Count);
        Assert.All(grants.GroupBy(grant => grant.Silo), silo => Assert.True(silo.Count() <= free[silo.Key]));
        Assert.All(claims, claim => Assert.True(claim.Held + grants.Count(grant => grant.JobId == claim.JobId) <= Math.Max(claim.Wanted, claim.Held)));
    });

    [Fact]
    public void HigherPriority_IsServedFirst()
    {
        var grants = SlotPolicy.Assign([new("a", "x", 50, 5, 0), new("b", "y", 90, 1, 0)], new Dictionary<string, int> { ["s"] = 2 });

        Assert.Equal(["b", "a"], grants.Select(grant => grant.JobId));
    }

    [Fact]
    public void Owners_ShareFairly_HoweverManyJobsTheyHave()
    {
        SlotClaim[] claims = [new("a", "x", 50, 9, 0), new("b", "x", 50, 9, 0), new("c", "x", 50, 9, 0), new("d", "y", 50, 9, 0)];

        var grants = SlotPolicy.Assign(claims, new Dictionary<string, int> { ["s"] = 6 });

        Assert.Equal(3, grants.Count(grant => grant.JobId == "d"));
        Assert.Equal([1, 1, 1], new[] { "a", "b", "c" }.Select(job => grants.Count(grant => grant.JobId == job)));
    }

    [Fact]
    public void Slots_SpreadOverSilos()
    {
        var grants = SlotPolicy.Assign([new("a", "x", 50, 2, 0)], new Dictionary<string, int> { ["s"] = 2, ["t"] = 2 });

        Assert.Equal(["s", "t"], grants.Select(grant => grant.Silo).Order());
    }
}
