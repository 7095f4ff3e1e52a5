namespace OrleansAssembly.Jobs;

/// <summary>How long work takes on several slots, each piece begun as soon as a slot is free (Graham's list scheduling, 1966).</summary>
internal static class SlotSchedule
{
    /// <param name="running">Seconds that are left of each piece at work.</param>
    /// <param name="bulk">Seconds of many pieces that come next: they fill the slots evenly.</param>
    /// <param name="last">Seconds of each of the pieces after them, in order.</param>
    /// <param name="slots">Slots, more than 0; a fraction of one is had for that share of the time.</param>
    public static double Length(IReadOnlyCollection<double> running, double bulk, IReadOnlyList<double> last, double slots)
    {
        var count = Math.Max(1, (int)Math.Round(slots));
        var free = new PriorityQueue<double, double>(count);
        for (var lane = running.Count; lane < count; lane++)
        {
            free.Enqueue(0, 0);
        }

        foreach (var left in running.OrderDescending())
        {
            var start = free.Count < count ? 0 : free.Dequeue();
            free.Enqueue(start + left, start + left);
        }

        var level = Fill(free, bulk);
        var end = 0.0;
        foreach (var seconds in last)
        {
            var start = Math.Max(level, free.Dequeue());
            free.Enqueue(start + seconds, start + seconds);
        }

        while (free.TryDequeue(out var at, out _))
        {
            end = Math.Max(end, at);
        }

        return Math.Max(level, end) * count / slots;
    }

    /// <summary>The time up to which all slots are busy when they share the bulk.</summary>
    private static double Fill(PriorityQueue<double, double> free, double bulk)
    {
        if (bulk <= 0)
        {
            return 0;
        }

        var (sum, lanes, level) = (0.0, 0, 0.0);
        foreach (var at in free.UnorderedItems.Select(item => item.Element).Order())
        {
            if (lanes > 0 && (lanes * at) - sum >= bulk)
            {
                break;
            }

            (sum, lanes) = (sum + at, lanes + 1);
            level = (bulk + sum) / lanes;
        }

        return level;
    }
}
