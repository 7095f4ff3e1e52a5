namespace OrleansAssembly.Jobs;

/// <summary>How much was handled a second, over the last seconds of running time: pieces that begin and end in between count with what they did, pauses do not count.</summary>
public sealed class SpeedMeter
{
    /// <summary>Seconds: long enough to even out pieces of a second or two, short enough to follow a change.</summary>
    private const double Window = 5;

    /// <summary>Seconds: a whole story is written in a few hundredths.</summary>
    private const double Shortest = 0.05;

    private readonly Queue<(double At, double Amount)> _seen = new();
    private (double At, double Amount) _last;
    private string _counted = "";

    /// <summary>Notes how much is handled by now, and gives the speed, a second; 0 where too little is known.</summary>
    /// <param name="running">Running time by now, seconds.</param>
    /// <param name="counted">What is counted; something else begins anew.</param>
    /// <param name="amount">All that is handled so far; less than before means that it is counted anew.</param>
    public double Note(double running, string counted, double amount)
    {
        if (counted != _counted || amount < _last.Amount || running < _last.At)
        {
            _seen.Clear();
            _counted = counted;
        }

        _last = (running, amount);
        _seen.Enqueue(_last);
        while (_seen.Count > 1 && running - _seen.Peek().At > Window)
        {
            _seen.Dequeue();
        }

        var (since, before) = _seen.Peek();
        return running - since < Shortest ? 0 : (amount - before) / (running - since);
    }
}
