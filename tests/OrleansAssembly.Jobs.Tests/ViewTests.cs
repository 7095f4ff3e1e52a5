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
        var speeds = Enumerable.Range(0, 20).Select(second => meter.Note(Given.Start.AddSeconds(second), Math.Min(second, 10) * 24)).ToList();

        Assert.Equal(0, speeds[0]);
        Assert.All(speeds[1..11], speed => Assert.Equal(24, speed, 6));
        Assert.Equal(0, speeds[^1]);
        Assert.Equal(0, meter.Note(Given.Start.AddSeconds(20), 5));
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
