using System.Diagnostics;
using CsCheck;

namespace OrleansAssembly.Jobs.Tests;

/// <summary>When it is whose turn.</summary>
public class ForecastTests
{
    private readonly LeaseBook _book = new(1);
    private TimeSpan _now = TimeSpan.FromSeconds(10);

    public ForecastTests()
    {
        _book.Meet(["s"], []);
        _book.Report(new SiloSlots("s", 2, false, []), _now);
    }

    [Fact]
    public void WhoWaits_HearsWhenThoseBeforeAreDone()
    {
        var turns = Enumerable.Range(0, 5).Select(job => Want(job, work: 30)).ToList();
        _now += TimeSpan.FromSeconds(2);

        // Two at a time, in the order of age.
        Assert.Equal([0, 0, 30, 30, 60], Enumerable.Range(0, 5).Select(job => Math.Round(Want(job, work: 30).StartsIn!.Value)));
        Assert.Equal(2, turns[0].Slots);
    }

    [Fact]
    public void AHigherPriority_IsServedFirst_AndAnotherOwnersJobNotAfterAllOfTheFirst()
    {
        var (old, second, third) = (Want(0, 40), Want(1, 40), Want(2, 40));
        var (urgent, others) = (Want(8, 40, priority: 90), Want(9, 40, owner: "pier"));

        Assert.Equal((0.0, 0.0), (old.StartsIn!.Value, second.StartsIn!.Value));
        Assert.Equal(40, third.StartsIn);
        Assert.Equal(0, urgent.StartsIn);
        Assert.InRange(others.StartsIn!.Value, 20, 21); // after the urgent one, beside the oldest of the other owner
    }

    [Fact]
    public void AJobAtWork_HearsThatAHigherPriorityGoesFirst_ThoughItStillHoldsWhatItWasLent()
    {
        Want(0, 40);
        var held = Assert.Single(_book.Lend(_now));
        Assert.Equal(0, Want(0, 40, held: held).StartsIn);

        _now += TimeSpan.FromSeconds(2);
        Want(8, 60, priority: 90);
        _now += TimeSpan.FromSeconds(2);
        Assert.InRange(Want(0, 38, held: held).StartsIn!.Value, 28, 30);

        // A slot that the others leave to it for a moment makes it no sooner its turn.
        _book.Return(held.Id, _now);
        _now += TimeSpan.FromSeconds(2);
        Assert.InRange(Want(0, 38).StartsIn!.Value, 28, 30);
        held = Assert.Single(_book.Lend(_now), lease => lease.JobId == "00000");
        _now += TimeSpan.FromSeconds(0.5);
        Assert.InRange(Want(0, 38, held: held).StartsIn!.Value, 27, 30);
    }

    [Fact]
    public void AJobThatBegins_BeforeTheForecastKnows_WaitsNoLonger()
    {
        var turns = Enumerable.Range(0, 3).Select(job => Want(job, 60)).ToList();
        Assert.True(turns[2].StartsIn > 10);

        _book.Report(new SiloSlots("t", 4, false, []), _now);
        _now += TimeSpan.FromSeconds(0.2);
        var held = Assert.Single(_book.Lend(_now), lease => lease.JobId == "00002");
        Assert.Equal(0, Want(2, 60, held: held).StartsIn);
    }

    [Fact]
    public void AJobThatStandsStill_KeepsWhatItHolds_WhateverItsPriority()
    {
        Want(0, 40, priority: 0);
        var held = Assert.Single(_book.Lend(_now));
        _book.Want(new SlotClaim("00000", "harbour", 0, 1, [], 100, Stands: true), [held], _now);
        var (first, second) = (Want(1, 30, priority: 90), Want(2, 30, priority: 90));

        Assert.Equal((0.0, 1.0), (first.StartsIn!.Value, first.Slots));
        Assert.InRange(second.StartsIn!.Value, 29, 31);
    }

    [Fact]
    public void WhereThereAreNoSlots_NobodyCanTellWhoseTurnItIs()
    {
        _book.Report(new SiloSlots("s", 2, Draining: true, []), _now);

        Assert.Null(Want(0, 40).StartsIn);
    }

    [Fact]
    public void AsTimePasses_TheTurnComesNearer()
    {
        var first = Enumerable.Range(0, 4).Select(job => Want(job, 30)).ToList()[3].StartsIn!.Value;
        _now += TimeSpan.FromSeconds(0.5);

        Assert.Equal(first - 0.5, Want(3, 30).StartsIn!.Value, 6);
    }

    [Fact]
    public void WhateverIsAsked_EachJobHasATurn_ThatIsFinite() => Gen.Select(Gen.Double, Gen.Int[0, 100], Gen.Int[0, 3], Gen.Int[0, 20]).Array[1, 60].Sample(claims =>
    {
        var book = new LeaseBook(1);
        foreach (var (index, (work, priority, owner, wanted)) in claims.Index())
        {
            var outlook = book.Want(new SlotClaim($"{index:D4}", $"o{owner}", priority, wanted, [], work), [], TimeSpan.FromSeconds(index));
            Assert.True(double.IsFinite(outlook.Slots) && outlook.Slots > 0 && (outlook.StartsIn is not { } wait || (double.IsFinite(wait) && wait >= 0)), $"{outlook}");
        }
    });

    [Fact]
    public void TenThousandWaiting_CostAForecastNowAndThen_AndNotOneEachCall()
    {
        var watch = Stopwatch.StartNew();
        for (var job = 0; job < 10_000; job++)
        {
            Want(job, work: 100 + (job % 7), owner: $"o{job % 50}");
            _now += TimeSpan.FromMilliseconds(1);
        }

        _now += TimeSpan.FromMinutes(1);
        Assert.InRange(Want(9_999, 106, owner: "o49").StartsIn!.Value, 400_000, 530_000);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10); // a forecast each would take minutes
    }

    private SlotOutlook Want(int job, double work, int priority = 50, string owner = "harbour", SlotLease? held = null) =>
        _book.Want(new SlotClaim($"{job:D5}", owner, priority, 1, [], work), held is null ? [] : [held], _now);
}
