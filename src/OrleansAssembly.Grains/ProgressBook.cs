using OrleansAssembly.Contracts;
using OrleansAssembly.Grains.Work;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains;

/// <summary>What a job shows next.</summary>
/// <param name="Update">The update to send, or null where nothing is worth sending yet.</param>
/// <param name="Shown">Its numbers.</param>
/// <param name="Reserve">To be written before it is sent.</param>
/// <param name="NeedsReserve">True where the update goes beyond what is reserved.</param>
public readonly record struct ProgressPage(ProgressUpdate? Update, ProgressShown Shown, ProgressReserve Reserve, bool NeedsReserve);

/// <summary>Why a job may have something new to show.</summary>
public enum Occasion
{
    /// <summary>More than numbers changed: shown at once.</summary>
    Change,

    /// <summary>A piece told where it is.</summary>
    Numbers,

    /// <summary>It is only later than it was.</summary>
    Clock,
}

/// <summary>Turns a job's states into the updates that people see: numbered, never falling, not more often than useful.</summary>
/// <param name="spec">What was asked for.</param>
/// <param name="time">The clock.</param>
public sealed class ProgressBook(JobSpec spec, TimeProvider time)
{
    /// <summary>Where no encoder tells anything the clock alone moves the numbers. While one does, that would only take the place of its next report, which then waits.</summary>
    private static readonly TimeSpan ClockPeriod = TimeSpan.FromMilliseconds(900);

    /// <summary>Numbers alone are not written sooner again, as far as it can be foreseen: what is reserved is to last so long.</summary>
    private static readonly TimeSpan ReservePeriod = TimeSpan.FromSeconds(3);

    private ProgressReserve _reserved = ProgressReserve.None;
    private ProgressShown _shown = ProgressShown.After(ProgressReserve.None, TimeSpan.Zero);
    private readonly SpeedMeter _speed = new();
    private double _ahead = ProgressLedger.LeastAhead;
    private long _reservedAt;
    private long _shownAt;

    public ProgressUpdate? Newest { get; private set; }

    public IReadOnlyList<string> Presets { get; } = PresetsOf(spec);

    /// <summary>The book of a job that wakes. One that has ended has told its last, and is not told anew because somebody looks at it.</summary>
    public static ProgressBook Reopen(JobSpec spec, JobState state, EtaEstimate eta, ProgressReserve reserved, TimeProvider time)
    {
        var shown = ProgressShown.After(reserved, state.Ended ? TimeSpan.Zero : time.GetUtcNow() - state.CreatedAt);
        var book = new ProgressBook(spec, time) { _reserved = reserved, _shown = shown };
        book.Newest = state.Ended ? book.Current(state, eta) : null;
        return book;
    }

    public static IReadOnlyList<string> PresetsOf(JobSpec spec) => [.. (spec.Outputs ?? []).Select(output => output.Preset!)];

    /// <summary>The page that shows a state.</summary>
    public ProgressPage Turn(JobState state, EtaEstimate eta, Occasion occasion)
    {
        var changed = occasion == Occasion.Change;
        if (!changed && time.GetElapsedTime(_shownAt) < (occasion == Occasion.Clock ? ClockPeriod : Pace.Numbers))
        {
            return Nothing;
        }

        var progress = JobProgress.Of(state, eta, Presets, _speed, time.GetUtcNow());
        var shown = ProgressLedger.Next(_shown, state, progress);
        var update = Write(state, eta, progress, shown);

        // What is still noted behind the end of a job, that its news was handed over, is nothing to tell: the first update of the end is the last.
        return (!changed || state.Ended) && LooksLikeNewest(update)
            ? Nothing
            : PageOf(update, shown, state.Ended, changed);
    }

    /// <summary>A change is written anyway, and the reserve with it.</summary>
    private ProgressPage PageOf(ProgressUpdate update, ProgressShown shown, bool ended, bool changed)
    {
        var beyond = ProgressLedger.IsBeyond(shown, _reserved);
        if (beyond && !changed)
        {
            var doubled = time.GetElapsedTime(_reservedAt) < ReservePeriod ? 2 * _ahead : _ahead / 2;
            (_ahead, _reservedAt) = (Math.Clamp(doubled, ProgressLedger.LeastAhead, ProgressLedger.MostAhead), time.GetTimestamp());
        }

        return new ProgressPage(update, shown, beyond || changed ? ProgressLedger.Reserve(shown, _reserved, ended, _ahead) : _reserved, beyond);
    }

    /// <summary>The page was sent.</summary>
    public void Sent(ProgressPage page)
    {
        (Newest, _shown, _reserved) = (page.Update, page.Shown, page.Reserve);
        _shownAt = time.GetTimestamp();
    }

    /// <summary>The newest progress that was sent; of a job that just woke, what it would send.</summary>
    public ProgressUpdate Current(JobState state, EtaEstimate eta)
    {
        if (Newest is not null)
        {
            return Newest;
        }

        var progress = JobProgress.Of(state, eta, Presets, _speed, time.GetUtcNow());
        return Write(state, eta, progress, ProgressLedger.Next(_shown, state, progress) with { Sequence = _shown.Sequence });
    }

    public JobSummary Summary(JobState state) => new(
        state.Id, state.Type, state.Status, spec.ProjectId!, spec.Title!, state.CreatedAt, state.StartedAt, state.EndedAt, Newest!)
    {
        PosterUrl = HasPoster(state) ? Manifest.Url(state.Id, PreviewMaker.Poster).TrimStart('/') : null,
        Presets = Presets,
        Shots = state.Shots,
    };

    public JobDetails Details(JobState state, EtaEstimate eta) => new(
        state.Id, state.Type, state.Status, spec.ProjectId!, spec.Title!, state.CreatedAt, state.StartedAt, state.EndedAt,
        state.Priority, state.Attempt, spec with { Notifications = spec.Notifications?.Masked() }, Steps(state), [], Current(state, eta))
    {
        Setbacks = [.. state.History.Select(setback => new SetbackInfo(
            setback.At,
            StepList.Of(state.Type, setback.Stage).Name,
            PieceId.Words(setback.Stage, setback.Index),
            setback.Problem.Source,
            setback.Problem.Segment,
            setback.Problem.Output ?? (setback.Output is { } output ? Presets.ElementAtOrDefault(output) : null),
            setback.Problem.Detail))],
        Log = [.. state.Log.Select(line => new LogEntry(line.At, line.Level, line.Message))],
    };

    public SegmentMap Segments(JobState state) => new(Presets, [.. SegmentCells.Of(state).Select(cell => new SegmentInfo(
        cell.Index,
        cell.Output,
        cell.StartFrame,
        cell.EndFrame,
        cell.Status,
        cell.Fraction,
        cell.Tries,
        cell.Silo is { } silo ? SiloAddress.FromParsableString(silo).Endpoint.ToString() : null))]);

    /// <summary>The stage that makes it is over.</summary>
    private static bool HasPoster(JobState state) =>
        StepList.Stages(state.Type).ToList().IndexOf(Stage.Preview) is >= 0 and var made && (state.StagePosition > made || state.Status == JobStatus.Completed);

    private ProgressUpdate Write(JobState state, EtaEstimate eta, JobProgress progress, ProgressShown shown) =>
        new()
        {
            JobId = state.Id,
            Type = state.Type,
            Status = state.Status,
            Progress = shown.Progress,
            CurrentStep = progress.Step.Name,
            TotalSteps = StepList.Of(state.Type).Count,
            EstimatedTimeRemaining = Math.Round(eta.Seconds, 1),
            ProcessingSpeed = progress.Speed,
            ProcessingSpeedUnit = progress.Unit,
            LastUpdate = state.EndedAt ?? time.GetUtcNow(),
            Sequence = shown.Sequence,
            StepIndex = progress.Step.Index,
            StepProgress = shown.StepProgress,
            Message = progress.Message,
            EtaLow = Math.Round(eta.Low, 1),
            EtaHigh = Math.Round(eta.High, 1),
            TimeProgress = shown.TimeProgress,
            Elapsed = Math.Round(eta.Elapsed, 1),
            ResumeAt = state.ResumeAt,
            ExpectedStart = eta.ExpectedStart,
            ExpectedEnd = eta.ExpectedStart?.AddSeconds(Math.Round(eta.Seconds)),
            Error = state.Problem is { } problem ? ProblemDetailsBody.Of(problem, $"/api/v1/assembly/jobs/{state.Id}") : null,
        };

    private ProgressPage Nothing => new(null, _shown, _reserved, false);

    /// <summary>Whether a person would see no difference to what was sent last.</summary>
    private bool LooksLikeNewest(ProgressUpdate update) =>
        Newest is { } newest && update == newest with { Sequence = update.Sequence, LastUpdate = update.LastUpdate, Error = update.Error };

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
