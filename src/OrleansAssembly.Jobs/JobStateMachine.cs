using System.Collections.Immutable;

namespace OrleansAssembly.Jobs;

/// <summary>The rules of a job's life: one total function. This part: work; the other: what people want.</summary>
public static partial class JobStateMachine
{
    /// <summary>Tries of a piece that fails in a way that may pass (child killed, stalled, disk full) before the job fails.</summary>
    public const int MaxTries = 3;

    /// <summary>
    /// A job that wakes skips so many attempt numbers: while the store is away work goes on with numbers that are not written,
    /// and a worker of the earlier life must not pass for one of the new.
    /// </summary>
    public const int AttemptsAhead = 1000;

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitingPeriod = TimeSpan.FromSeconds(5);

    /// <summary>A new job, waiting for its first slot.</summary>
    public static JobState Create(string id, JobSpec spec, int sources, DateTimeOffset now, JobOutline? outline = null, int? shots = null) => new()
    {
        Id = id,
        Type = spec.Type,
        Status = JobStatus.Pending,
        Priority = spec.Priority ?? JobSpecValidator.DefaultPriority,
        Weighting = spec.ProgressWeighting ?? ProgressWeighting.Milestones,
        Sources = sources,
        Outputs = spec.Outputs?.Count ?? 0,
        CreatedAt = now,
        Outline = outline,
        Shots = shots ?? spec.Timeline?.Shots?.Count ?? 0,
        Log = [new LogLine(now, LogSeverity.Info, "Submitted")],
    };

    /// <summary>A stored job that wakes: the time since it was written, when nobody worked on it, is no running time. Where its plan was lost it plans again.</summary>
    public static JobState Wake(JobState stored, WorkPlan? plan, DateTimeOffset writtenAt, DateTimeOffset now)
    {
        var woken = stored with { Plan = plan, NextAttempt = stored.NextAttempt + AttemptsAhead };
        woken = stored.RunningSince is null ? woken : woken with { RanSeconds = stored.ElapsedSeconds(writtenAt), RunningSince = now };
        return plan is null && !stored.Ended ? PlanAgain(woken, now) : woken;
    }

    /// <summary>What an input leads to in a state. Never throws for any input.</summary>
    public static Decision Decide(JobState state, JobInput input, DateTimeOffset now) => Choose(state, input, now) switch
    {
        Decision.Accepted { Durable: true } accepted => accepted with { Next = JobDiary.Note(state, input, accepted.Next, now) },
        var other => other,
    };

    private static Decision Choose(JobState state, JobInput input, DateTimeOffset now) => input switch
    {
        JobInput.SlotLent lent => Lend(state, lent, now),
        JobInput.Reported reported => Settled(Report(state, reported.Report, now), now),
        JobInput.Lost lost => Settled(Lose(state, lost.Attempt, now), now),
        JobInput.Pause pause => Pause(state, pause, now),
        JobInput.Resume => Resume(state, now),
        JobInput.Cancel => Cancel(state, now),
        JobInput.Retry => Retry(state),
        JobInput.TimePassed passed => PassTime(state, passed.HoldLimit, now),
        _ => Refuse(state, "unknown-input", "do that"),
    };

    /// <summary>
    /// Whether a decision must be stored before it counts, even while the store is away. What only encodes goes on without: what it makes is found again by its key.
    /// But nothing is published, and no job ends, that is not written.
    /// </summary>
    public static bool MustLast(JobState before, JobInput input, JobState next) =>
        input is JobInput.Pause or JobInput.Resume or JobInput.Cancel or JobInput.Retry or JobInput.TimePassed
        || (next.Status != before.Status && next.Status != JobStatus.Running)
        || NeedsStore(next);

    /// <summary>Whether a job is where each step must be stored before it is done.</summary>
    public static bool NeedsStore(JobState state) => state.Stage is Stage.Publish or Stage.Project or Stage.Cleanup;

    private static Decision.Accepted Lend(JobState state, JobInput.SlotLent lent, DateTimeOffset now)
    {
        if (state.Running.Any(p => p.LeaseId == lent.LeaseId))
        {
            return Nothing(state); // the same loan told twice
        }

        var index = NextPiece(state, lent.Silo, now);
        if (index is null)
        {
            return new Decision.Accepted(state, [new JobEffect.Return(lent.LeaseId)], Durable: false); // no use for it any more
        }

        var piece = new RunningPiece(index.Value, state.NextAttempt, lent.LeaseId, lent.Silo);
        var next = state with
        {
            Status = JobStatus.Running,
            StartedAt = state.StartedAt ?? now,
            RunningSince = state.RunningSince ?? now,
            Running = state.Running.Add(piece),
            IdleSince = null,
            NextAttempt = state.NextAttempt + 1,
            Steps = state.Steps.Count == 0 ? [new StepTime(now)] : state.Steps,
        };
        var request = new JobEffect.Request(Name(next, piece), lent.LeaseId, lent.Silo);
        return state.StartedAt is null
            ? new Decision.Accepted(next.Announce(NotificationEvents.Started, now), [request, new JobEffect.Announce()])
            : new Decision.Accepted(next, [request]);
    }

    private static Decision.Accepted Report(JobState state, PieceReport report, DateTimeOffset now)
    {
        if (report.Piece.Attempt == state.Discarding)
        {
            return report.State == PieceState.Running ? Nothing(state) : new Decision.Accepted(state with { Discarding = null }, []);
        }

        var piece = state.Running.FirstOrDefault(p => p.Attempt == report.Piece.Attempt && p.LeaseId == report.LeaseId);
        if (piece is null)
        {
            // Late: another attempt counts, or none. Whoever still works on it has not heard so, or not from a job that crashed before it said so.
            return report.State == PieceState.Running
                ? new Decision.Accepted(state, [new JobEffect.Stop(report.Piece, report.Silo)], Durable: false)
                : Nothing(state);
        }

        if (report.Number <= piece.Number)
        {
            return Nothing(state); // repeated: it is counted already
        }

        var giveBack = new JobEffect.Return(piece.LeaseId);
        switch (report.State)
        {
            case PieceState.Running:
                return Move(state, piece, report);

            case PieceState.Done:
                return Finish(state, piece, report, now);

            case PieceState.Failed:
                var tries = (state.Setbacks.GetValueOrDefault(piece.Index)?.Tries ?? 0) + 1;
                return report.Transient && tries < MaxTries
                    ? new Decision.Accepted(Without(state, piece, now, new Setback(tries, piece.Silo, now + BackOff(tries))), [giveBack])
                    : End(Without(state, piece, now), JobStatus.Failed, report.Problem ?? Unexplained(report.Piece), now, giveBack);

            case PieceState.Waiting:
                var later = new Setback(state.Setbacks.GetValueOrDefault(piece.Index)?.Tries ?? 0, null, now + WaitingPeriod);
                var waits = Without(state, piece, now, later) with { Waiting = report.Problem };
                return state.Waiting is null && report.Problem is { } why
                    ? new Decision.Accepted(waits.Announce(NotificationEvents.Paused, now, why.Detail, $"{piece.Attempt}"), [giveBack, new JobEffect.Announce()])
                    : new Decision.Accepted(waits, [giveBack]);

            case PieceState.GivenBack:
                return new Decision.Accepted(Without(state, piece, now), [giveBack]);

            default:
                return Nothing(state); // a state that a newer version knows
        }
    }

    /// <summary>A piece at work tells its numbers; whether it stands still is put right where it is not as it should be.</summary>
    private static Decision.Accepted Move(JobState state, RunningPiece piece, PieceReport report)
    {
        var paused = state.Status == JobStatus.Paused;
        var newer = paused ? piece with { Number = report.Number } : piece with // what stands still shows no more than it did, whatever was on its way
        {
            Number = report.Number,
            Fraction = Math.Max(piece.Fraction, Math.Clamp(report.Fraction, 0, 1)),
            Amount = Math.Max(piece.Amount, report.Amount),
            CpuSeconds = report.CpuSeconds,
            WallSeconds = report.WallSeconds,
        };
        var next = state with { Running = state.Running.Replace(piece, newer) };
        JobEffect[] effects = paused == report.Held ? []
            : paused ? [new JobEffect.Hold(Name(state, piece), piece.Silo)]
            : [new JobEffect.Continue(Name(state, piece), piece.Silo)];
        return new Decision.Accepted(next, effects, Durable: false);
    }

    private static Decision.Accepted Finish(JobState state, RunningPiece piece, PieceReport report, DateTimeOffset now) => Advance(
        Without(state, piece, now) with
        {
            Done = state.Done.Add(piece.Index),
            Handled = state.Handled + Math.Max(piece.Amount, report.Amount),
            Setbacks = state.Setbacks.Remove(piece.Index),
            Plan = report.Plan ?? state.Plan,
            Cost = state.Stage == Stage.Encode ? Learn(state, piece, report) : state.Cost,
            Stages = Count(state, report.WallSeconds),
            MadeBy = state.Stage == Stage.Encode && report.CpuSeconds > 0
                ? state.MadeBy.SetItem(piece.Silo, (state.MadeBy.GetValueOrDefault(piece.Silo) ?? IndexSet.Empty).Add(piece.Index))
                : state.MadeBy,
            Waiting = null,
        },
        now,
        new JobEffect.Return(piece.LeaseId));

    /// <summary>Goes on to the next stage that has work; completes the job after the last. A paused job completes when it is resumed.</summary>
    private static Decision.Accepted Advance(JobState next, DateTimeOffset now, params JobEffect[] effects)
    {
        while (next.Done.Count >= next.Pieces)
        {
            var stages = StepList.Stages(next.Type);
            if (next.StagePosition == stages.Count - 1)
            {
                return next.Status == JobStatus.Paused ? new Decision.Accepted(next, effects) : End(next, JobStatus.Completed, null, now, effects);
            }

            var stepEnds = StepList.Of(next.Type, stages[next.StagePosition]) != StepList.Of(next.Type, stages[next.StagePosition + 1]);
            next = next with
            {
                StagePosition = next.StagePosition + 1,
                Done = IndexSet.Empty,
                Handled = SpeedUnit.Counted(stages[next.StagePosition]) == SpeedUnit.Counted(stages[next.StagePosition + 1]) ? next.Handled : 0,
                Setbacks = ImmutableDictionary<int, Setback>.Empty,
                Steps = stepEnds ? CloseStep(next, now).Add(new StepTime(now)) : next.Steps,
            };
        }

        return new Decision.Accepted(next, effects);
    }

    private static Decision.Accepted Lose(JobState state, int attempt, DateTimeOffset now)
    {
        var piece = state.Running.FirstOrDefault(p => p.Attempt == attempt);
        return piece is null
            ? Nothing(state) // finished or given up meanwhile
            : new Decision.Accepted(Without(state, piece, now), [new JobEffect.Return(piece.LeaseId)]);
    }

    private static Decision.Accepted End(JobState state, JobStatus status, Problem? problem, DateTimeOffset now, params JobEffect[] first)
    {
        var effects = new List<JobEffect>(first);
        effects.AddRange(LetGo(state));
        var discarding = status == JobStatus.Cancelled ? state.NextAttempt : (int?)null;
        if (discarding is { } attempt)
        {
            effects.Add(new JobEffect.Discard(attempt));
        }

        effects.Add(new JobEffect.Announce());
        var next = StopClock(state, now) with
        {
            Status = status,
            Problem = problem is null ? null : problem with { Step = StepList.Of(state.Type, state.Stage).Name },
            Discarding = discarding,
            NextAttempt = state.NextAttempt + 1,
            EndedAt = now,
            Running = [],
            Steps = CloseStep(state, now),
            Waiting = null,
            Pausing = false,
            PausedAt = null,
            ResumeAt = null,
        };
        return new Decision.Accepted(next.Announce(status.ToString().ToLowerInvariant(), now, next.Problem?.Detail), effects);
    }

    /// <summary>Ends all that runs and gives its slots back.</summary>
    private static IEnumerable<JobEffect> LetGo(JobState state) => state.Running.SelectMany(piece => new JobEffect[]
    {
        new JobEffect.Stop(Name(state, piece), piece.Silo), new JobEffect.Return(piece.LeaseId),
    });

    /// <summary>
    /// The piece to give out on a silo: neither done nor given out nor waiting for its next try, and rather one that has not just failed there.
    /// Null where there is none or the job must not work.
    /// </summary>
    private static int? NextPiece(JobState state, string silo, DateTimeOffset now)
    {
        if (!state.Works)
        {
            return null;
        }

        var taken = state.Running.Aggregate(state.Done, (set, piece) => set.Add(piece.Index));
        int? second = null;
        for (var index = taken.NextMissing(0); index < state.Pieces; index = taken.NextMissing(index + 1))
        {
            if (!state.Setbacks.TryGetValue(index, out var setback))
            {
                return index;
            }

            if (setback.Until <= now)
            {
                if (setback.Silo != silo)
                {
                    return index;
                }

                second ??= index;
            }
        }

        return second;
    }

    private static JobState Without(JobState state, RunningPiece piece, DateTimeOffset now, Setback? setback = null)
    {
        var running = state.Running.Remove(piece);
        return state with
        {
            Running = running,
            Handled = state.Handled + piece.Amount,
            IdleSince = running.IsEmpty ? now : null,
            Setbacks = setback is null ? state.Setbacks : state.Setbacks.SetItem(piece.Index, setback),
        };
    }

    private static JobState PlanAgain(JobState state, DateTimeOffset now)
    {
        var planning = StepList.Stages(state.Type).ToList().IndexOf(Stage.Plan);
        if (planning < 0 || state.StagePosition <= planning)
        {
            return state;
        }

        var before = state.Steps.Take(StepList.Of(state.Type, Stage.Plan).Index - 1);
        return state with
        {
            StagePosition = planning,
            Done = IndexSet.Empty,
            Running = [],
            Setbacks = ImmutableDictionary<int, Setback>.Empty,
            MadeBy = ImmutableDictionary<string, IndexSet>.Empty,
            Steps = [.. before, new StepTime(now)],
        };
    }

    private static TimeSpan BackOff(int tries) => FirstBackOff * Math.Pow(4, tries - 1);

    private static CostRecord Learn(JobState state, RunningPiece piece, PieceReport report) => report.CpuSeconds <= 0
        ? state.Cost // found finished from an earlier try: it tells nothing of the machine
        : state.Cost.Add(state.Plan!.Encode[piece.Index], report.CpuSeconds, report.WallSeconds);

    private static ImmutableList<StageCost> Count(JobState state, double wall)
    {
        var known = state.Stages.Find(cost => cost.Stage == state.Stage);
        return known is null
            ? state.Stages.Add(new StageCost(state.Stage, 1, wall))
            : state.Stages.Replace(known, known with { Pieces = known.Pieces + 1, Wall = Math.Round(known.Wall + wall, 3) });
    }

    private static JobState StopClock(JobState state, DateTimeOffset now) =>
        state with { RanSeconds = state.ElapsedSeconds(now), RunningSince = null };

    private static ImmutableList<StepTime> CloseStep(JobState state, DateTimeOffset now)
    {
        if (state.Steps.IsEmpty || state.Steps[^1].EndedAt is not null)
        {
            return state.Steps;
        }

        var before = state.Steps.Take(state.Steps.Count - 1).Sum(step => step.Seconds);
        return state.Steps.SetItem(state.Steps.Count - 1, state.Steps[^1] with { EndedAt = now, Seconds = Math.Max(0, state.ElapsedSeconds(now) - before) });
    }

    private static PieceId Name(JobState state, RunningPiece piece) => new(state.Id, state.Stage, piece.Index, piece.Attempt);

    private static Decision.Accepted Nothing(JobState state) => new(state, [], Durable: false);

    private static Problem Unexplained(PieceId piece) =>
        Problem.Of("piece-failed", "A piece of work failed", $"The stage {piece.Stage} failed without a reason. Retry the job; if it fails again, look at the server's log.", 500);

    private static Decision.Refused Refuse(JobState state, string name, string verb) =>
        new(Problem.Of(name, "The job's state forbids it", $"A job that is {state.Status.ToString().ToLowerInvariant()} cannot be {verb}.", 409));
}
