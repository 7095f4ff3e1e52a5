namespace OrleansAssembly.Media;

/// <summary>How far a piece of work is.</summary>
/// <param name="Fraction">0 to 1.</param>
/// <param name="Speed">Frames of the film a second; megabytes a second where files are only joined.</param>
/// <param name="CpuSeconds">What its children cost so far.</param>
public readonly record struct WorkProgress(double Fraction, double Speed, double CpuSeconds);

/// <summary>A finished file of a job's work folder.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="CpuSeconds">What it cost; 0 where it was there already.</param>
public sealed record MadeFile(string Path, long Bytes, double CpuSeconds);

/// <summary>Turns what several children in a row report into the progress of the whole.</summary>
internal sealed class WorkMeter(TimeProvider time, Action<WorkProgress>? onProgress)
{
    private readonly long _begin = time.GetTimestamp();
    private double _cpuBefore;
    private double _fraction;

    /// <param name="fraction">Of the whole work; what would lead back is left out.</param>
    /// <param name="amount">What is done by now, in the unit of the speed.</param>
    /// <param name="cpuSeconds">Of the running child.</param>
    public void Report(double fraction, double amount, double cpuSeconds)
    {
        _fraction = Math.Clamp(double.IsFinite(fraction) ? fraction : 0, _fraction, 1);
        var elapsed = time.GetElapsedTime(_begin).TotalSeconds;
        onProgress?.Invoke(new WorkProgress(_fraction, elapsed > 0 ? amount / elapsed : 0, _cpuBefore + cpuSeconds));
    }

    /// <summary>A child ended.</summary>
    public void Add(FfmpegRun run) => _cpuBefore += run.CpuSeconds;

    public double CpuSeconds => _cpuBefore;
}
