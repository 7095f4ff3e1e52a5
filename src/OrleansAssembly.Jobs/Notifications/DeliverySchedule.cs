namespace OrleansAssembly.Jobs;

/// <summary>When a message that did not arrive is tried again.</summary>
/// <param name="Waits">Between the tries; after the last, the last again.</param>
/// <param name="GiveUpAfter">So long after the first try nothing more is tried.</param>
public sealed record DeliverySchedule(IReadOnlyList<TimeSpan> Waits, TimeSpan GiveUpAfter)
{
    /// <summary>Seconds, then minutes, then hours, for three days.</summary>
    public static DeliverySchedule Usual { get; } = new(
        [
            TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
            TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
        ],
        TimeSpan.FromDays(3));

    /// <summary>The next try; null where it is given up.</summary>
    /// <param name="tries">Tries so far, at least 1.</param>
    /// <param name="since">When the first was due.</param>
    /// <param name="now">When the last ended.</param>
    /// <param name="asked">What the receiver asked to wait; it may make a wait longer, not shorter, and not longer than a day.</param>
    /// <param name="spread">0 to 1: up to a fifth is added to the wait, so that those who failed together do not come back together.</param>
    public DateTimeOffset? Next(int tries, DateTimeOffset since, DateTimeOffset now, TimeSpan? asked, double spread)
    {
        var wait = Waits[Math.Min(tries, Waits.Count) - 1] * (1 + (0.2 * spread));
        if (asked is { } longer && longer > wait)
        {
            wait = longer < TimeSpan.FromDays(1) ? longer : TimeSpan.FromDays(1);
        }

        return now + wait - since > GiveUpAfter ? null : now + wait;
    }
}
