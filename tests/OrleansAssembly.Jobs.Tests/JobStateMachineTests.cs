
namespace OrleansAssembly.Jobs.Tests;

public class JobStateMachineTests
{
    [Fact]
    public void AFailure_TellsTheStep_InWhicheverStageItComes()
    {
        foreach (var stage in StepList.Stages(JobType.Assembly))
        {
            var job = Given.Job().WorkUntil(stage).Lend();
            var place = Problem.Of("encoder-failed", "The encoder failed", "Retry the job.") with { Source = "a.mp4", Segment = 3, Output = "h264-720p" };

            var failed = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Failed) with { Problem = place }));

            Assert.Equal(place with { Step = StepList.Of(JobType.Assembly, stage).Name }, failed.Problem);
            Assert.Null(failed.Accept(new JobInput.Retry()).Problem);
        }
    }

    [Theory]
    [InlineData(JobType.Assembly)]
    [InlineData(JobType.Export)]
    [InlineData(JobType.Edl)]
    public void AJob_WhoseEveryPieceIsDone_Completes(JobType type)
    {
        var job = Given.Job(type, outputs: type == JobType.Edl ? 0 : 2).WorkUntil(null);

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal(StepList.Of(type).Count, job.Steps.Count);
        Assert.All(job.Steps, step => Assert.NotNull(step.EndedAt));
    }

    [Fact]
    public void FirstSlot_StartsAPendingJob()
    {
        var job = Given.Job().Lend();

        Assert.Equal(JobStatus.Running, job.Status);
        Assert.Equal(Given.Start, job.StartedAt);
        Assert.Equal(Stage.Validate, job.Stage);
        Assert.Single(job.Running);
    }

    [Fact]
    public void EachSlot_GetsAPieceOfItsOwn()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Lend().Lend();

        Assert.Equal([0, 1, 2], job.Running.Select(piece => piece.Index));
        Assert.Equal(3, job.Running.Select(piece => piece.Attempt).Distinct().Count());
    }

    [Fact]
    public void ASlotWithoutUse_IsGivenBack()
    {
        var job = Given.Job().Lend();
        var lease = Guid.NewGuid();

        var decision = Assert.IsType<Decision.Accepted>(JobStateMachine.Decide(job, new JobInput.SlotLent(lease, "silo"), Given.Start));

        Assert.Equal([new JobEffect.Return(lease)], decision.Effects);
        Assert.Equal(job, decision.Next);
    }

    [Fact]
    public void TheSameLoanTwice_GivesOnePiece()
    {
        var lent = new JobInput.SlotLent(Guid.NewGuid(), "silo");
        var job = Given.Job().WorkUntil(Stage.Encode).Accept(lent).Accept(lent);

        Assert.Single(job.Running);
    }


    [Fact]
    public void RunningTime_ExcludesPauses()
    {
        var job = Given.Job().Lend()
            .Accept(new JobInput.Pause(), Given.Start.AddSeconds(10))
            .Accept(new JobInput.Resume(), Given.Start.AddSeconds(1000));

        Assert.Equal(15, job.ElapsedSeconds(Given.Start.AddSeconds(1005)));
    }

    [Fact]
    public void RunningTime_ExcludesTheTimeThatTheServerWasAway()
    {
        var job = JobStateMachine.Wake(Given.Job().Lend(), null, Given.Start.AddSeconds(10), Given.Start.AddSeconds(1000));

        Assert.Equal(15, job.ElapsedSeconds(Given.Start.AddSeconds(1005)));
    }

    [Fact]
    public void Resume_OfAJobPausedWhileWaiting_WaitsAgain() =>
        Assert.Equal(JobStatus.Pending, Given.Job().Accept(new JobInput.Pause()).Accept(new JobInput.Resume()).Status);

    [Fact]
    public void Cancel_StopsWhatRunsAndGivesSlotsBack()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Lend();

        var decision = Assert.IsType<Decision.Accepted>(JobStateMachine.Decide(job, new JobInput.Cancel(), Given.Start));

        Assert.Equal(JobStatus.Cancelled, decision.Next.Status);
        Assert.Equal(2, decision.Effects.OfType<JobEffect.Stop>().Count());
        Assert.Equal(2, decision.Effects.OfType<JobEffect.Return>().Count());
        Assert.Single(decision.Effects.OfType<JobEffect.Discard>());
    }

    [Fact]
    public void ARetryOfACancelledJob_BeginsOnlyWhenTheOldWorkIsRemoved()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Accept(new JobInput.Cancel()).Accept(new JobInput.Retry());
        Assert.Equal((JobStatus.Pending, 0), (job.Status, job.Wanted(Given.Start)));
        Assert.Empty(job.Lend().Running);

        var removed = new PieceReport(new PieceId(job.Id, Stage.Cleanup, 0, job.Discarding!.Value), Guid.Empty, 1, PieceState.Done, 1, 0, 0, 0);
        job = job.Accept(new JobInput.Reported(removed));

        Assert.Equal(1, job.Wanted(Given.Start));
        Assert.Single(job.Lend().Running);
    }

    [Fact]
    public void AFailureThatMayPass_IsTriedAgain_UpToALimit()
    {
        var job = Given.Job().WorkUntil(Stage.Resolve);
        for (var attempt = 1; attempt < JobStateMachine.MaxTries; attempt++)
        {
            job = job.Lend().Fail(transient: true);
            Assert.Equal(JobStatus.Running, job.Status);
            job = job with { Setbacks = job.Setbacks.SetItem(0, job.Setbacks[0] with { Until = Given.Start }) };
        }

        job = job.Lend().Fail(transient: true);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal("urn:orleans-assembly:encoder-failed", job.Problem?.Type);
    }

    [Fact]
    public void AFailureThatStays_EndsTheJobAtOnce()
    {
        var job = Given.Job().WorkUntil(Stage.Probe).Lend().Lend().Fail(transient: false);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Empty(job.Running);
    }

    [Fact]
    public void ALostPiece_IsGivenOutAgainUnderAHigherNumber()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend();
        var lost = job.Running[0];

        job = job.Accept(new JobInput.Lost(lost.Attempt)).Lend();

        Assert.Equal(lost.Index, job.Running[0].Index);
        Assert.True(job.Running[0].Attempt > lost.Attempt);
    }

    [Fact]
    public void ALateWorker_ThatWasGivenUp_CannotReport()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend();
        var late = Given.Report(job, job.Running[0], PieceState.Done);
        job = job.Accept(new JobInput.Lost(job.Running[0].Attempt)).Lend();

        Assert.Equal(job, job.Accept(new JobInput.Reported(late)));
    }

    [Fact]
    public void ALateWorker_ThatStillWorks_IsStopped()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend();
        var late = Given.Report(job, job.Running[0], PieceState.Running) with { Silo = "silo" };
        job = job.Accept(new JobInput.Lost(job.Running[0].Attempt)).Lend();

        var decision = Assert.IsType<Decision.Accepted>(JobStateMachine.Decide(job, new JobInput.Reported(late), Given.Start));

        Assert.Equal([new JobEffect.Stop(late.Piece, "silo")], decision.Effects);
        Assert.Equal(job, decision.Next);
    }

    [Fact]
    public void AWorkerOfAnEarlierLife_WithTheSameNumberButAnotherLease_CannotReport()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend();
        var foreign = Given.Report(job, job.Running[0], PieceState.Done) with { LeaseId = Guid.NewGuid() };

        Assert.Equal(job, job.Accept(new JobInput.Reported(foreign)));
    }

    [Fact]
    public void ARepeatedReport_ChangesNothing()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Lend();
        var done = Given.Report(job, job.Running[0], PieceState.Done);
        var once = job.Accept(new JobInput.Reported(done));

        Assert.Equal(once, once.Accept(new JobInput.Reported(done)));
    }

    [Fact]
    public void Retry_OfAFailedJob_BeginsANewAttempt()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Fail(transient: false).Accept(new JobInput.Retry());

        Assert.Equal((JobStatus.Pending, 2, Stage.Validate), (job.Status, job.Attempt, job.Stage));
        Assert.Null(job.Problem);
        Assert.Equal(JobStatus.Completed, job.WorkUntil(null).Status);
    }

    [Fact]
    public void EveryStatusAndInput_IsDecidedAsTheTableSays()
    {
        var running = Given.Job().WorkUntil(Stage.Encode).Lend();
        var states = new[]
        {
            Given.Job(), running, running.Accept(new JobInput.Pause()), running.WorkUntil(null),
            running.Fail(transient: false), running.Accept(new JobInput.Cancel()),
        };
        JobInput[] inputs = [new JobInput.Pause(), new JobInput.Resume(), new JobInput.Cancel(), new JobInput.Retry()];

        var table = states.ToDictionary(state => state.Status, state => string.Join(' ', inputs.Select(input =>
            JobStateMachine.Decide(state, input, Given.Start) is Decision.Accepted accepted ? accepted.Next.Status.ToString() : "refused")));

        Assert.Equal("Paused Pending Cancelled refused", table[JobStatus.Pending]);
        Assert.Equal("Paused Running Cancelled refused", table[JobStatus.Running]);
        Assert.Equal("Paused Running Cancelled refused", table[JobStatus.Paused]);
        Assert.Equal("refused refused refused refused", table[JobStatus.Completed]);
        Assert.Equal("refused refused refused Pending", table[JobStatus.Failed]);
        Assert.Equal("refused refused Cancelled Pending", table[JobStatus.Cancelled]);
    }

    [Fact]
    public void ARefusal_SaysWhatTheStateIs()
    {
        var refused = Assert.IsType<Decision.Refused>(JobStateMachine.Decide(Given.Job().WorkUntil(null), new JobInput.Pause(), Given.Start));

        Assert.Equal((409, "A job that is completed cannot be paused."), (refused.Reason.Status, refused.Reason.Detail));
    }
}
