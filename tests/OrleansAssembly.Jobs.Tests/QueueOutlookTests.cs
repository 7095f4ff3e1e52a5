namespace OrleansAssembly.Jobs.Tests;

/// <summary>What the book of leases tells those who only look.</summary>
public class QueueOutlookTests
{
    private readonly LeaseBook _book = new(1);

    [Fact]
    public void AnEmptyQueue_IsEmptyNow_AndOneWithoutSlotsNobodyKnowsWhen()
    {
        Assert.Equal(0, _book.SecondsToEmpty(TimeSpan.Zero));
        Want("a", work: 100);
        Assert.Null(_book.SecondsToEmpty(TimeSpan.Zero));
        Assert.Null(_book.Expect(Claim("new", 10)).StartsIn);
    }

    [Fact]
    public void WorkOfAllJobs_IsSharedByTheSlots_AndTimePasses()
    {
        Slots(2);
        Want("a", work: 100);
        Want("b", work: 100);

        var now = TimeSpan.FromSeconds(30);
        Assert.Equal(100, _book.SecondsToEmpty(now)!.Value, 0.5);
        Assert.Equal(99.5, _book.SecondsToEmpty(now + TimeSpan.FromSeconds(0.5))!.Value, 0.5);
    }

    [Fact]
    public void AJobThatComesNow_StandsBehindItsEquals_AndBeforeLowerPriorities_AndLeavesNoTrace()
    {
        Slots(1);
        Want("a", work: 40);
        Want("b", work: 60);

        Assert.Equal(100, _book.Expect(Claim("new", 10)).StartsIn!.Value, 0.5);
        Assert.Equal(0, _book.Expect(Claim("new", 10) with { Priority = 90 }).StartsIn);
        Assert.Equal(2, _book.Waiting);
        Assert.Null(_book.PriorityOf("new"));
    }

    [Fact]
    public void BusySlots_AreThoseThatAreLent_AndSlotsOfASiloThatLeavesDoNotCount()
    {
        Slots(3);
        Want("a", work: 100, wanted: 2);
        Assert.Equal(2, _book.Lend(TimeSpan.FromSeconds(30)).Count);
        Assert.Equal((3, 2, 50), (_book.Slots, _book.BusySlots, _book.PriorityOf("a")));

        _book.Report(new SiloSlots("silo", 3, true, []), TimeSpan.FromSeconds(31));
        Assert.Equal(0, _book.Slots);
    }

    private static SlotClaim Claim(string job, double work, int wanted = 1) => new(job, "owner", 50, wanted, [], work);

    private void Want(string job, double work, int wanted = 1) => _book.Want(Claim(job, work, wanted), [], TimeSpan.Zero);

    private void Slots(int count)
    {
        _book.Meet(["silo"], []);
        _book.Report(new SiloSlots("silo", count, false, []), TimeSpan.Zero);
    }
}
