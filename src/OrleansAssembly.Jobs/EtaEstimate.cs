namespace OrleansAssembly.Jobs;

/// <summary>What is left to do, as running time.</summary>
/// <param name="Seconds">Estimate; 0 when ended.</param>
/// <param name="Low">Lower end of the interval that is meant to hold 8 times in 10.</param>
/// <param name="High">Upper end.</param>
/// <param name="Elapsed">Running time so far, seconds.</param>
/// <param name="Cause">Why the estimate has just changed, as words for a person; null where it goes down as expected.</param>
/// <param name="ExpectedStart">When a pending job is expected to begin; null for all others, and where nobody can tell.</param>
public sealed record EtaEstimate(double Seconds, double Low, double High, double Elapsed, string? Cause = null, DateTimeOffset? ExpectedStart = null)
{
    /// <summary>0 to 1: elapsed over elapsed and remaining. Of a job that has ended it tells nothing.</summary>
    public double TimeFraction => Elapsed + Seconds <= 0 ? 0 : Elapsed / (Elapsed + Seconds);
}
