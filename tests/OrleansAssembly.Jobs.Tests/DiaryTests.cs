using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansAssembly.Jobs.Tests;

public class DiaryTests
{
    [Fact]
    public void AWholeLife_IsWrittenDown_InItsOrder()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Accept(new JobInput.Pause()).Accept(new JobInput.Resume()).Fail(transient: false).Accept(new JobInput.Retry()).WorkUntil(null);

        var lines = job.Log.Select(line => line.Message).ToList();
        Assert.Equal(["Submitted", "Started", "Step 1 of 12 begins: Validate input parameters", "Step 2 of 12 begins: Load and validate source files"], lines.Take(4));
        Assert.Equal(
            ["Step 6 of 12 begins: Apply format encoding", "Paused", "Resumed", "Failed: Try again.", "Retried: attempt 2 waits for a slot", "Started, attempt 2", "Step 1 of 12 begins: Validate input parameters"],
            lines.Skip(lines.IndexOf("Step 6 of 12 begins: Apply format encoding")).Take(7));
        Assert.Equal("Completed", lines[^1]);
        Assert.Equal(LogSeverity.Error, job.Log.Single(line => line.Message.StartsWith("Failed", StringComparison.Ordinal)).Level);
    }

    [Fact]
    public void APieceThatIsTriedAgain_IsRemembered_WithWhatItWasAndWhy()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Fail(transient: true);

        var setback = Assert.Single(job.History);
        Assert.Equal((Stage.Encode, 0, 1, 0, "Try again."), (setback.Stage, setback.Index, setback.Problem.Segment, setback.Output, setback.Problem.Detail));
        Assert.Equal((LogSeverity.Warning, "Encode 1 is begun again: Try again."), (job.Log[^1].Level, job.Log[^1].Message));
    }

    [Fact]
    public void APieceOfASiloThatIsGone_IsASetback_AndOneThatEndsTheJobIsNone()
    {
        var lost = Given.Job().WorkUntil(Stage.Encode).Lend();
        lost = lost.Accept(new JobInput.Lost(lost.Running[0].Attempt));
        Assert.Equal(Problem.Prefix + "silo-gone", Assert.Single(lost.History).Problem.Type);

        Assert.Empty(Given.Job().WorkUntil(Stage.Encode).Lend().Fail(transient: false).History);
    }

    [Fact]
    public void WhatAJobWaitsFor_IsSaidOnce_HoweverOftenItLooks()
    {
        var job = Given.Job().WorkUntil(Stage.Space);
        for (var i = 0; i < 5; i++)
        {
            job = (job with { Setbacks = job.Setbacks.Clear() }).Lend();
            job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Waiting) with { Problem = Problem.Of("disk-space", "No room", $"It needs {i} GB.") }));
        }

        job = (job with { Setbacks = job.Setbacks.Clear() }).Lend().Finish();

        Assert.Single(job.Log, line => line.Message == "It needs 0 GB.");
        Assert.DoesNotContain(job.Log, line => line.Message == "It needs 1 GB.");
        Assert.Contains(job.Log, line => line.Message == "What it waited for is there");
    }

    [Fact]
    public void TheDiary_StaysSmall_AndForgetsTheOldestFirst()
    {
        var job = Given.Job().WorkUntil(Stage.Encode);
        for (var i = 0; i < 2 * JobDiary.MostLines; i++)
        {
            job = job.Lend();
            job = job.Accept(new JobInput.Lost(job.Running[0].Attempt), Given.Start.AddSeconds(i));
        }

        Assert.Equal((JobDiary.MostLines, JobDiary.MostSetbacks), (job.Log.Count, job.History.Count));
        Assert.Equal(Given.Start.AddSeconds((2 * JobDiary.MostLines) - 1), job.History[^1].At);
    }

    [Fact]
    public void NumbersOfAPieceAtWork_AreNotWrittenDown()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend();

        Assert.Same(job.Log, job.Accept(new JobInput.Reported(Given.Report(job, job.Running[0], PieceState.Running, 0.5))).Log);
    }

    [Fact]
    public void AJobStoredByAnOlderVersion_IsReadAndGoesOn()
    {
        var json = JsonNode.Parse(JsonSerializer.Serialize(Given.Job().WorkUntil(Stage.Encode)))!.AsObject();
        foreach (var unknown in new[] { nameof(JobState.Log), nameof(JobState.History), nameof(JobState.MadeBy), nameof(JobState.Shots) })
        {
            Assert.True(json.Remove(unknown), unknown);
        }

        var old = json.Deserialize<JobState>()! with { Plan = Given.Plan() };

        Assert.Equal((0, 0, 0), (old.Log.Count, old.History.Count, old.Shots));
        Assert.Equal(JobStatus.Completed, old.WorkUntil(null).Status);
    }
}
