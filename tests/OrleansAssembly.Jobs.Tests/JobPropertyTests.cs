using CsCheck;

namespace OrleansAssembly.Jobs.Tests;

/// <summary>Random lives of jobs: slots, reports in any order, repeated and late ones, losses, commands, crashes that forget what was not durable.</summary>
public class JobPropertyTests
{
    private enum Event
    {
        Lend,
        Progress,
        Done,
        FailPassing,
        Lose,
        RepeatOldReport,
        Pause,
        Resume,
        Cancel,
        Retry,
        Crash,
        Wake,
        PauseAfter,
        PauseUntil,
        TimePasses,
        GiveBack,
        Wait,
    }

    // Work is more frequent than trouble, so that lives get somewhere.
    private static readonly Gen<Event> Events = Gen.Frequency(
        (10, Gen.Const(Event.Lend)),
        (10, Gen.Const(Event.Progress)),
        (14, Gen.Const(Event.Done)),
        (1, Gen.Const(Event.FailPassing)),
        (2, Gen.Const(Event.Lose)),
        (3, Gen.Const(Event.RepeatOldReport)),
        (1, Gen.Const(Event.Pause)),
        (3, Gen.Const(Event.Resume)),
        (2, Gen.Const(Event.Crash)),
        (1, Gen.Const(Event.Wake)),
        (1, Gen.Const(Event.PauseAfter)),
        (1, Gen.Const(Event.PauseUntil)),
        (4, Gen.Const(Event.TimePasses)),
        (1, Gen.Const(Event.GiveBack)),
        (1, Gen.Const(Event.Wait)));

    private static readonly Gen<Event> AllEvents = Gen.Frequency((40, Events), (1, Gen.Const(Event.Cancel)), (2, Gen.Const(Event.Retry)));

    private static readonly Gen<(Event Event, int Pick)[]> Lives = Gen.Select(AllEvents, Gen.Int[0, 999]).Array[0, 250];

    [Fact]
    public void WhateverHappens_ProgressNeverFallsWithinAnAttempt_NorRisesAtAFailure_AndNoSequenceRepeats() => Gen.Select(Lives, Gen.Enum<ProgressWeighting>()).Sample((events, weighting) =>
    {
        var life = new Life(Given.Job() with { Weighting = weighting });
        foreach (var (happening, pick) in events)
        {
            var before = life.Shown;
            life.Happen(happening, pick);
            Assert.True(life.Shown.Sequence > before.Sequence);
            Assert.True(life.Shown.Attempt != before.Attempt || life.Shown.Progress >= before.Progress, $"{before} then {life.Shown}");
            Assert.True(life.State.Status is not (JobStatus.Failed or JobStatus.Cancelled) || life.Shown.Attempt != before.Attempt || life.Shown.Progress == before.Progress, $"{before} then {life.Shown}");
            Assert.InRange(life.Shown.Progress, 0, 100);
            Assert.Equal(life.State.Status == JobStatus.Completed, life.Shown.Progress == 100);
        }
    });

    [Fact]
    public void WhateverHappens_NoPieceRunsTwiceOrIsLost_AndEndedJobsHoldNothing() => Lives.Sample(events =>
    {
        var life = new Life(Given.Job());
        foreach (var (happening, pick) in events)
        {
            life.Happen(happening, pick);
            var state = life.State;
            Assert.Equal(state.Running.Count, state.Running.Select(piece => piece.Index).Distinct().Count());
            Assert.DoesNotContain(state.Running, piece => state.Done.Contains(piece.Index));
            Assert.True((state.Ended && state.Plan is null) || state.Done.Members().All(index => index < state.Pieces)); // of a plan that was lost nobody knows its pieces; what has ended needs it no more
            Assert.True(!state.Ended || (state.Running.IsEmpty && state.Wanted(life.Now) == 0));
            Assert.True(!state.Pausing || !state.Running.IsEmpty);
            Assert.True(state.Status == JobStatus.Paused == state.PausedAt is not null);
        }
    });

    [Fact]
    public void WhateverHappened_AJobThatIsLeftToWork_CompletesEveryPieceOnce() => Lives.Sample(events =>
    {
        var life = new Life(Given.Job());
        foreach (var (happening, pick) in events)
        {
            life.Happen(happening, pick);
        }

        life.Apply(new JobInput.Resume());

        if (life.State.Status is JobStatus.Failed or JobStatus.Cancelled)
        {
            life.Apply(new JobInput.Retry());
        }

        if (life.State.Discarding is { } attempt)
        {
            life.Apply(new JobInput.Reported(new PieceReport(new PieceId("", Stage.Cleanup, 0, attempt), Guid.Empty, 1, PieceState.Done, 1, 0, 0, 0)));
        }

        for (var round = 0; round < 500 && !life.State.Ended; round++)
        {
            life.Happen(Event.Lend, round);
            life.Happen(Event.Done, round);
        }

        Assert.Equal(JobStatus.Completed, life.State.Status);
        Assert.True(life.EachPieceDoneOnce);
    });

    [Fact]
    public void TerminalStates_AreLeftOnlyByRetry() => Lives.Sample(events =>
    {
        var life = new Life(Given.Job());
        foreach (var (happening, pick) in events)
        {
            var before = life.State;
            life.Happen(happening, pick);
            Assert.True(!before.Ended || life.State.Status == before.Status || (happening == Event.Retry && before.Status != JobStatus.Completed));
        }
    });

    /// <summary>A job with its surroundings: what was reported, what is stored.</summary>
    private sealed class Life(JobState state)
    {
        private readonly List<PieceReport> _reports = [];
        private readonly HashSet<(int Attempt, Stage Stage, int Index)> _done = [];
        private JobState _stored = state;
        private ProgressReserve _reserve = ProgressReserve.None;
        private DateTimeOffset _now = Given.Start;

        public DateTimeOffset Now => _now;

        public JobState State { get; private set; } = state;

        public ProgressShown Shown { get; private set; } = ProgressShown.After(ProgressReserve.None, TimeSpan.Zero);

        public bool EachPieceDoneOnce { get; private set; } = true;

        public void Happen(Event happening, int pick)
        {
            _now = _now.AddSeconds(pick % 7);
            var piece = State.Running.IsEmpty ? null : State.Running[pick % State.Running.Count];
            switch (happening)
            {
                case Event.Lend:
                    Apply(new JobInput.SlotLent(Guid.NewGuid(), "silo"));
                    break;
                case Event.Progress when piece is not null:
                    Report(Given.Report(State, piece, PieceState.Running, pick / 1000.0));
                    break;
                case Event.Done when piece is not null:
                    Report(Given.Report(State, piece, PieceState.Done));
                    break;
                case Event.FailPassing when piece is not null:
                    Report(Given.Report(State, piece, PieceState.Failed, transient: true));
                    break;
                case Event.Lose when piece is not null:
                    Apply(new JobInput.Lost(piece.Attempt));
                    break;
                case Event.RepeatOldReport when _reports.Count > 0:
                    Apply(new JobInput.Reported(_reports[pick % _reports.Count]));
                    break;
                case Event.GiveBack when piece is not null:
                    Report(Given.Report(State, piece, PieceState.GivenBack));
                    break;
                case Event.Wait when piece is not null:
                    Report(Given.Report(State, piece, PieceState.Waiting));
                    break;
                case Event.Pause:
                    Apply(new JobInput.Pause());
                    break;
                case Event.PauseAfter:
                    Apply(new JobInput.Pause(AfterPieces: true));
                    break;
                case Event.PauseUntil:
                    Apply(new JobInput.Pause(ResumeAt: _now.AddSeconds(pick % 50)));
                    break;
                case Event.TimePasses:
                    Apply(new JobInput.TimePassed(TimeSpan.FromSeconds(20)));
                    break;
                case Event.Resume:
                    Apply(new JobInput.Resume());
                    break;
                case Event.Cancel:
                    Apply(new JobInput.Cancel());
                    break;
                case Event.Retry:
                    Apply(new JobInput.Retry());
                    break;
                case Event.Wake:
                    State = JobStateMachine.Wake(_stored, pick % 2 == 0 ? _stored.Plan : null, _now, _now);
                    if (State.StagePosition < _stored.StagePosition)
                    {
                        _done.RemoveWhere(piece => piece.Attempt == State.Attempt && piece.Stage >= Stage.Plan); // planned again, and all that comes of it
                    }

                    _stored = State;
                    Shown = ProgressShown.After(_reserve, TimeSpan.Zero) with { Attempt = _reserve.Attempt };
                    break;
                case Event.Crash:
                    State = _stored;
                    Shown = ProgressShown.After(_reserve, TimeSpan.Zero) with { Attempt = _reserve.Attempt };
                    break;
            }

            Show(durable: false);
        }

        public void Apply(JobInput input)
        {
            if (JobStateMachine.Decide(State, input, _now) is Decision.Accepted(var next, _, var durable))
            {
                if (input is JobInput.Reported { Report.State: PieceState.Done } && durable && next.Status != JobStatus.Failed)
                {
                    var report = ((JobInput.Reported)input).Report;
                    EachPieceDoneOnce &= report.LeaseId == Guid.Empty || _done.Add((State.Attempt, report.Piece.Stage, report.Piece.Index));
                }

                State = next;
                Show(durable);
            }
        }

        private void Report(PieceReport report)
        {
            _reports.Add(report);
            Apply(new JobInput.Reported(report));
        }

        private void Show(bool durable)
        {
            var progress = JobProgress.Of(State, EtaEstimator.Estimate(State, 2, _now), [], new SpeedMeter(), _now);
            var shown = ProgressLedger.Next(Shown, State, progress);
            if (durable || ProgressLedger.IsBeyond(shown, _reserve))
            {
                _stored = State;
                _reserve = ProgressLedger.Reserve(shown, _reserve, State.Ended);
            }

            Shown = shown;
        }
    }
}
