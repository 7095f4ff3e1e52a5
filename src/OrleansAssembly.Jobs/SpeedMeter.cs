namespace OrleansAssembly.Jobs;

/// <summary>How much was done a second, over the last seconds: pieces that begin and end in between count with what they did, and a pause makes it fall to nothing.</summary>
public sealed class SpeedMeter
{
    /// <summary>Long enough to even out pieces of a second or two, short enough to follow a change.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    private readonly Queue<(DateTimeOffset At, double Amount)> _seen = new();

    /// <summary>Notes how much is done by now, and gives the speed in that unit a second; 0 where too little is known.</summary>
    /// <param name="now">The present.</param>
    /// <param name="amount">All that is done so far; less than before means that something else is counted from now on.</param>
    public double Note(DateTimeOffset now, double amount)
    {
        if (_seen.Count > 0 && amount < _seen.Last().Amount)
        {
            _seen.Clear();
        }

        _seen.Enqueue((now, amount));
        while (_seen.Count > 1 && now - _seen.Peek().At > Window)
        {
            _seen.Dequeue();
        }

        var (since, before) = _seen.Peek();
        return now - since < Shortest ? 0 : (amount - before) / (now - since).TotalSeconds;
    }
}
