namespace OrleansAssembly.Media;

/// <summary>How far a piece of work is.</summary>
/// <param name="Fraction">0 to 1.</param>
/// <param name="Amount">What it has handled so far: frames of the film, megabytes where files are read or written, shots where pictures of them are made. Nothing that it found done.</param>
/// <param name="CpuSeconds">What its children cost so far.</param>
public readonly record struct WorkProgress(double Fraction, double Amount, double CpuSeconds)
{
    public const double BytesAMegabyte = 1e6;
}

/// <summary>A finished file of a job's work folder.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="CpuSeconds">What it cost; 0 where it was there already.</param>
public sealed record MadeFile(string Path, long Bytes, double CpuSeconds);

/// <summary>Turns what several children in a row report into the progress of the whole.</summary>
internal sealed class WorkMeter(Action<WorkProgress>? onProgress)
{
    private double _cpuBefore;
    private double _fraction;
    private double _amount;

    /// <param name="fraction">Of the whole work; what would lead back is left out.</param>
    /// <param name="amount">What is handled by now.</param>
    /// <param name="cpuSeconds">Of the running child.</param>
    public void Report(double fraction, double amount, double cpuSeconds)
    {
        _fraction = Math.Clamp(double.IsFinite(fraction) ? fraction : 0, _fraction, 1);
        _amount = Math.Max(amount, _amount);
        onProgress?.Invoke(new WorkProgress(_fraction, _amount, _cpuBefore + cpuSeconds));
    }

    /// <summary>A child ended.</summary>
    public void Add(FfmpegRun run) => _cpuBefore += run.CpuSeconds;

    public double CpuSeconds => _cpuBefore;
}
