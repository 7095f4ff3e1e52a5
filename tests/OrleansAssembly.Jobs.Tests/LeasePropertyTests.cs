using CsCheck;

namespace OrleansAssembly.Jobs.Tests;

/// <summary>
/// Random lives of a small world: messages are lost, repeated and overtake one another, silos die, drain and join, jobs come and go, schedulers die.
/// <see cref="LeaseWorld"/> checks at every step that a lease is lent once, to one job, by a book that has heard the silos, never on a draining or dead silo, never beyond its slots,
/// that what has ended never lives again, and that nothing lives on long after its silo or its job.
/// </summary>
public class LeasePropertyTests
{
    private enum Event
    {
        Pass,
        Submit,
        Join,
        KillSilo,
        DrainSilo,
        KillJob,
        CrashScheduler,
    }

    private static readonly Gen<Event> Events = Gen.Frequency(
        (12, Gen.Const(Event.Pass)),
        (5, Gen.Const(Event.Submit)),
        (2, Gen.Const(Event.Join)),
        (1, Gen.Const(Event.KillSilo)),
        (1, Gen.Const(Event.DrainSilo)),
        (1, Gen.Const(Event.KillJob)),
        (1, Gen.Const(Event.CrashScheduler)));

    private static readonly Gen<(Event Event, int Seconds)[]> Lives = Gen.Select(Events, Gen.Int[1, 15]).Array[0, 40];

    /// <summary>
    /// What holds while reports come in time and a slot is given back when its piece has ended. Not counted are pieces whose lease was on its way when the book that gave it died:
    /// nobody could have told its successor of them. The silo lets such a piece wait, as it would any other beyond its slots.
    /// </summary>
    [Fact]
    public void WhileReportsComeInTime_NoMorePiecesRunThanASiloHasSlots() => Gen.Select(Gen.Int, Lives).Sample((seed, events) =>
        Live(new LeaseWorld(seed, Network.Timely) { CheckRunning = true }, events), iter: 300);

    [Fact]
    public void HoweverMessagesFare_NoLeaseIsLentTwiceOrLivesAgainOrForEver() => Gen.Select(Gen.Int, Lives).Sample((seed, events) =>
        Live(new LeaseWorld(seed, Network.Chaotic), events), iter: 300);

    [Fact]
    public void OnceTroubleEnds_EveryJobGetsItsSlots_AndNothingStaysLent() => Gen.Select(Gen.Int, Lives).Sample((seed, events) =>
    {
        var world = new LeaseWorld(seed, Network.Chaotic);
        Live(world, events);
        world.Calm();
        for (var minutes = 0; minutes < 60 && !world.Idle; minutes++)
        {
            world.Pass(60);
        }

        Assert.True(world.Idle, "jobs still wait an hour after the trouble");
        world.Pass(LeaseTerms.DemandExpires.TotalSeconds + 60);
        Assert.Empty(world.Leases);
    }, iter: 100);

    private static void Live(LeaseWorld world, (Event Event, int Seconds)[] events)
    {
        world.Join();
        world.Submit();
        foreach (var (happening, seconds) in events)
        {
            switch (happening)
            {
                case Event.Pass:
                    world.Pass(seconds);
                    break;
                case Event.Submit:
                    world.Submit();
                    break;
                case Event.Join:
                    world.Join();
                    break;
                case Event.KillSilo:
                    world.KillSilo();
                    break;
                case Event.DrainSilo:
                    world.DrainSilo();
                    break;
                case Event.KillJob:
                    world.KillJob();
                    break;
                case Event.CrashScheduler:
                    world.CrashScheduler();
                    break;
            }

            world.Pass(0.5);
        }
    }
}
