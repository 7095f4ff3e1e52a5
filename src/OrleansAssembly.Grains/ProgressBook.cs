using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>
/// What a crash must not take back: a job that wakes again goes on above these, so that progress never falls and no sequence number comes twice.
/// They are written a little ahead of what is shown, and so need no write at each update.
/// </summary>
/// <param name="Attempt">The attempt that the progress belongs to.</param>
/// <param name="Progress">No more than this was ever shown in the attempt.</param>
/// <param name="Sequence">No higher number was ever sent.</param>
public sealed record ProgressReserve(int Attempt, double Progress, long Sequence)
{
    public static ProgressReserve None { get; } = new(0, 0, 0);
}

/// <summary>What a job shows next.</summary>
/// <param name="Update">The update to send, or null where nothing is worth sending yet.</param>
/// <param name="Reserve">To be written before it is sent.</param>
/// <param name="NeedsReserve">True where the update goes beyond what is reserved.</param>
internal readonly record struct ProgressPage(ProgressUpdate? Update, ProgressReserve Reserve, bool NeedsReserve);

/// <summary>Turns a job's states into the updates that people see: numbered, never falling, not more often than useful.</summary>
internal sealed class ProgressBook(JobSpec spec, ProgressReserve reserved, TimeProvider time)
{
    private const double ProgressAhead = 0.5;
    private const long SequenceAhead = 1000;
    private static readonly TimeSpan NumbersPeriod = TimeSpan.FromMilliseconds(100);

    private ProgressReserve _reserved = reserved;
    private double _floor = reserved.Progress;
    private int _floorAttempt = reserved.Attempt;
    private long _sequence = reserved.Sequence;
    private long _shownAt;

    public ProgressUpdate? Newest { get; private set; }

    public IReadOnlyList<string> Presets { get; } = [.. (spec.Outputs ?? []).Select(output => output.Preset!)];

    /// <summary>The page that shows a state; <paramref name="changed"/> where more than numbers changed.</summary>
    public ProgressPage Turn(JobState state, EtaEstimate eta, bool changed)
    {
        if (!changed && (time.GetElapsedTime(_shownAt) < NumbersPeriod || Same(state, eta)))
        {
            return new ProgressPage(null, _reserved, false);
        }

        var update = Write(state, eta, _sequence + 1, time.GetUtcNow());
        var exact = state.Ended || changed;
        var beyond = _reserved.Attempt != state.Attempt || update.Progress > _reserved.Progress || update.Sequence > _reserved.Sequence;
        var next = beyond || exact
            ? new ProgressReserve(
                state.Attempt,
                state.Ended ? update.Progress : Math.Max(Math.Min(update.Progress + ProgressAhead, 99.9), Floor(state)),
                beyond ? update.Sequence + SequenceAhead : _reserved.Sequence)
            : _reserved;
        return new ProgressPage(update, next, beyond);
    }

    /// <summary>The page was sent.</summary>
    public void Shown(ProgressPage page)
    {
        Newest = page.Update;
        _reserved = page.Reserve;
        _floor = page.Update!.Progress;
        _floorAttempt = page.Reserve.Attempt;
        _sequence = page.Update.Sequence;
        _shownAt = time.GetTimestamp();
    }

    /// <summary>The newest progress with its times brought up to now; it keeps the number of the update that was sent last.</summary>
    public ProgressUpdate Current(JobState state, EtaEstimate eta) => Newest ?? Write(state, eta, _sequence, time.GetUtcNow());

    public JobSummary Summary(JobState state) => new(
        state.Id, state.Type, state.Status, spec.ProjectId!, spec.Title!, state.CreatedAt, state.StartedAt, state.EndedAt, Newest!);

    public JobDetails Details(JobState state, EtaEstimate eta) => new(
        state.Id, state.Type, state.Status, spec.ProjectId!, spec.Title!, state.CreatedAt, state.StartedAt, state.EndedAt,
        state.Priority, state.Attempt, spec, Steps(state), [], Current(state, eta));

    public NotificationEvent Notification(JobState state) => new(
        $"{state.Id}-{state.Attempt}-{state.Status.ToString().ToLowerInvariant()}",
        state.Status.ToString().ToLowerInvariant(),
        state.Id,
        spec.ProjectId!,
        spec.Title!,
        state.Status == JobStatus.Failed ? state.Problem?.Detail ?? "Failed" : $"{spec.Title} is {state.Status.ToString().ToLowerInvariant()}",
        state.EndedAt ?? time.GetUtcNow());

    private ProgressUpdate Write(JobState state, EtaEstimate eta, long sequence, DateTimeOffset now)
    {
        var progress = JobProgress.Of(state, eta, Presets);
        var sameStep = Newest is { } newest && newest.StepIndex == progress.Step.Index && _floorAttempt == state.Attempt;
        return new ProgressUpdate
        {
            JobId = state.Id,
            Type = state.Type,
            Status = state.Status,
            Progress = Math.Max(progress.Percent, Floor(state)),
            CurrentStep = progress.Step.Name,
            TotalSteps = StepList.Of(state.Type).Count,
            EstimatedTimeRemaining = eta.Seconds,
            ProcessingSpeed = progress.Speed,
            ProcessingSpeedUnit = progress.SpeedUnit,
            LastUpdate = now,
            Sequence = sequence,
            StepIndex = progress.Step.Index,
            StepProgress = sameStep ? Math.Max(progress.StepPercent, Newest!.StepProgress) : progress.StepPercent,
            Message = progress.Message,
            EtaLow = eta.Low,
            EtaHigh = eta.High,
            TimeProgress = state.Status == JobStatus.Completed ? 100 : Math.Round(100 * eta.TimeFraction, 2),
            Elapsed = Math.Round(eta.Elapsed, 1),
            Error = state.Problem is { } problem ? ProblemDetailsBody.Of(problem, $"/api/v1/assembly/jobs/{state.Id}") : null,
        };
    }

    private double Floor(JobState state) => _floorAttempt == state.Attempt ? _floor : 0;

    /// <summary>Whether a person would see no difference to what was sent last.</summary>
    private bool Same(JobState state, EtaEstimate eta)
    {
        if (Newest is null)
        {
            return false;
        }

        var next = Write(state, eta, Newest.Sequence, Newest.LastUpdate);
        return next with { Error = null } == Newest with { Error = null };
    }

    private static List<StepInfo> Steps(JobState state) => [.. StepList.Of(state.Type).Select(step =>
    {
        var times = step.Index <= state.Steps.Count ? state.Steps[step.Index - 1] : null;
        var last = step.Index == state.Steps.Count;
        var status = (times, last, state.Status) switch
        {
            (null, _, _) => StepStatus.Waiting,
            (_, true, JobStatus.Failed) => StepStatus.Failed,
            (_, true, JobStatus.Cancelled) => StepStatus.Waiting,
            ({ EndedAt: null }, _, _) => StepStatus.Running,
            _ => StepStatus.Done,
        };
        return new StepInfo(step.Index, step.Name, status, step.EndsAt, times?.StartedAt, times?.EndedAt, times?.EndedAt is null ? null : Math.Round(times.Seconds, 2));
    })];
}
