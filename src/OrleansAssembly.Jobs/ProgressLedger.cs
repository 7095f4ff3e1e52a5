namespace OrleansAssembly.Jobs;

/// <summary>
/// What a crash must not take back: a job that wakes again goes on above these, so that progress never falls and no sequence number comes twice.
/// They are written a little ahead of what is shown, and so need no write at each update. Where a job has ended they are what it showed last.
/// </summary>
/// <param name="Attempt">The attempt that the progress belongs to.</param>
/// <param name="Progress">No more than this was shown in the attempt, 0-100, unless the store was away.</param>
/// <param name="Sequence">No higher number was sent, unless the store was away.</param>
/// <param name="StepProgress">Of a job that has ended: what it showed last, 0-100.</param>
/// <param name="TimeProgress">The same.</param>
public sealed record ProgressReserve(int Attempt, double Progress, long Sequence, double StepProgress = 0, double TimeProgress = 0)
{
    public static ProgressReserve None { get; } = new(0, 0, 0);
}

/// <summary>The numbers of an update that was, or may be, sent.</summary>
/// <param name="Attempt">The job's attempt.</param>
/// <param name="StepIndex">1-based; 0 where nothing was sent since the job woke.</param>
/// <param name="Progress">0-100.</param>
/// <param name="StepProgress">0-100.</param>
/// <param name="TimeProgress">0-100; 100 only when completed.</param>
/// <param name="Sequence">Grows with each update.</param>
public sealed record ProgressShown(int Attempt, int StepIndex, double Progress, double StepProgress, double TimeProgress, long Sequence)
{
    /// <summary>
    /// What a job that just woke must take for shown. A store that was away may have missed the last reserve: but no job sends a thousand updates a second,
    /// so the milliseconds that it has lived are a number that it has not reached.
    /// </summary>
    /// <param name="reserve">As it was stored.</param>
    /// <param name="age">Since the job was made.</param>
    public static ProgressShown After(ProgressReserve reserve, TimeSpan age) =>
        new(reserve.Attempt, 0, reserve.Progress, reserve.StepProgress, reserve.TimeProgress, Math.Max(reserve.Sequence, (long)age.TotalMilliseconds));
}

/// <summary>Numbers the updates of a job and never lets progress fall within an attempt, whatever crashes in between.</summary>
public static class ProgressLedger
{
    /// <summary>How far ahead of what is shown is reserved at least, of 100: a wake after a crash may show this much too much.</summary>
    public const double LeastAhead = 0.5;

    /// <summary>And at most: where progress is so fast that less would be written too often.</summary>
    public const double MostAhead = 8;

    private const long SequenceAhead = 1000;

    /// <summary>The numbers that may be sent next. A job that failed or was cancelled stays where it was.</summary>
    public static ProgressShown Next(ProgressShown last, JobState state, JobProgress progress)
    {
        var sameAttempt = last.Attempt == state.Attempt;
        if (sameAttempt && state.Status is JobStatus.Failed or JobStatus.Cancelled)
        {
            return last with { StepIndex = progress.Step.Index, Sequence = last.Sequence + 1 };
        }

        var sameStep = sameAttempt && last.StepIndex == progress.Step.Index;
        return new ProgressShown(
            state.Attempt,
            progress.Step.Index,
            sameAttempt ? Math.Max(progress.Percent, last.Progress) : progress.Percent,
            sameStep ? Math.Max(progress.StepPercent, last.StepProgress) : progress.StepPercent,
            progress.TimePercent,
            last.Sequence + 1);
    }

    /// <summary>True where the reserve must be written before this is sent.</summary>
    public static bool IsBeyond(ProgressShown shown, ProgressReserve reserve) =>
        shown.Attempt != reserve.Attempt || shown.Progress > reserve.Progress || shown.Sequence > reserve.Sequence;

    /// <summary>The reserve to write with a state: ahead of what is shown, exact where the job has ended.</summary>
    public static ProgressReserve Reserve(ProgressShown shown, ProgressReserve reserve, bool ended, double ahead = LeastAhead)
    {
        var progress = ended ? shown.Progress : Math.Max(shown.Progress, Math.Min(shown.Progress + ahead, JobProgress.AlmostDone));
        return new ProgressReserve(
            shown.Attempt,
            ended || shown.Attempt != reserve.Attempt ? progress : Math.Max(progress, reserve.Progress),
            ended ? shown.Sequence : Math.Max(shown.Sequence + SequenceAhead, reserve.Sequence),
            ended ? shown.StepProgress : 0,
            ended ? shown.TimeProgress : 0);
    }
}
