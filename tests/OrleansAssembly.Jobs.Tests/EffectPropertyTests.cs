using CsCheck;

namespace OrleansAssembly.Jobs.Tests;

/// <summary>What the effects of a job's decisions do to workers that know nothing but them, where any may be lost: by a crash after the writing, or on the way.</summary>
public class EffectPropertyTests
{
    private enum Event
    {
        Lend,
        Done,
        Fail,
        GiveBack,
        Lose,
        Speak,
        Pause,
        PauseAfter,
        Resume,
        TimePasses,
        Cancel,
        Retry,
    }

    private static readonly Gen<Event> Events = Gen.Frequency(
        (12, Gen.Const(Event.Lend)),
        (12, Gen.Const(Event.Done)),
        (2, Gen.Const(Event.Fail)),
        (1, Gen.Const(Event.GiveBack)),
        (1, Gen.Const(Event.Lose)),
        (4, Gen.Const(Event.Speak)),
        (3, Gen.Const(Event.Pause)),
        (1, Gen.Const(Event.PauseAfter)),
        (4, Gen.Const(Event.Resume)),
        (3, Gen.Const(Event.TimePasses)));

    private static readonly Gen<(Event Event, int Pick)[]> Lives =
        Gen.Select(Gen.Frequency((60, Events), (1, Gen.Const(Event.Cancel)), (1, Gen.Const(Event.Retry))), Gen.Int[0, 999]).Array[0, 200];

    [Fact]
    public void WhereNothingIsLost_WorkersStandAndGoAsTheJobDoes_AtOnce() => Lives.Sample(events =>
    {
        var world = new World(lossy: false);
        foreach (var (happening, pick) in events)
        {
            world.Happen(happening, pick);
            world.AssertAsItShouldBe();
        }
    });

    [Fact]
    public void WhateverIsLost_WorkersAreAsTheyShouldBe_OnceEachHasSpoken() => Lives.Sample(events =>
    {
        var world = new World(lossy: true);
        foreach (var (happening, pick) in events)
        {
            world.Happen(happening, pick);
        }

        world.LookAfterPieces();
        world.AssertAsItShouldBe();
    });

    [Fact]
    public void APiece_IsNeverGivenOutDuringItsBackOff_AndAJobWantsASlotExactlyWhereItHasAUseForOne() => Lives.Sample(events =>
    {
        var world = new World(lossy: true);
        foreach (var (happening, pick) in events)
        {
            world.Happen(happening, pick);
            var (before, now) = (world.State, world.Now);
            var after = before.Accept(new JobInput.SlotLent(Guid.NewGuid(), "silo"), now);

            Assert.Equal(before.Wanted(now) > before.Running.Count, after.Running.Count > before.Running.Count);
            Assert.All(after.Running.Except(before.Running), piece => Assert.True(
                !before.Setbacks.TryGetValue(piece.Index, out var setback) || setback.Until <= now, $"{piece} at {now}, {before.Setbacks.GetValueOrDefault(piece.Index)}"));
        }
    });

    private sealed record Worker(PieceId Piece, Guid LeaseId, string Silo)
    {
        public bool Held { get; set; }

        public long Number { get; set; }
    }

    private sealed class World(bool lossy)
    {
        private readonly Dictionary<int, Worker> _workers = [];

        public JobState State { get; private set; } = Given.Job();

        public DateTimeOffset Now { get; private set; } = Given.Start;

        public void Happen(Event happening, int pick)
        {
            Now = Now.AddSeconds(pick % 3);
            var lost = lossy && pick % 4 == 0;
            var piece = State.Running.IsEmpty ? null : State.Running[pick % State.Running.Count];
            switch (happening)
            {
                case Event.Lend:
                    Apply(new JobInput.SlotLent(Guid.NewGuid(), $"silo-{pick % 2}"), lost);
                    break;
                case Event.Done when piece is not null:
                    End(piece, PieceState.Done, lost);
                    break;
                case Event.Fail when piece is not null:
                    End(piece, PieceState.Failed, lost);
                    break;
                case Event.GiveBack when piece is not null:
                    End(piece, PieceState.GivenBack, lost);
                    break;
                case Event.Lose when piece is not null:
                    _workers.Remove(piece.Attempt);
                    Apply(new JobInput.Lost(piece.Attempt), lost);
                    break;
                case Event.Speak when _workers.Count > 0:
                    Speak(_workers.Values.ElementAt(pick % _workers.Count), lost);
                    break;
                case Event.Pause:
                    Apply(new JobInput.Pause(), lost);
                    break;
                case Event.PauseAfter:
                    Apply(new JobInput.Pause(AfterPieces: true), lost);
                    break;
                case Event.Resume:
                    Apply(new JobInput.Resume(), lost);
                    break;
                case Event.TimePasses:
                    Now = Now.AddSeconds(pick % 15);
                    Apply(new JobInput.TimePassed(TimeSpan.FromSeconds(10)), lost);
                    break;
                case Event.Cancel:
                    Apply(new JobInput.Cancel(), lost);
                    break;
                case Event.Retry:
                    Apply(new JobInput.Retry(), lost);
                    break;
            }
        }

        /// <summary>As the grain does: who is silent is asked, and begins where the request was lost; whoever lives speaks.</summary>
        public void LookAfterPieces()
        {
            foreach (var piece in State.Running)
            {
                Begin(new PieceId(State.Id, State.Stage, piece.Index, piece.Attempt), piece.LeaseId, piece.Silo);
            }

            foreach (var worker in _workers.Values.ToList())
            {
                Speak(worker, lost: false);
            }
        }

        public void AssertAsItShouldBe()
        {
            Assert.Equal(State.Running.Select(piece => piece.Attempt).Order(), _workers.Keys.Order());
            Assert.All(_workers.Values, worker => Assert.Equal(State.Status == JobStatus.Paused, worker.Held));
        }

        private void Speak(Worker worker, bool lost) => Apply(
            new JobInput.Reported(new PieceReport(
                worker.Piece, worker.LeaseId, ++worker.Number, PieceState.Running, 0.5, 1, 1, 1, Held: worker.Held, Silo: worker.Silo)),
            lost);

        private void End(RunningPiece piece, PieceState how, bool lost)
        {
            _workers.Remove(piece.Attempt);
            Apply(new JobInput.Reported(Given.Report(State, piece, how, transient: true)), lost);
        }

        private void Apply(JobInput input, bool lost)
        {
            if (JobStateMachine.Decide(State, input, Now) is not Decision.Accepted(var next, var effects, _))
            {
                return;
            }

            State = next;
            foreach (var effect in lost ? [] : effects)
            {
                switch (effect)
                {
                    case JobEffect.Request request:
                        Begin(request.Piece, request.LeaseId, request.Silo);
                        break;
                    case JobEffect.Hold hold when _workers.TryGetValue(hold.Piece.Attempt, out var worker):
                        worker.Held = true;
                        break;
                    case JobEffect.Continue on when _workers.TryGetValue(on.Piece.Attempt, out var worker):
                        worker.Held = false;
                        break;
                    case JobEffect.Stop stop:
                        Assert.StartsWith("silo-", stop.Silo, StringComparison.Ordinal);
                        _workers.Remove(stop.Piece.Attempt);
                        break;
                    case JobEffect.Discard discard:
                        State = State.Accept(
                            new JobInput.Reported(new PieceReport(new PieceId(State.Id, Stage.Cleanup, 0, discard.Attempt), Guid.Empty, 1, PieceState.Done, 1, 0, 0, 0)), Now);
                        break;
                }
            }
        }

        private void Begin(PieceId piece, Guid leaseId, string silo) =>
            _workers.TryAdd(piece.Attempt, new Worker(piece, leaseId, silo) { Held = State.Status == JobStatus.Paused });
    }
}
