using CsCheck;

namespace OrleansAssembly.Jobs.Tests;

public class ViewTests
{
    private static JobProgress View(JobState state) => JobProgress.Of(state, EtaEstimator.Estimate(state, 2, Given.Start), ["h264-1080p", "vp9-1080p"], new SpeedMeter(), Given.Start);

    [Fact]
    public void AnAssembly_HasTheTwelveStepsAndMilestonesOfTheContract()
    {
        var steps = StepList.Of(JobType.Assembly);

        Assert.Equal([5, 10, 15, 20, 35, 45, 50, 55, 60, 65, 70, 100], steps.Select(step => step.EndsAt));
        Assert.Equal("Apply format encoding", steps[5].Name);
        Assert.Equal("Send completion notification", steps[11].Name);
    }

    [Theory]
    [InlineData(JobType.Export)]
    [InlineData(JobType.Edl)]
    public void ShorterJobs_HaveFewerStepsThatEndAt100(JobType type)
    {
        var steps = StepList.Of(type);

        Assert.InRange(steps.Count, 8, 10);
        Assert.Equal(100, steps[^1].EndsAt);
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(step => step.Index));
    }

    [Fact]
    public void SharesOfAStepsStages_AddUpToOne() => Assert.All(
        Enum.GetValues<JobType>().SelectMany(StepList.Of),
        step => Assert.Equal(1, step.Stages.Sum(StepList.ShareOfStep), 9));

    [Fact]
    public void Progress_IsAtTheMilestone_WhenAStepEnds()
    {
        Assert.Equal(10, View(Given.Job().WorkUntil(Stage.Story)).Percent);
        Assert.Equal(35, View(Given.Job().WorkUntil(Stage.Encode)).Percent);
        Assert.Equal(70, View(Given.Job().WorkUntil(Stage.Notify)).Percent);
        Assert.Equal(100, View(Given.Job().WorkUntil(null)).Percent);
    }

    [Fact]
    public void TheMessage_NamesTheSegmentAndTheFormat()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Finish().Lend();

        Assert.Equal("Encoding segment 2 of 8 (vp9-1080p)", View(job).Message);
    }

    [Fact]
    public void TheEstimate_IsKnownFromTheStart_FiniteAndInsideItsInterval()
    {
        for (var job = Given.Job(); !job.Ended; job = job.Lend().Finish())
        {
            var eta = EtaEstimator.Estimate(job, 2, Given.Start);
            Assert.True(double.IsFinite(eta.Seconds) && eta.Seconds >= 0 && eta.Low >= 0 && eta.Low <= eta.Seconds && eta.Seconds <= eta.High, $"{job.Stage}: {eta}");
        }
    }

    [Fact]
    public void TheEstimate_LearnsFromFinishedPieces()
    {
        var fresh = Given.Job().WorkUntil(Stage.Encode) with { Stages = [] };
        var slow = fresh with { Cost = fresh.Plan!.Encode.Take(4).Aggregate(CostRecord.None, (cost, piece) => cost.Add(piece, 3 * piece.Cost, 3.3 * piece.Cost)) };

        Assert.True(EtaEstimator.Estimate(slow, 2, Given.Start).Seconds > 1.5 * EtaEstimator.Estimate(fresh, 2, Given.Start).Seconds);
    }

    [Fact]
    public void TheSpeed_IsThatOfTheLastSeconds_OverAllPieces()
    {
        var meter = new SpeedMeter();
        var speeds = Enumerable.Range(0, 20).Select(second => meter.Note(second, "fps", Math.Min(second, 10) * 24)).ToList();

        Assert.Equal(0, speeds[0]);
        Assert.All(speeds[1..11], speed => Assert.Equal(24, speed, 6));
        Assert.Equal(0, speeds[^1]);
        Assert.Equal(0, meter.Note(20, "MB/s", 500));
        Assert.Equal(7, meter.Note(21, "MB/s", 507), 6);
        Assert.Equal(0, meter.Note(22, "MB/s", 5));
    }

    /// <summary>Two pieces of a stage at a time, 12 units a second each; one of them fails, and in between the job is paused.</summary>
    [Theory]
    [InlineData(Stage.Encode, "fps", 24)]
    [InlineData(Stage.Verify, "MB/s", 24)]
    [InlineData(Stage.Probe, "MB/s", 24)]
    [InlineData(Stage.Story, "shots/min", 12 * 60)]
    public void TheSpeed_CountsWhatIsReallyHandled_AndNoPauses(Stage stage, string unit, double expected)
    {
        var (meter, now) = (new SpeedMeter(), Given.Start);
        var job = Given.Job().WorkUntil(stage).Lend().Lend();
        var begin = job.Running;
        Assert.Equal(0, Speed());

        Work(2);
        Assert.Equal(expected, Speed(), 6);
        job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Failed, transient: true) with { Amount = job.Running[0].Amount }), now);
        Assert.Equal(expected, Speed(), 6); // what it had done it had done
        job = job.Accept(new JobInput.Pause(false, null), now);
        Assert.Equal(0, Speed());
        now += TimeSpan.FromSeconds(3);
        job = job.Accept(new JobInput.Resume(), now);
        Assert.Equal(expected, Speed(), 6);
        Work(6);
        Assert.Equal(12 * (unit == "shots/min" ? 60 : 1) * (begin.Count - 1), Speed(), 6);

        double Speed()
        {
            var view = JobProgress.Of(job, new EtaEstimate(1, 1, 1, 1), [], meter, now);
            Assert.Equal(unit, view.Unit);
            return view.Speed;
        }

        void Work(int seconds)
        {
            for (; seconds > 0; seconds--)
            {
                now += TimeSpan.FromSeconds(1);
                foreach (var piece in job.Running)
                {
                    job = job.Accept(new JobInput.Reported(Given.Report(job, piece, PieceState.Running, 0.1) with { Amount = piece.Amount + 12 }), now);
                }

                Speed();
            }
        }
    }

    [Fact]
    public void TheSpeed_GoesOn_WhereTheNextStageWritesOfTheSameShots_AndBeginsAnewWhereOtherWorkBegins()
    {
        var (meter, job) = (new SpeedMeter(), Given.Job().WorkUntil(Stage.Story).Lend());
        Assert.Equal((0, "shots/min"), View(0));
        job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Done) with { Amount = 30 }));
        Assert.Equal(Stage.Edl, job.Stage);
        Assert.Equal((18000, "shots/min"), View(0.1));
        job = job.Lend();
        job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Done) with { Amount = 30 }));
        Assert.Equal((18000, "shots/min"), View(0.2));

        job = Given.Job(outputs: 1).WorkUntil(Stage.Mix).Lend();
        Assert.Equal((0, "fps"), View(1));
        job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Done) with { Amount = 900 }));
        Assert.Equal(Stage.Encode, job.Stage);
        Assert.Equal((0, "fps"), View(2));
        job = job.Lend();
        job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Running) with { Amount = 24 }));
        Assert.Equal((24, "fps"), View(3));

        (double, string) View(double second)
        {
            var view = JobProgress.Of(job with { RunningSince = Given.Start }, new EtaEstimate(1, 1, 1, 1), [], meter, Given.Start.AddSeconds(second));
            return (view.Speed, view.Unit);
        }
    }

    /// <summary>An encoding of three hours, ten updates a second.</summary>
    [Fact]
    public void Numbers_AreWrittenAheadEveryFewSeconds_AndNotEachTime()
    {
        var (job, reserve, shown, writes, updates) = (Given.Job().WorkUntil(Stage.Encode).Lend(), ProgressReserve.None, ProgressShown.After(ProgressReserve.None, TimeSpan.Zero), 0, 3 * 36_000);
        for (var n = 1; n <= updates; n++)
        {
            job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Running, (double)n / updates)));
            shown = ProgressLedger.Next(shown, job, JobProgress.Of(job, new EtaEstimate(1, 1, 1, 1), [], new SpeedMeter(), Given.Start));
            if (ProgressLedger.IsBeyond(shown, reserve))
            {
                (reserve, writes) = (ProgressLedger.Reserve(shown, reserve, ended: false), writes + 1);
            }

            Assert.False(ProgressLedger.IsBeyond(shown, reserve));
        }

        Assert.InRange(writes, 2, updates / 900);
    }

    /// <summary>Pieces that are as good as done, at the end of each stage of each type of job.</summary>
    [Theory]
    [InlineData(JobType.Assembly)]
    [InlineData(JobType.Export)]
    [InlineData(JobType.Edl)]
    public void AStep_IsNotAtItsEnd_WhileWorkGoesOn_AndMovesWithEachOfItsStages(JobType type)
    {
        var (job, before) = (Given.Job(type), (Step: 0, Percent: 0.0, StepPercent: 0.0));
        while (!job.Ended)
        {
            job = job.Lend();
            foreach (var fraction in new[] { 0.001, 0.5, 0.75, 1 })
            {
                job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Running, fraction)));
                var view = View(job);
                Assert.True(view.StepPercent < 100 && view.Percent < view.Step.EndsAt, $"{view} at its end while {job.Stage} goes on");
                Assert.True(view.Percent > before.Percent || fraction == 1, $"{view} stands still in {job.Stage}");
                Assert.True(view.Step.Index > before.Step || view.StepPercent > before.StepPercent || fraction == 1, $"{view} stands still in {job.Stage}");
                before = (view.Step.Index, view.Percent, view.StepPercent);
            }

            job = job.Finish();
        }

        Assert.Equal((100, 100), (View(job).Percent, View(job).StepPercent));
    }

    [Fact]
    public void IndexSet_HoldsWhatASetHolds_AndIsReadBack() => Gen.Int[0, 60].Array[0, 80].Sample(numbers =>
    {
        var set = numbers.Aggregate(IndexSet.Empty, (all, number) => all.Add(number));
        var expected = numbers.ToHashSet();

        Assert.Equal(expected.Order(), set.Members());
        Assert.Equal(expected.Count, set.Count);
        Assert.Equal(set, IndexSet.Parse(set.ToString()));
        Assert.All(Enumerable.Range(0, 62), number => Assert.Equal(expected.Contains(number), set.Contains(number)));
        Assert.All(Enumerable.Range(0, 62), number => Assert.Equal(Enumerable.Range(number, 70).First(n => !expected.Contains(n)), set.NextMissing(number)));
    });

    [Fact]
    public void ABadSpec_HearsOfEveryMistakeAtOnce()
    {
        var spec = new JobSpec(JobType.Assembly, "Has Blanks", " ", null, "x", [new OutputSpec("nope"), new OutputSpec(null)],
            new NotificationSpec(["sometimes"], ["no-at"], ["123"], [new WebhookSpec("ftp://x", null)]), 101, null);

        var paths = JobSpecValidator.Check(spec, name => name == "h264-1080p").Select(problem => problem.Path).ToHashSet();

        Assert.Superset(
            new HashSet<string>
            {
                "projectId", "title", "priority", "sourceJobId", "outputs[0].preset", "outputs[1].preset",
                "notifications.on[0]", "notifications.email[0]", "notifications.sms[0]", "notifications.webhooks[0]",
            },
            paths);
        Assert.Contains(paths, path => path.StartsWith("timeline", StringComparison.Ordinal));
    }

    [Fact]
    public void AnEdlJob_HasNoOutputs_AndAnExportNoTimeline()
    {
        Assert.Contains(JobSpecValidator.Check(Given.Spec(JobType.Edl, "h264-1080p"), _ => true), problem => problem.Path == "outputs");
        Assert.Contains(JobSpecValidator.Check(Given.Spec(JobType.Export, "h264-1080p"), _ => true), problem => problem.Path == "timeline");
        Assert.Contains(JobSpecValidator.Check(Given.Spec(JobType.Export, "h264-1080p"), _ => true), problem => problem.Path == "sourceJobId");
        Assert.Empty(JobSpecValidator.Check(Given.Spec(JobType.Assembly, "h264-1080p"), _ => true));
    }
}
