namespace OrleansAssembly.Grains;

/// <summary>
/// How often numbers are told to somebody who may have much to do: whoever answers late is told again late. Where machines have more to tell than they can,
/// answers take longer, so less is told, so that they never fall behind: numbers come less often then, and are new when they come. Not safe for threads.
/// </summary>
public sealed class Pace(TimeProvider time)
{
    /// <summary>Numbers are told so often at most: each report of ten a second, though one comes late and the next in time.</summary>
    public static readonly TimeSpan Numbers = TimeSpan.FromMilliseconds(50);

    /// <summary>Silence after an answer is as long as the answer took, at most this: so a tenth of a second between two reports stays what it is up to answers of 50 ms.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    private long _began;
    private long _ended;
    private TimeSpan _pause;

    /// <summary>Whether it is time for the next.</summary>
    public bool IsOpen => time.GetElapsedTime(_ended) >= _pause;

    public void Begin() => _began = time.GetTimestamp();

    /// <summary>The answer has come, or is no longer waited for.</summary>
    public void End()
    {
        _ended = time.GetTimestamp();
        var answer = time.GetElapsedTime(_began, _ended);
        _pause = answer < Longest ? answer : Longest;
    }
}
