namespace OrleansAssembly.Jobs.Tests;

public class SetbackTests
{
    [Fact]
    public void AFailureThatMayPass_IsTriedAgainLater_AndLaterStill()
    {
        var once = Given.Job().WorkUntil(Stage.Resolve).Lend().Fail(transient: true);
        Assert.Equal(0, once.Wanted(Given.Start));
        Assert.Empty(once.Lend().Running);

        var twice = Lend(once, "silo", 1).Fail(transient: true);

        Assert.Equal((0, 1), (twice.Wanted(Given.Start.AddSeconds(3.9)), twice.Wanted(Given.Start.AddSeconds(4))));
    }

    [Fact]
    public void APieceThatFailedOnASilo_IsRatherGivenToAnother()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend("bad").Fail(transient: true);

        Assert.Equal(1, Lend(job, "bad", 1).Running[0].Index);
        Assert.Equal(0, Lend(job, "good", 1).Running[0].Index);
    }

    [Fact]
    public void TheLastPiece_IsTriedAgainWhereItFailed_IfThatSiloIsLent()
    {
        var job = Given.Job().WorkUntil(Stage.Resolve).Lend("only").Fail(transient: true);

        Assert.Equal(["only"], Assert.IsType<string[]>(job.Avoided(Given.Start.AddSeconds(1))));
        Assert.Single(Lend(job, "only", 1).Running);
    }

    [Fact]
    public void ASiloIsAvoided_OnlyWhereNothingElseIsLeft()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend("bad").Fail(transient: true);

        Assert.Empty(job.Avoided(Given.Start.AddSeconds(1)));
    }

    [Fact]
    public void APieceThatCannotBeginYet_IsTriedAsOftenAsItTakes_AndSaysWhy()
    {
        var job = Given.Job().WorkUntil(Stage.Sound);
        for (var i = 0; i < 3 * JobStateMachine.MaxTries; i++)
        {
            job = Lend(job with { Setbacks = job.Setbacks.Clear() }, "silo", 0);
            job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Waiting) with { Problem = Problem.Of("disk-space", "No room", "It needs 3 GB; 1 GB is free.") }));
        }

        var progress = JobProgress.Of(job, EtaEstimator.Estimate(job, 1, Given.Start), [], new SpeedMeter(), Given.Start);
        Assert.Equal((JobStatus.Running, "It needs 3 GB; 1 GB is free."), (job.Status, progress.Message));
        Assert.Null(Lend(job with { Setbacks = job.Setbacks.Clear() }, "silo", 0).Finish().Waiting);
    }

    [Fact]
    public void APieceGivenBack_IsNoFailedTry()
    {
        var job = Given.Job().WorkUntil(Stage.Encode);
        for (var i = 0; i < 3 * JobStateMachine.MaxTries; i++)
        {
            job = job.Lend();
            job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.GivenBack)));
        }

        Assert.Equal((JobStatus.Running, 0), (job.Status, job.Setbacks.Count));
    }

    [Fact]
    public void AJobThatWakesWithoutItsPlan_PlansAgain()
    {
        var stored = Given.Job().WorkUntil(Stage.Encode).Lend().Finish().Lend();

        var woken = JobStateMachine.Wake(stored, null, Given.Start, Given.Start);

        Assert.Equal((Stage.Plan, 0, 5), (woken.Stage, woken.Running.Count, woken.Steps.Count));
        Assert.Equal(JobStatus.Completed, woken.WorkUntil(null).Status);
    }

    [Fact]
    public void AJobThatWakes_NeverUsesAnAttemptNumberOfItsEarlierLife()
    {
        var stored = Given.Job().WorkUntil(Stage.Encode).Lend();
        var unwritten = stored.Lend().Lend();

        var woken = JobStateMachine.Wake(stored, stored.Plan, Given.Start, Given.Start).Lend();

        Assert.True(woken.Running[^1].Attempt > unwritten.Running.Max(piece => piece.Attempt));
    }

    private static JobState Lend(JobState job, string silo, double after) =>
        job.Accept(new JobInput.SlotLent(Guid.NewGuid(), silo), Given.Start.AddSeconds(after));
}
