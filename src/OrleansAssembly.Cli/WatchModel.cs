using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using static OrleansAssembly.Cli.Texts;

namespace OrleansAssembly.Cli;

/// <summary>
/// What a watcher knows of a job. Folds updates, whatever order they come in, so that neither bar goes backwards within an attempt; knows nothing of the screen.
/// </summary>
/// <param name="Title">Title of the film.</param>
/// <param name="Attempt">Attempt that the bars belong to; a new one may start them again.</param>
/// <param name="Update">The newest update, with the bars never lower than shown before.</param>
/// <param name="ReceivedAt">When it came, on this machine's clock: the server's may differ.</param>
/// <param name="Connected">False while the connection is being made again.</param>
internal sealed record WatchModel(string Title, int Attempt, ProgressUpdate Update, DateTimeOffset ReceivedAt, bool Connected = true)
{
    public static WatchModel Of(JobDetails job, DateTimeOffset now) => new(job.Title, job.Attempt, job.Progress, now);

    public bool Ended => Update.Status.IsEnded();

    /// <summary>Takes an update; one that is not newer changes nothing.</summary>
    public WatchModel Apply(ProgressUpdate update, DateTimeOffset now)
    {
        if (update.Sequence <= Update.Sequence)
        {
            return this with { Connected = true };
        }

        // Only a retry leads out of an end, and it is a new attempt.
        var retried = Ended && !update.Status.IsEnded();
        return this with
        {
            Attempt = retried ? Attempt + 1 : Attempt,
            Update = retried ? update : Forward(update),
            ReceivedAt = now,
            Connected = true,
        };
    }

    /// <summary>Takes the whole job, as read after a time without connection: an attempt may have ended and another begun meanwhile.</summary>
    public WatchModel Apply(JobDetails job, DateTimeOffset now) =>
        job.Attempt > Attempt && job.Progress.Sequence > Update.Sequence ? Of(job, now) : Apply(job.Progress, now);

    public WatchModel Disconnect() => this with { Connected = false };

    /// <summary>What to show at a moment; between updates the clocks go on.</summary>
    public WatchView Show(DateTimeOffset now, TimeZoneInfo zone)
    {
        var since = Update.Status == JobStatus.Running ? Math.Max(0, (now - ReceivedAt).TotalSeconds) : 0;
        return new WatchView(
            Title,
            Update.Status,
            Update.Progress,
            Update.StepProgress,
            $"step {Update.StepIndex} of {Update.TotalSteps} · {Update.CurrentStep}",
            Update.Message,
            Eta(since, now, zone),
            Update.Status == JobStatus.Running ? Speed(Update.ProcessingSpeed, Update.ProcessingSpeedUnit) : "",
            Clock(Update.Elapsed + since),
            Connected);
    }

    private string Eta(double since, DateTimeOffset now, TimeZoneInfo zone)
    {
        var left = Math.Max(0, Update.EstimatedTimeRemaining - since);
        var range = $"{Clock(Math.Max(0, Update.EtaLow - since))}-{Clock(Math.Max(0, Update.EtaHigh - since))}";
        return Update.Status switch
        {
            JobStatus.Pending => "waiting for an encoder slot",
            JobStatus.Running when Update.EstimatedTimeRemaining <= 0 => "",
            JobStatus.Running => Invariant($"about {Duration(left)} ({range}), done {TimeZoneInfo.ConvertTime(now.AddSeconds(left), zone):HH:mm}"),
            JobStatus.Paused when left > 0 => $"about {Duration(left)} ({range}) once resumed",
            _ => "",
        };
    }

    private ProgressUpdate Forward(ProgressUpdate next)
    {
        var sameStep = next.StepIndex == Update.StepIndex;
        var earlierStep = next.StepIndex < Update.StepIndex;
        return next with
        {
            Progress = Math.Max(next.Progress, Update.Progress),
            StepIndex = earlierStep ? Update.StepIndex : next.StepIndex,
            CurrentStep = earlierStep ? Update.CurrentStep : next.CurrentStep,
            StepProgress = earlierStep ? Update.StepProgress : sameStep ? Math.Max(next.StepProgress, Update.StepProgress) : next.StepProgress,
        };
    }
}

/// <summary>The words and numbers of one moment of a job.</summary>
/// <param name="Whole">Percent of the job.</param>
/// <param name="Step">Percent of the step.</param>
/// <param name="StepLine"><c>step 6 of 12 · Apply format encoding</c>.</param>
/// <param name="Eta"><c>about 1 min 20 s (1:10-1:35), done 14:32</c>, or empty.</param>
/// <param name="Speed"><c>34.5 fps</c>, or empty.</param>
/// <param name="Elapsed">Running time, <c>0:42</c>.</param>
internal sealed record WatchView(
    string Title,
    JobStatus Status,
    double Whole,
    double Step,
    string StepLine,
    string Message,
    string Eta,
    string Speed,
    string Elapsed,
    bool Connected);

internal static class StatusWords
{
    public static string Word(this JobStatus status) => status switch
    {
        JobStatus.Pending => "pending",
        JobStatus.Running => "running",
        JobStatus.Paused => "paused",
        JobStatus.Completed => "completed",
        JobStatus.Failed => "failed",
        _ => "cancelled",
    };

    public static string Colour(this JobStatus status) => status switch
    {
        JobStatus.Pending => "grey",
        JobStatus.Running => "deepskyblue1",
        JobStatus.Paused => "yellow",
        JobStatus.Completed => "green",
        JobStatus.Failed => "red",
        _ => "orange3",
    };
}
