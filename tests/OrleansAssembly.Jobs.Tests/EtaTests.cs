using CsCheck;

namespace OrleansAssembly.Jobs.Tests;

public class EtaTests
{
    private enum Event
    {
        Lend,
        Progress,
        Finish,
        Fail,
        Lose,
        Pause,
        Resume,
        Retry,
        Slots,
        Wait,
    }

    [Fact]
    public void WhateverHappens_TheEstimateIsFinite_InsideItsInterval_AndJumpsOnlyWithACause() =>
        Gen.Select(Gen.Enum<Event>(), Gen.Int[0, 1000]).Array[0, 150].Sample(events =>
        {
            var (state, eta, now, slots) = (Given.Job(), new EtaEstimator(["p0", "p1"]), Given.Start, 2.0);
            var (last, before) = (eta.Next(state, new SlotOutlook(slots), now), state);
            foreach (var (happening, pick) in events)
            {
                now += TimeSpan.FromMilliseconds(happening == Event.Wait ? 20 * pick : pick);
                slots = happening == Event.Slots ? 0.2 + (pick % 9) : slots;
                state = Apply(state, happening, pick, now);
                var estimate = eta.Next(state, new SlotOutlook(slots, pick), now);

                Assert.All([estimate.Seconds, estimate.Low, estimate.High, estimate.Elapsed], value => Assert.True(double.IsFinite(value) && value >= 0, $"{estimate}"));
                Assert.True(estimate.Low <= estimate.Seconds && estimate.Seconds <= estimate.High, $"{estimate}");
                Assert.Equal(state.Ended, estimate.Seconds == 0 && estimate.High == 0);
                Assert.True(state.Status == JobStatus.Pending || estimate.ExpectedStart is null);
                if (state.Status == JobStatus.Running && before.Status == JobStatus.Running && state.Attempt == before.Attempt && estimate.Cause is null)
                {
                    var expected = Math.Max(0, last.Seconds - (estimate.Elapsed - last.Elapsed));
                    Assert.InRange(estimate.Seconds, expected - (last.High - last.Low) - 1e-9, expected + (last.High - last.Low) + 1e-9);
                }

                if (state.Status == JobStatus.Paused && before.Status is JobStatus.Running or JobStatus.Paused && before.Status != JobStatus.Pending && before.StartedAt is not null)
                {
                    Assert.True(before.Status == JobStatus.Running || estimate.Seconds == last.Seconds, "It moved while the job was paused.");
                }

                (last, before) = (estimate, state);
            }
        });

    [Fact]
    public void ItIsKnownBeforeAnythingIsPlanned_FromWhatTheSpecSays()
    {
        var (small, large) = (First(new JobOutline(60, 25, 1280 * 720, [40])), First(new JobOutline(600, 25, 1280 * 720, [400])));

        Assert.InRange(large.Seconds / small.Seconds, 5, 11);
        Assert.InRange(small.Seconds, 20, 120);
        Assert.InRange(small.High - small.Low, 0.2 * small.Seconds, 2 * small.Seconds);

        static EtaEstimate First(JobOutline outline) => EtaEstimator.Estimate(Given.Job(outputs: 1) with { Outline = outline }, 2, Given.Start);
    }

    [Fact]
    public void MoreSlots_MakeItShorter_AndOneSlotTakesAllTheWork()
    {
        var job = Given.Job().WorkUntil(Stage.Encode);
        var seconds = new[] { 1, 2, 4, 8, 100 }.Select(slots => EtaEstimator.Estimate(job, slots, Given.Start).Seconds).ToList();

        Assert.Equal(seconds.OrderDescending(), seconds);
        Assert.InRange(seconds[0] / seconds[1], 1.3, 2.1);
    }

    [Fact]
    public void EachFinishedPiece_LeavesLessToDo()
    {
        var job = Given.Job().WorkUntil(Stage.Encode);
        var left = new List<double>();
        while (job.Stage == Stage.Encode)
        {
            left.Add(EtaEstimator.Estimate(job, 2, Given.Start).Seconds);
            var piece = job.Lend();
            job = piece.Accept(new JobInput.Reported(Given.Report(piece, piece.Running[0], PieceState.Done) with { CpuSeconds = 5, WallSeconds = 6 }));
        }

        Assert.Equal(left.OrderDescending(), left);
    }

    [Fact]
    public void ASourceThatIsHarderThanItLooks_IsExpectedToStayHard()
    {
        var plan = new WorkPlan(4800, 1, 1, [.. Enumerable.Range(0, 40).Select(index => new EncodePiece(0, index, 120, 5, index % 2))], 24, [new(4000, 1e6), new(4000, 1e6)], [1e6]);
        var job = Given.Job(outputs: 1).WorkUntil(Stage.Encode) with { Plan = plan };
        var (hardLeft, easyLeft) = (Left(0), Left(1));

        Assert.InRange(hardLeft / easyLeft, 2.2, 3.4);

        // Ten pieces of each are done, those of the first source took three times as long: what is left is all of one source.
        double Left(int source) => EtaEstimator.Estimate(
            job with
            {
                Cost = plan.Encode.Take(20).Aggregate(CostRecord.None, (cost, piece) => cost.Add(piece, piece.Source == 0 ? 15 : 5, piece.Source == 0 ? 17 : 6)),
                Plan = plan with { Encode = [.. plan.Encode.Where(piece => piece.Source == source)] },
            },
            1,
            Given.Start).Seconds;
    }

    /// <summary>Black pictures cost next to nothing and are the first to be done: once they pulled a whole film's estimate down by a fifth.</summary>
    [Fact]
    public void WhatPicturesUnlikeAllOthersCost_SaysLessOfTheRest()
    {
        const double Machine = 10; // jobs that it is known from, in other formats
        var (black, usual) = (Fall(new SourceTraits(100, 2.6e6)), Fall(new SourceTraits(12_000, 1e6)));

        Assert.InRange(usual, 0.2, 0.4);
        Assert.InRange(black, 0, 0.9 * usual);

        // Four pieces of a first source are done and took less than half; what is left is of another, which has usual pictures.
        double Fall(SourceTraits first)
        {
            var plan = new WorkPlan(4800, 1, 1, [.. Enumerable.Range(0, 40).Select(index => new EncodePiece(0, index, 120, 5, index < 4 ? 0 : 1))], 24, [first, new(13_000, 1e6)], [1e6]);
            return 1 - (Left(0.45) / Left(1));

            double Left(double ratio) => new EtaEstimator(["p0"]) { Prior = EtaPrior.Empty with { Utilisation = new MeanPrior(Machine, 0) } }.Next(
                Given.Job(outputs: 1).WorkUntil(Stage.Encode) with
                {
                    Cost = plan.Encode.Take(4).Aggregate(CostRecord.None, (cost, piece) => cost.Add(piece, 5 * ratio, 5.5 * ratio)),
                    Plan = plan with { Encode = [.. plan.Encode.Skip(4)] },
                },
                new SlotOutlook(1),
                Given.Start).Seconds;
        }
    }

    [Fact]
    public void APieceAtWorkThatCostsMoreThanItLooked_TellsWhatTheOthersOfItsSourceWillCost()
    {
        var plan = new WorkPlan(4800, 1, 1, [.. Enumerable.Range(0, 40).Select(index => new EncodePiece(0, index, 120, 5, index % 2))], 24, [new(4000, 1e6), new(4000, 1e6)], [1e6]);
        var job = (Given.Job(outputs: 1).WorkUntil(Stage.Encode) with { Plan = plan, Stages = [] }).Lend();
        var (usual, dear) = (Left(2), Left(6));

        Assert.InRange(dear / usual, 1.3, 3);

        double Left(double spent) => EtaEstimator.Estimate(job with { Running = [job.Running[0] with { Fraction = 0.85, CpuSeconds = spent, WallSeconds = spent / 0.9 }] }, 1, Given.Start).Seconds;
    }

    [Fact]
    public void WhatAnEarlierAttemptMade_IsNotCountedAgain()
    {
        var job = AtEncoding();
        var fresh = EtaEstimator.Estimate(job, 1, Given.Start).Seconds;
        for (var piece = 0; piece < 6; piece++)
        {
            job = job.Lend().Finish();
        }

        var again = job.Lend().Fail(transient: false).Accept(new JobInput.Retry()).WorkUntil(Stage.Encode) with { Cost = CostRecord.None, Stages = [] };

        Assert.Equal(6, again.MadeBefore);
        Assert.True(EtaEstimator.Estimate(again, 1, Given.Start).Seconds < 0.5 * fresh);
    }

    [Fact]
    public void WhatEarlierJobsCost_IsExpectedFromTheFirstSecondOn()
    {
        var first = AtEncoding();
        var job = first;
        foreach (var piece in first.Plan!.Encode)
        {
            var lent = job.Lend();
            job = lent.Accept(new JobInput.Reported(Given.Report(lent, lent.Running[0], PieceState.Done) with { CpuSeconds = 3 * piece.Cost, WallSeconds = 3 * piece.Cost / 0.8 }));
        }

        var completed = job.WorkUntil(null) with { Stages = [] };
        var (once, often) = (EtaPrior.Empty.Learn(completed, ["p0", "p1"]), EtaPrior.Empty);
        for (var n = 0; n < 10; n++)
        {
            often = often.Learn(completed, ["p0", "p1"]);
        }

        var guessed = Expect(EtaPrior.Empty, "p0", "p1");
        Assert.InRange(Expect(once, "p0", "p1") / guessed, 1.3, 3);
        Assert.InRange(Expect(often, "p0", "p1") / guessed, Expect(once, "p0", "p1") / guessed, 3.4);
        Assert.InRange(Expect(often, "other", "unknown") / guessed, 1.3, 3.4); // the machine is slower than thought, whatever it makes

        double Expect(EtaPrior prior, params string[] presets) => new EtaEstimator(presets) { Prior = prior }.Next(first, new SlotOutlook(2), Given.Start).Seconds;
    }

    [Fact]
    public void AJumpIsNamedInTheMessage()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend();
        var eta = new EtaEstimator(["p0", "p1"]);
        eta.Next(job, new SlotOutlook(4), Given.Start);
        var fewer = eta.Next(job, new SlotOutlook(1), Given.Start.AddSeconds(1));

        Assert.Equal("1 slot instead of 4", fewer.Cause);
        Assert.EndsWith("; 1 slot instead of 4", JobProgress.Of(job, fewer, [], new SpeedMeter(), Given.Start).Message);
        Assert.Null(eta.Next(job, new SlotOutlook(1), Given.Start.AddSeconds(10)).Cause);
    }

    [Fact]
    public void WhereOtherJobsGoFirst_AJobAtWorkCountsTheWait_SaysWhy_AndIsNotTakenToBeSlowAfterwards()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend();
        var eta = new EtaEstimator(["p0", "p1"]);
        var alone = eta.Next(job, new SlotOutlook(2), Given.Start);
        var started = eta.Next(job, new SlotOutlook(2), Given.Start.AddSeconds(1));
        var behind = eta.Next(job, new SlotOutlook(2, 120), Given.Start.AddSeconds(2));

        Assert.Equal("other jobs go first", behind.Cause);
        Assert.InRange(behind.Seconds, started.Seconds + 115, started.Seconds + 125);
        Assert.True(behind.High - behind.Low > started.High - started.Low);

        var last = behind;
        for (var second = 3; second <= 122; second++)
        {
            last = eta.Next(job, new SlotOutlook(2, 122 - second), Given.Start.AddSeconds(second));
        }

        Assert.Null(last.Cause);
        Assert.InRange(last.Seconds, 0.9 * alone.Seconds, 1.1 * alone.Seconds);
        Assert.Equal("its turn comes sooner", Next(Next(last, 123, 60), 124, 0).Cause);

        EtaEstimate Next(EtaEstimate before, int second, double turn) => eta.Next(job, new SlotOutlook(2, turn), Given.Start.AddSeconds(second));
    }

    [Fact]
    public void AJobThatWaits_SaysWhatChangedItsEstimate_AndOneThatWokeElsewhereSaysThatItIsEstimatedAnew()
    {
        var (eta, waiting) = (new EtaEstimator(["p0", "p1"]), Given.Job());
        Assert.Null(eta.Next(waiting, new SlotOutlook(4, 100), Given.Start).Cause);
        Assert.Equal("1 slot instead of 4", eta.Next(waiting, new SlotOutlook(1, 100), Given.Start.AddSeconds(1)).Cause);
        Assert.Null(eta.Next(waiting, new SlotOutlook(1, 90), Given.Start.AddSeconds(8)).Cause);

        Assert.Equal("estimated anew", new EtaEstimator(["p0", "p1"], wakes: true).Next(Given.Job().WorkUntil(Stage.Encode), new SlotOutlook(1), Given.Start).Cause);
    }

    /// <summary>Else each look of a job that waits for room would halve what all others count on.</summary>
    [Fact]
    public void AJobThatOnlyWaits_OrHoldsItsSlots_ClaimsNotTheWorkThatItStillHas()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Lend();
        var limit = TimeSpan.FromMinutes(2);
        Assert.Equal(500, job.Claimed(500, limit, Given.Start));

        var paused = job.Accept(new JobInput.Pause());
        Assert.Equal(2 * 120, paused.Claimed(500, limit, Given.Start), 0.1);
        Assert.Equal(2 * 20, paused.Claimed(500, limit, Given.Start.AddSeconds(100)), 0.1);
        Assert.InRange(paused.Claimed(500, limit, Given.Start.AddSeconds(1000)), 0.1, 10);
        Assert.InRange(job.Accept(new JobInput.Pause(AfterPieces: true)).Claimed(500, limit, Given.Start), 1, 20);
        Assert.InRange((job with { Waiting = Problem.Of("disk-full", "No room", "It needs 3 GB.") }).Claimed(500, limit, Given.Start), 1, 20);
    }

    [Fact]
    public void WhereNobodyKnowsWhoseTurnItIs_NoStartIsTold() =>
        Assert.Null(new EtaEstimator(["p0"]).Next(Given.Job(), new SlotOutlook(1, StartsIn: null), Given.Start).ExpectedStart);

    /// <summary>About to encode; what the stages before took says nothing.</summary>
    private static JobState AtEncoding() => Given.Job().WorkUntil(Stage.Encode) with { Stages = [] };

    private static JobState Apply(JobState state, Event happening, int pick, DateTimeOffset now)
    {
        var piece = state.Running.IsEmpty ? null : state.Running[pick % state.Running.Count];
        JobInput? input = happening switch
        {
            Event.Lend => new JobInput.SlotLent(Guid.NewGuid(), "silo"),
            Event.Progress when piece is not null => Report(PieceState.Running),
            Event.Finish when piece is not null => Report(PieceState.Done),
            Event.Fail when piece is not null => Report(PieceState.Failed),
            Event.Lose when piece is not null => new JobInput.Lost(piece.Attempt),
            Event.Pause => new JobInput.Pause(),
            Event.Resume => new JobInput.Resume(),
            Event.Retry => new JobInput.Retry(),
            _ => null,
        };
        return input is not null && JobStateMachine.Decide(state, input, now) is Decision.Accepted accepted ? accepted.Next : state;

        // Numbers that make no sense are heard as well.
        JobInput.Reported Report(PieceState to) => new(Given.Report(state, piece!, to, pick / 900.0, transient: pick % 5 > 0) with { CpuSeconds = pick % 7 == 0 ? 0 : pick / 100.0, WallSeconds = pick % 11 / 3.0 });
    }
}
