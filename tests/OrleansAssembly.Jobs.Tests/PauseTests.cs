namespace OrleansAssembly.Jobs.Tests;

public class PauseTests
{
    private static readonly TimeSpan HoldLimit = TimeSpan.FromMinutes(2);

    private static JobState TwoAtWork => Given.Job().WorkUntil(Stage.Encode).Lend().Lend();

    [Fact]
    public void Pause_HoldsWhatRuns_AndGivesOutNothingMore()
    {
        var decision = Decide(TwoAtWork, new JobInput.Pause());

        Assert.Equal(JobStatus.Paused, decision.Next.Status);
        Assert.Equal(2, decision.Effects.OfType<JobEffect.Hold>().Count());
        Assert.Equal(2, decision.Next.Wanted(Given.Start));
        Assert.Equal(2, decision.Next.Lend().Running.Count);
    }

    [Fact]
    public void Resume_LetsTheSamePiecesGoOn()
    {
        var paused = TwoAtWork.Accept(new JobInput.Pause());

        var decision = Decide(paused, new JobInput.Resume());

        Assert.Equal(JobStatus.Running, decision.Next.Status);
        Assert.Equal(paused.Running, decision.Next.Running);
        Assert.Equal(2, decision.Effects.OfType<JobEffect.Continue>().Count());
    }

    [Fact]
    public void ALongPause_GivesTheSlotsToOthers_AndKeepsWhatIsFinished()
    {
        var paused = TwoAtWork.Finish().Accept(new JobInput.Pause());

        var soon = paused.Accept(new JobInput.TimePassed(HoldLimit), Given.Start + HoldLimit - TimeSpan.FromSeconds(1));
        var decision = Decide(paused, new JobInput.TimePassed(HoldLimit), Given.Start + HoldLimit);

        Assert.Equal(paused, soon);
        Assert.Equal((JobStatus.Paused, 0, 1), (decision.Next.Status, decision.Next.Running.Count, decision.Next.Done.Count));
        Assert.Single(decision.Effects.OfType<JobEffect.Stop>());
        Assert.Single(decision.Effects.OfType<JobEffect.Return>());
        Assert.Equal(JobStatus.Completed, decision.Next.Accept(new JobInput.Resume()).WorkUntil(null).Status);
    }

    [Fact]
    public void APauseAfterItsPieces_EndsThemFirst()
    {
        var pausing = TwoAtWork.Accept(new JobInput.Pause(AfterPieces: true));
        Assert.Equal(JobStatus.Running, pausing.Status);
        Assert.Equal(2, pausing.Lend().Running.Count);

        var paused = pausing.Finish().Finish();

        Assert.Equal((JobStatus.Paused, false, 2), (paused.Status, paused.Pausing, paused.Done.Count));
    }

    [Fact]
    public void APauseAfterItsPieces_IsAPauseAtOnce_WhereNothingRuns() =>
        Assert.Equal(JobStatus.Paused, Given.Job().Accept(new JobInput.Pause(AfterPieces: true)).Status);

    [Fact]
    public void APauseAfterItsPieces_CanBeTakenBack()
    {
        var job = TwoAtWork.Accept(new JobInput.Pause(AfterPieces: true)).Accept(new JobInput.Resume());

        Assert.Equal(3, job.Lend().Running.Count);
    }

    [Fact]
    public void ATimedPause_EndsByItself()
    {
        var until = Given.Start.AddMinutes(1);
        var paused = TwoAtWork.Accept(new JobInput.Pause(ResumeAt: until));

        Assert.Equal(JobStatus.Paused, paused.Accept(new JobInput.TimePassed(HoldLimit), until.AddSeconds(-1)).Status);
        var resumed = Decide(paused, new JobInput.TimePassed(HoldLimit), until);

        Assert.Equal((JobStatus.Running, null), (resumed.Next.Status, resumed.Next.ResumeAt));
        Assert.Equal(2, resumed.Effects.OfType<JobEffect.Continue>().Count());
    }

    [Fact]
    public void APausedJob_WhoseLastPieceWasDoneMeanwhile_CompletesWhenItIsResumed()
    {
        var paused = Given.Job().WorkUntil(Stage.Notify).Lend().Accept(new JobInput.Pause()).Finish();
        Assert.Equal(JobStatus.Paused, paused.Status);

        Assert.Equal(JobStatus.Completed, paused.Accept(new JobInput.Resume()).Status);
    }

    [Fact]
    public void APieceThatIsNotAsItShouldBe_IsPutRight()
    {
        var paused = TwoAtWork.Accept(new JobInput.Pause());
        var runsOn = new JobInput.Reported(Given.Report(paused, paused.Running[0], PieceState.Running));
        Assert.Single(Decide(paused, runsOn).Effects.OfType<JobEffect.Hold>());

        var running = paused.Accept(new JobInput.Resume());
        var stands = new JobInput.Reported(Given.Report(running, running.Running[0], PieceState.Running) with { Held = true });
        Assert.Single(Decide(running, stands).Effects.OfType<JobEffect.Continue>());
    }

    [Fact]
    public void PausingAndResumingByTheHundred_ChangesNothingOfTheWork()
    {
        var job = TwoAtWork;
        var after = job;
        for (var i = 0; i < 300; i++)
        {
            after = after.Accept(new JobInput.Pause()).Accept(new JobInput.Resume());
        }

        Assert.Equal((job.Running, job.Done, job.ElapsedSeconds(Given.Start)), (after.Running, after.Done, after.ElapsedSeconds(Given.Start)));
    }

    private static Decision.Accepted Decide(JobState job, JobInput input, DateTimeOffset? now = null) =>
        Assert.IsType<Decision.Accepted>(JobStateMachine.Decide(job, input, now ?? Given.Start));
}
