namespace OrleansAssembly.Jobs;

/// <summary>Something of a job that people may want to be told. It is part of the job's state until the job's outbox has it, so it is written with the change that it tells of.</summary>
/// <param name="Id">Never used twice: <c>job-attempt-event</c>, and what tells two of the same event apart.</param>
/// <param name="Event">One of <see cref="NotificationEvents"/>.</param>
/// <param name="At">When it happened.</param>
/// <param name="Message">What happened, for a person; null where the event says it all.</param>
/// <param name="Percent">For <see cref="NotificationEvents.Progress"/>: which one was passed.</param>
public sealed record Announcement(string Id, string Event, DateTimeOffset At, string? Message = null, double? Percent = null);

/// <summary>The names of what can be told.</summary>
public static class NotificationEvents
{
    public const string Started = "started";
    public const string Progress = "progress";

    /// <summary>The job cannot go on by itself for now, through nobody's wish: the disk has no room.</summary>
    public const string Paused = "paused";
    public const string Completed = "completed";
    public const string Failed = "failed";

    /// <summary>Only told to pages that are open: somebody did it there.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Somebody wants to see whether it arrives.</summary>
    public const string Test = "test";

    /// <summary>Those that settings may choose.</summary>
    public static IReadOnlyList<string> Choosable { get; } = [Started, Progress, Paused, Completed, Failed];
}

/// <summary>What a job has to tell, as part of its state.</summary>
public static class Announcements
{
    public static JobState Announce(this JobState state, string name, DateTimeOffset at, string? message = null, string? mark = null) => state with
    {
        Outgoing = state.Outgoing.Add(new Announcement($"{state.Id}-{state.Attempt}-{name}{(mark is null ? "" : "-" + mark)}", name, at, message)),
    };

    /// <summary>Announces the highest of the chosen percentages that the job has newly passed; one jump over several tells of the last only.</summary>
    /// <param name="state">The job.</param>
    /// <param name="progress">0 to 100, as it is shown.</param>
    /// <param name="chosen">Percentages to tell of.</param>
    public static JobState AnnounceProgress(this JobState state, double progress, IReadOnlyList<double> chosen, DateTimeOffset now)
    {
        var passed = chosen.Where(percent => percent <= progress && percent > state.ToldPercent).DefaultIfEmpty(0).Max();
        if (passed <= 0 || state.Ended)
        {
            return state;
        }

        var text = passed.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var told = state.Announce(NotificationEvents.Progress, now, mark: text);
        return told with { ToldPercent = passed, Outgoing = told.Outgoing.SetItem(told.Outgoing.Count - 1, told.Outgoing[^1] with { Percent = passed }) };
    }

    /// <summary>The outbox has these.</summary>
    public static JobState Told(this JobState state, IReadOnlyCollection<string> ids) => state with { Outgoing = state.Outgoing.RemoveAll(item => ids.Contains(item.Id)) };
}
