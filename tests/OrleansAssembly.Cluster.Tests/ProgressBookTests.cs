using Microsoft.Extensions.Time.Testing;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

public class ProgressBookTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly JobSpec _spec;
    private readonly JobState _running;
    private readonly ProgressBook _book;

    public ProgressBookTests()
    {
        _spec = new JobSpec(
            JobType.Assembly, "project", "A film", new TimelineSpec("24", 1280, 720, null, null, [new ShotSpec("a.mp4")], null), null, [new OutputSpec("h264-720p")], null, null, null);
        var created = JobStateMachine.Create("0123456789abcdef0123456789abcdef", _spec, sources: 1, _time.GetUtcNow());
        _running = ((Decision.Accepted)JobStateMachine.Decide(created, new JobInput.SlotLent(Guid.NewGuid(), "silo"), _time.GetUtcNow())).Next;
        _book = new ProgressBook(_spec, _time);
        Assert.True(Shows(Occasion.Change, afterMilliseconds: 0));
    }

    [Fact]
    public void TenReportsASecond_AreAllShown_EvenWhereOneComesLateAndTheNextInTime()
    {
        Assert.True(Shows(Occasion.Numbers, afterMilliseconds: 140));
        Assert.True(Shows(Occasion.Numbers, afterMilliseconds: 60));
    }

    [Fact]
    public void TwentyReportsASecond_AreTheMost()
    {
        Assert.True(Shows(Occasion.Numbers, afterMilliseconds: 149));
        Assert.False(Shows(Occasion.Numbers, afterMilliseconds: 49));
        Assert.True(Shows(Occasion.Numbers, afterMilliseconds: 1));
    }

    [Fact]
    public void TheClock_TakesNoReportsPlace()
    {
        for (var report = 0; report < 30; report++)
        {
            Assert.False(Shows(Occasion.Clock, afterMilliseconds: 50));
            Assert.True(Shows(Occasion.Numbers, afterMilliseconds: 50));
        }
    }

    [Fact]
    public void WhereNothingReports_TheClockMovesTheNumbersEachSecond()
    {
        Assert.False(Shows(Occasion.Clock, afterMilliseconds: 800));
        Assert.True(Shows(Occasion.Clock, afterMilliseconds: 200));
        Assert.True(Shows(Occasion.Clock, afterMilliseconds: 1000));
    }

    [Fact]
    public void AChange_IsShownAtOnce()
    {
        Assert.True(Shows(Occasion.Numbers, afterMilliseconds: 100));
        Assert.True(Shows(Occasion.Change, afterMilliseconds: 1));
    }

    /// <summary>Two minutes of a job that is counted by its time, ten reports a second.</summary>
    [Fact]
    public void NumbersAlone_AreWrittenEveryFewSeconds_HoweverFastTheyAre_AndNotFarAhead()
    {
        var (running, writes, ahead) = (_running with { Weighting = ProgressWeighting.Time }, 0, 0.0);
        for (var report = 1; report < 1_200; report++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            var elapsed = running.ElapsedSeconds(_time.GetUtcNow());
            var page = _book.Turn(running, new EtaEstimate(120 - elapsed, 110 - elapsed, 130 - elapsed, elapsed), Occasion.Numbers);
            Assert.NotNull(page.Update);
            Assert.True(page.Reserve.Progress >= page.Update.Progress && page.Reserve.Sequence >= page.Update.Sequence);
            (writes, ahead) = (writes + (page.NeedsReserve ? 1 : 0), Math.Max(ahead, page.Reserve.Progress - page.Update.Progress));
            _book.Sent(page);
        }

        Assert.InRange(writes, 10, 60); // one in two seconds
        Assert.InRange(ahead, 0.5, 8);
    }

    /// <summary>A cancelled job has no pieces any more that could tell how far they were.</summary>
    [Theory]
    [InlineData(ProgressWeighting.Milestones)]
    [InlineData(ProgressWeighting.Time)]
    public void AJobThatEndsEarly_StaysWhereItWas_AlsoWhereItWakesAgain(ProgressWeighting weighting)
    {
        _time.Advance(TimeSpan.FromSeconds(40));
        var piece = _running.Running[0];
        var half = _running with { Weighting = weighting, Running = [piece with { Fraction = 0.5 }] };
        var page = _book.Turn(half, new EtaEstimate(60, 50, 70, 40), Occasion.Numbers);
        _book.Sent(page);
        var before = page.Update!;
        Assert.Equal((40, true), (before.TimeProgress, before.StepProgress > 20 && before.Progress > 0));

        var cancelled = ((Decision.Accepted)JobStateMachine.Decide(half, new JobInput.Cancel(), _time.GetUtcNow())).Next;
        var end = _book.Turn(cancelled, new EtaEstimate(0, 0, 0, 40), Occasion.Change);
        _book.Sent(end);
        Assert.Equal((before.Progress, before.StepProgress, before.TimeProgress, 0), (end.Update!.Progress, end.Update.StepProgress, end.Update.TimeProgress, end.Update.EstimatedTimeRemaining));

        _time.Advance(TimeSpan.FromHours(10));
        Assert.Equal(end.Update, ProgressBook.Reopen(_spec, cancelled, new EtaEstimate(0, 0, 0, 40), end.Reserve, _time).Newest);
    }

    private bool Shows(Occasion occasion, int afterMilliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(afterMilliseconds));
        var elapsed = _running.ElapsedSeconds(_time.GetUtcNow());
        var page = _book.Turn(_running, new EtaEstimate(100 - elapsed, 90 - elapsed, 110 - elapsed, elapsed), occasion);
        if (page.Update is not null)
        {
            _book.Sent(page);
        }

        return page.Update is not null;
    }
}
