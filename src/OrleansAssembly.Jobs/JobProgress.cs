using System.Globalization;

namespace OrleansAssembly.Jobs;

/// <summary>Where a job is, as numbers and words; a pure view of its state.</summary>
/// <param name="Percent">0 to 100, of the whole; 100 only when completed.</param>
/// <param name="Step">The step in work, or the last one.</param>
/// <param name="StepPercent">0 to 100, of the step.</param>
/// <param name="TimePercent">0 to 100, of the running time by its estimate; 100 only when completed.</param>
/// <param name="Message">What is happening now, for a person.</param>
/// <param name="Speed">In <paramref name="Unit"/>.</param>
/// <param name="Unit">One of <see cref="SpeedUnit"/>.</param>
public sealed record JobProgress(double Percent, Step Step, double StepPercent, double TimePercent, string Message, double Speed, string Unit)
{
    /// <summary>Below what anything but a completed job shows.</summary>
    internal const double AlmostDone = 99.9;

    /// <summary>More of a step is only done when the next one begins.</summary>
    private const double AlmostAll = 0.999;

    /// <summary>So long a job may be between two pieces of work before it is said to wait.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    /// <param name="state">The job.</param>
    /// <param name="eta">Its estimate, for progress by time.</param>
    /// <param name="outputs">Names of its outputs, for the message.</param>
    /// <param name="speed">Measures what is handled.</param>
    /// <param name="now">The present.</param>
    public static JobProgress Of(JobState state, EtaEstimate eta, IReadOnlyList<string> outputs, SpeedMeter speed, DateTimeOffset now)
    {
        var steps = StepList.Of(state.Type);
        var step = StepList.Of(state.Type, state.Stage);
        if (state.Status == JobStatus.Completed)
        {
            return new JobProgress(100, steps[^1], 100, 100, "Completed", 0, SpeedUnit.Of(state.Stage));
        }

        var within = Math.Min(AlmostAll, StepFraction(state, step));
        var from = step.Index == 1 ? 0 : steps[step.Index - 2].EndsAt;
        var percent = state.Weighting == ProgressWeighting.Time
            ? 100 * eta.TimeFraction
            : from + ((step.EndsAt - from) * within);
        return new JobProgress(
            Math.Min(AlmostDone, Floor(percent)),
            step,
            Floor(100 * within),
            Math.Min(AlmostDone, Math.Round(100 * eta.TimeFraction, 2)),
            eta.Cause is { } cause ? $"{Describe(state, outputs, now)}; {cause}" : Describe(state, outputs, now),
            Math.Round(SpeedOf(state, speed, now), 1),
            SpeedUnit.Of(state.Stage));
    }

    /// <summary>0 to 1: shares of the step's finished stages and of the finished and running pieces of the one in work.</summary>
    private static double StepFraction(JobState state, Step step)
    {
        var fraction = 0.0;
        foreach (var stage in step.Stages)
        {
            if (stage == state.Stage)
            {
                return fraction + (StepList.ShareOfStep(stage) * StageFraction(state));
            }

            fraction += StepList.ShareOfStep(stage);
        }

        return fraction;
    }

    /// <summary>Frames encoded so far, over all outputs.</summary>
    private static double EncodedFrames(JobState state, WorkPlan plan) =>
        state.Done.Members().Sum(index => (long)plan.Encode[index].Frames)
        + state.Running.Sum(piece => piece.Fraction * plan.Encode[piece.Index].Frames);

    private static double StageFraction(JobState state)
    {
        if (state.Stage == Stage.Encode && state.Plan is { } plan)
        {
            // Encoding pieces count by their frames: a piece of 5 s is worth more than one of 1 s.
            var total = plan.Encode.Sum(piece => (long)piece.Frames);
            return total == 0 ? 1 : EncodedFrames(state, plan) / total;
        }

        return state.Pieces == 0 ? 1 : (state.Done.Count + state.Running.Sum(piece => piece.Fraction)) / state.Pieces;
    }

    /// <summary>Pieces are many and may be short, so the speed is measured over all of them.</summary>
    private static double SpeedOf(JobState state, SpeedMeter speed, DateTimeOffset now)
    {
        if (state.Status != JobStatus.Running)
        {
            return 0;
        }

        var amount = state.Handled + state.Running.Sum(piece => piece.Amount);
        return SpeedUnit.From(speed.Note(state.ElapsedSeconds(now), SpeedUnit.Counted(state.Stage), amount), SpeedUnit.Of(state.Stage));
    }

    private static string Describe(JobState state, IReadOnlyList<string> outputs, DateTimeOffset now)
    {
        switch (state.Status)
        {
            case JobStatus.Pending:
                return state.Attempt > 1 ? $"Waiting for a free encoder (attempt {state.Attempt})" : "Waiting for a free encoder";
            case JobStatus.Paused:
                return state.ResumeAt is { } until ? string.Create(CultureInfo.InvariantCulture, $"Paused until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "Paused";
            case JobStatus.Failed:
                return state.Problem?.Title ?? "Failed";
            case JobStatus.Cancelled:
                return "Cancelled";
        }

        if (state.Waiting is { } waiting)
        {
            return waiting.Detail;
        }

        if (state.Pausing)
        {
            return state.Running.Count == 1 ? "Pausing after the piece in work" : $"Pausing after the {state.Running.Count} pieces in work";
        }

        if (state.IdleSince is { } idle && now - idle > Between)
        {
            return "Waiting for a free encoder";
        }

        var newest = state.Running.IsEmpty ? Math.Min(state.Done.NextMissing(0), state.Pieces - 1) : state.Running[^1].Index;
        var number = Math.Min(state.Done.Count + Math.Max(1, state.Running.Count), state.Pieces);
        return state.Stage switch
        {
            Stage.Validate => "Checking the job",
            Stage.Probe => $"Probing source {number} of {state.Pieces}",
            Stage.Resolve => "Checking in and out points",
            Stage.Decode => $"Checking that source {number} of {state.Pieces} decodes",
            Stage.Story => "Reading scenes, takes and durations",
            Stage.Edl => "Writing the edit decision list",
            Stage.Plan => "Planning the segments",
            Stage.Space => "Looking whether the films have room",
            Stage.Sound => $"Recording sound, part {number} of {state.Pieces}",
            Stage.Mix => $"Mixing the sound, format {number} of {state.Pieces}",
            Stage.Encode => $"Encoding segment {number} of {state.Pieces} ({OutputOf(state.Plan!.Encode[newest].Output)})",
            Stage.Join => $"Joining film {number} of {state.Pieces} ({OutputOf(newest)})",
            Stage.Verify => $"Checking film {number} of {state.Pieces} ({OutputOf(newest)})",
            Stage.Publish => "Moving the films to the exports",
            Stage.Project => "Noting the film in its project",
            Stage.Preview => "Making poster, thumbnails and preview",
            Stage.Cleanup => "Removing work files",
            Stage.Notify => "Telling that the film is done",
            _ => state.Stage.ToString(),
        };

        string OutputOf(int index) => index < outputs.Count ? outputs[index] : $"output {index + 1}";
    }

    /// <summary>Four decimals, so that a film of many hours moves each second too; rounded down: what is shown is never more than what is true.</summary>
    private static double Floor(double percent) => Math.Floor(percent * 10_000) / 10_000;
}
