using System.Collections.Immutable;

namespace OrleansAssembly.Jobs;

public static partial class JobStateMachine
{
    /// <summary>
    /// Paused at once its pieces keep their slots and stand still, so that they can go on where they were; after a while they are let go.
    /// Paused after its pieces, it gives out nothing more and is paused when the last of them is done. The newest wish counts.
    /// </summary>
    private static Decision Pause(JobState state, JobInput.Pause wish, DateTimeOffset now)
    {
        var timed = state with { ResumeAt = wish.ResumeAt };
        switch (state.Status)
        {
            case JobStatus.Paused:
                return state.ResumeAt == wish.ResumeAt ? Nothing(state) : new Decision.Accepted(timed, []); // asking twice is no mistake

            case JobStatus.Pending or JobStatus.Running when wish.AfterPieces:
                return state.Pausing && state.ResumeAt == wish.ResumeAt
                    ? Nothing(state)
                    : new Decision.Accepted(Settle(timed with { Pausing = true }, now), []);

            case JobStatus.Pending or JobStatus.Running:
                return new Decision.Accepted(
                    Stand(timed, now),
                    [.. state.Running.Select(piece => new JobEffect.Hold(Name(state, piece), piece.Silo))]);

            default:
                return Refuse(state, "not-running", "paused");
        }
    }

    private static Decision Resume(JobState state, DateTimeOffset now)
    {
        var free = state with { Pausing = false, PausedAt = null, ResumeAt = null };
        switch (state.Status)
        {
            case JobStatus.Pending or JobStatus.Running:
                return state.Pausing ? new Decision.Accepted(free, []) : Nothing(state); // asking twice is no mistake

            case JobStatus.Paused when state.StartedAt is null:
                return new Decision.Accepted(free with { Status = JobStatus.Pending }, []);

            case JobStatus.Paused:
                return Advance(
                    free with { Status = JobStatus.Running, RunningSince = now, IdleSince = state.Running.IsEmpty ? now : null },
                    now,
                    [.. state.Running.Select(piece => new JobEffect.Continue(Name(state, piece), piece.Silo))]);

            default:
                return Refuse(state, "not-paused", "resumed");
        }
    }

    /// <summary>A pause ends at its time; one that is longer than the limit gives its slots to others, and drops what is half done.</summary>
    private static Decision PassTime(JobState state, TimeSpan holdLimit, DateTimeOffset now)
    {
        if (state.Status == JobStatus.Paused && state.ResumeAt <= now)
        {
            return Resume(state, now);
        }

        return state.Status == JobStatus.Paused && !state.Running.IsEmpty && now - state.PausedAt >= holdLimit
            ? new Decision.Accepted(state with { Running = [] }, [.. LetGo(state)])
            : Nothing(state);
    }

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
                Setbacks = ImmutableDictionary<int, Setback>.Empty,
                Steps = [],
                RanSeconds = 0,
                RunningSince = null,
                Cost = CostRecord.None,
                Stages = [],
                MadeBy = ImmutableDictionary<string, IndexSet>.Empty,
                MadeBefore = state.Status == JobStatus.Cancelled ? 0 : Made(state),
                Problem = null,
                Plan = null,
                ToldPercent = 0,
            },
            []),
        JobStatus.Pending or JobStatus.Running when state.Attempt > 1 => Nothing(state), // asking twice is no mistake
        _ => Refuse(state, "not-failed", "retried"),
    };

    /// <summary>Encoding pieces that are made; their files lie in the work folder until the job is completed or cancelled.</summary>
    private static int Made(JobState state) =>
        state.Stage == Stage.Encode ? Math.Max(state.MadeBefore, state.Done.NextMissing(0))
        : state.StagePosition > StepList.Stages(state.Type).ToList().IndexOf(Stage.Encode) ? state.PiecesOf(Stage.Encode)
        : state.MadeBefore;

    /// <summary>A job that was to be paused is, once nothing of it runs.</summary>
    private static JobState Settle(JobState state, DateTimeOffset now) =>
        state is { Pausing: true, Running.IsEmpty: true, Ended: false } ? Stand(state, now) : state;

    private static Decision.Accepted Settled(Decision.Accepted decision, DateTimeOffset now) => decision with { Next = Settle(decision.Next, now) };

    private static JobState Stand(JobState state, DateTimeOffset now) =>
        StopClock(state, now) with { Status = JobStatus.Paused, Pausing = false, PausedAt = now };
}
