namespace OrleansAssembly.Jobs.Tests;

public class SegmentCellsTests
{
    [Fact]
    public void BeforeThePlan_AndForJobsThatEncodeNothing_ThereAreNone()
    {
        Assert.Empty(SegmentCells.Of(Given.Job()));
        Assert.Empty(SegmentCells.Of(Given.Job(JobType.Edl, outputs: 0).WorkUntil(null)));
    }

    [Fact]
    public void EachOutput_HasEverySegment_InTheOrderOfTheFilm_WithoutGaps()
    {
        // Made in an order of its own, with segments of different lengths.
        var plan = new WorkPlan(100, 1, 1, [new EncodePiece(1, 2, 30, 1), new EncodePiece(0, 0, 20, 1), new EncodePiece(0, 2, 30, 1), new EncodePiece(1, 0, 20, 1), new EncodePiece(0, 1, 50, 1), new EncodePiece(1, 1, 50, 1)]);

        var cells = SegmentCells.Of(Given.Job().WorkUntil(Stage.Encode) with { Plan = plan });

        Assert.Equal(
            [(0, 0, 0, 20), (0, 1, 20, 70), (0, 2, 70, 100), (1, 0, 0, 20), (1, 1, 20, 70), (1, 2, 70, 100)],
            cells.Select(cell => (cell.Output, cell.Index, (int)cell.StartFrame, (int)cell.EndFrame)));
        Assert.All(cells, cell => Assert.Equal((SegmentStatus.Waiting, 0.0, 0, null), (cell.Status, cell.Fraction, cell.Tries, cell.Silo)));
    }

    [Fact]
    public void ACell_ShowsWhoWorksOnIt_HowFarItIs_AndHowOftenItWasBegunAgain()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend("one").Finish().Lend("two").Fail(transient: true);
        job = job.Accept(new JobInput.SlotLent(Guid.NewGuid(), "three"), Given.Start.AddSeconds(60)); // the next piece, and then the one that failed
        job = (job with { Setbacks = job.Setbacks.Clear() }).Lend("four");
        job = job.Accept(new JobInput.Reported(Given.Report(job, job.Running[1], PieceState.Running, 0.25)));

        var cells = SegmentCells.Of(job).ToDictionary(cell => (cell.Output, cell.Index));

        Assert.Equal((SegmentStatus.Done, 1.0, 0, "one"), Of(0, 0));
        var again = new[] { Of(1, 0), Of(0, 1) };
        Assert.Contains(again, cell => cell is { Status: SegmentStatus.Running, Tries: 1 });
        Assert.Contains(again, cell => cell is { Status: SegmentStatus.Running, Tries: 0 });
        Assert.Single(again, cell => cell.Fraction == 0.25);

        (SegmentStatus Status, double Fraction, int Tries, string? Silo) Of(int output, int index)
        {
            var cell = cells[(output, index)];
            return (cell.Status, cell.Fraction, cell.Tries, cell.Silo);
        }
    }

    [Fact]
    public void AfterEncoding_AllAreDone_AndItIsStillKnownWhoMadeThem()
    {
        var job = Given.Job().WorkUntil(Stage.Encode);
        for (var i = 0; job.Stage == Stage.Encode; i++)
        {
            job = job.Lend(i % 2 == 0 ? "one" : "two").Finish();
        }

        var cells = SegmentCells.Of(job.WorkUntil(null));

        Assert.All(cells, cell => Assert.Equal(SegmentStatus.Done, cell.Status));
        Assert.Equal((4, 4), (cells.Count(cell => cell.Silo == "one"), cells.Count(cell => cell.Silo == "two")));
    }

    [Fact]
    public void ARetry_BeginsAnEmptyMap()
    {
        var job = Given.Job().WorkUntil(Stage.Encode).Lend().Finish().Lend().Fail(transient: false).Accept(new JobInput.Retry());

        Assert.Empty(SegmentCells.Of(job));
        Assert.All(SegmentCells.Of(job.WorkUntil(Stage.Encode)), cell => Assert.Equal((SegmentStatus.Waiting, 0), (cell.Status, cell.Tries)));
    }
}
