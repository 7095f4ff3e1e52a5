using System.Collections.Immutable;

namespace OrleansAssembly.Jobs;

/// <summary>The rules of a job's life: one total function.</summary>
public static class JobStateMachine
{
    /// <summary>Tries of a piece that fails in a way that may pass (child killed, stalled) before the job fails.</summary>
    public const int MaxTries = 3;

    /// <summary>A new job, waiting for its first slot.</summary>
    public static JobState Create(string id, JobSpec spec, int sources, DateTimeOffset now) => new()
    {
        Id = id,
        Type = spec.Type,
        Status = JobStatus.Pending,
        Priority = spec.Priority ?? JobSpecValidator.DefaultPriority,
        Weighting = spec.ProgressWeighting ?? ProgressWeighting.Milestones,
        Sources = sources,
        Outputs = spec.Outputs?.Count ?? 0,
        CreatedAt = now,
    };

    /// <summary>A stored job that wakes: the time since it was written, when nobody worked on it, is no running time.</summary>
    public static JobState Wake(JobState stored, DateTimeOffset writtenAt, DateTimeOffset now) => stored.RunningSince is null
        ? stored
        : stored with { RanSeconds = stored.ElapsedSeconds(writtenAt), RunningSince = now };

    /// <summary>What an input leads to in a state. Never throws for any input.</summary>
    public static Decision Decide(JobState state, JobInput input, DateTimeOffset now) => input switch
    {
        JobInput.SlotLent lent => Lend(state, lent, now),
        JobInput.Reported reported => Report(state, reported.Report, now),
        JobInput.Lost lost => Lose(state, lost.Attempt, now),
        JobInput.Pause => Pause(state, now),
        JobInput.Resume => Resume(state, now),
        JobInput.Cancel => Cancel(state, now),
        JobInput.Retry => Retry(state),
        _ => Refuse(state, "unknown-input", "do that"),
    };

    private static Decision.Accepted Lend(JobState state, JobInput.SlotLent lent, DateTimeOffset now)
    {
        if (state.Running.Any(p => p.LeaseId == lent.LeaseId))
        {
            return Nothing(state); // the same loan told twice
        }

        var index = NextPiece(state);
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
        return new Decision.Accepted(next, [new JobEffect.Request(Name(next, piece), lent.LeaseId, lent.Silo)]);
    }

    private static Decision.Accepted Report(JobState state, PieceReport report, DateTimeOffset now)
    {
        if (report.Piece.Attempt == state.Discarding)
        {
            return report.State == PieceState.Running ? Nothing(state) : new Decision.Accepted(state with { Discarding = null }, []);
        }

        var piece = state.Running.FirstOrDefault(p => p.Attempt == report.Piece.Attempt);
        if (piece is null || report.Number <= piece.Number)
        {
            return Nothing(state); // late or repeated: another attempt counts, or it is counted already
        }

        switch (report.State)
        {
            case PieceState.Running:
                var newer = piece with
                {
                    Number = report.Number,
                    Fraction = Math.Max(piece.Fraction, Math.Clamp(report.Fraction, 0, 1)),
                    Speed = report.Speed,
                    CpuSeconds = report.CpuSeconds,
                    WallSeconds = report.WallSeconds,
                };
                return new Decision.Accepted(state with { Running = state.Running.Replace(piece, newer) }, [], Durable: false);

            case PieceState.Done:
                return Finish(state, piece, report, now);

            case PieceState.Failed:
                var tries = state.Tries.GetValueOrDefault(piece.Index) + 1;
                var without = Without(state, piece, now) with { Tries = state.Tries.SetItem(piece.Index, tries) };
                return report.Transient && tries < MaxTries
                    ? new Decision.Accepted(without, [new JobEffect.Return(piece.LeaseId)])
                    : End(without, JobStatus.Failed, report.Problem ?? Unexplained(report.Piece), now, new JobEffect.Return(piece.LeaseId));

            default:
                return Nothing(state); // a state that a newer version knows
        }
    }

    private static Decision.Accepted Finish(JobState state, RunningPiece piece, PieceReport report, DateTimeOffset now)
    {
        JobEffect giveBack = new JobEffect.Return(piece.LeaseId);
        var next = Without(state, piece, now) with
        {
            Done = state.Done.Add(piece.Index),
            Plan = report.Plan ?? state.Plan,
            Cost = state.Stage == Stage.Encode ? Learn(state, piece, report) : state.Cost,
        };

        while (next.Done.Count >= next.Pieces)
        {
            var stages = StepList.Stages(next.Type);
            if (next.StagePosition == stages.Count - 1)
            {
                return End(next, JobStatus.Completed, null, now, giveBack);
            }

            var stepEnds = StepList.Of(next.Type, stages[next.StagePosition]) != StepList.Of(next.Type, stages[next.StagePosition + 1]);
            next = next with
            {
                StagePosition = next.StagePosition + 1,
                Done = IndexSet.Empty,
                Tries = ImmutableDictionary<int, int>.Empty,
                Steps = stepEnds ? CloseStep(next, now).Add(new StepTime(now)) : next.Steps,
            };
        }

        return new Decision.Accepted(next, [giveBack]);
    }

    private static Decision.Accepted Lose(JobState state, int attempt, DateTimeOffset now)
    {
        var piece = state.Running.FirstOrDefault(p => p.Attempt == attempt);
        return piece is null
            ? Nothing(state) // finished or given up meanwhile
            : new Decision.Accepted(Without(state, piece, now), [new JobEffect.Return(piece.LeaseId)]);
    }

    private static Decision Pause(JobState state, DateTimeOffset now) => state.Status switch
    {
        JobStatus.Paused => Nothing(state), // asking twice is no mistake
        JobStatus.Pending or JobStatus.Running => new Decision.Accepted(StopClock(state, now) with { Status = JobStatus.Paused }, []),
        _ => Refuse(state, "not-running", "paused"),
    };

    private static Decision Resume(JobState state, DateTimeOffset now) => state.Status switch
    {
        JobStatus.Pending or JobStatus.Running => Nothing(state), // asking twice is no mistake
        JobStatus.Paused when state.StartedAt is null => new Decision.Accepted(state with { Status = JobStatus.Pending }, []),
        JobStatus.Paused => new Decision.Accepted(state with { Status = JobStatus.Running, RunningSince = now }, []),
        _ => Refuse(state, "not-paused", "resumed"),
    };

    private static Decision Cancel(JobState state, DateTimeOffset now) => state.Status switch
    {
        JobStatus.Cancelled => Nothing(state), // asking twice is no mistake
        JobStatus.Completed or JobStatus.Failed => Refuse(state, "already-ended", "cancelled"),
        _ => End(state, JobStatus.Cancelled, null, now),
    };

    /// <summary>
    /// A retry goes through all stages again, since a source may have been mended meanwhile; finished segments are found by their content key and not made again.
    /// </summary>
    private static Decision Retry(JobState state) => state.Status switch
    {
        JobStatus.Failed or JobStatus.Cancelled => new Decision.Accepted(
            state with
            {
                Status = JobStatus.Pending,
                Attempt = state.Attempt + 1,
                StartedAt = null,
                EndedAt = null,
                StagePosition = 0,
                Done = IndexSet.Empty,
                Tries = ImmutableDictionary<int, int>.Empty,
                Steps = [],
                RanSeconds = 0,
                RunningSince = null,
                Cost = new CostRecord(0, 0, 0, 0),
                Problem = null,
                Plan = null,
            },
            []),
        JobStatus.Pending or JobStatus.Running when state.Attempt > 1 => Nothing(state), // asking twice is no mistake
        _ => Refuse(state, "not-failed", "retried"),
    };

    private static Decision.Accepted End(JobState state, JobStatus status, Problem? problem, DateTimeOffset now, params JobEffect[] first)
    {
        var effects = new List<JobEffect>(first);
        foreach (var piece in state.Running)
        {
            effects.Add(new JobEffect.Stop(Name(state, piece), piece.Silo));
            effects.Add(new JobEffect.Return(piece.LeaseId));
        }

        var discarding = status == JobStatus.Cancelled ? state.NextAttempt : (int?)null;
        if (discarding is { } attempt)
        {
            effects.Add(new JobEffect.Discard(attempt));
        }

        effects.Add(new JobEffect.Announce());
        var next = StopClock(state, now) with
        {
            Status = status,
            Problem = problem,
            Discarding = discarding,
            NextAttempt = state.NextAttempt + 1,
            EndedAt = now,
            Running = [],
            Steps = CloseStep(state, now),
        };
        return new Decision.Accepted(next, effects);
    }

    /// <summary>The first piece of the stage that is neither done nor given out; null where there is none or the job must not work.</summary>
    private static int? NextPiece(JobState state)
    {
        if (!state.Works)
        {
            return null;
        }

        var taken = state.Running.Aggregate(state.Done, (set, piece) => set.Add(piece.Index));
        var index = taken.NextMissing(0);
        return index < state.Pieces ? index : null;
    }

    private static JobState Without(JobState state, RunningPiece piece, DateTimeOffset now)
    {
        var running = state.Running.Remove(piece);
        return state with { Running = running, IdleSince = running.IsEmpty ? now : null };
    }

    private static CostRecord Learn(JobState state, RunningPiece piece, PieceReport report) => report.CpuSeconds <= 0
        ? state.Cost // found finished from an earlier try: it tells nothing of the machine
        : new CostRecord(
            state.Cost.Pieces + 1,
            state.Cost.Predicted + state.Plan!.Encode[piece.Index].Cost,
            state.Cost.Cpu + report.CpuSeconds,
            state.Cost.Wall + report.WallSeconds);

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
