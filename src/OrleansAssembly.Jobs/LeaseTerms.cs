namespace OrleansAssembly.Jobs;

/// <summary>How long the <see cref="LeaseBook"/> waits for what.</summary>
public static class LeaseTerms
{
    /// <summary>How long a new book waits for the silos that it expects.</summary>
    public static readonly TimeSpan Warmup = TimeSpan.FromSeconds(3);

    /// <summary>A silo, which reports every second, is gone when it has been silent for so long.</summary>
    public static readonly TimeSpan SiloExpires = TimeSpan.FromSeconds(5);

    /// <summary>A lease that neither its silo nor its job has named for so long was lost on the way.</summary>
    public static readonly TimeSpan LeaseExpires = TimeSpan.FromSeconds(8);

    /// <summary>A job, which repeats its wish every few seconds, is gone when it has been silent for so long.</summary>
    public static readonly TimeSpan DemandExpires = TimeSpan.FromSeconds(60);

    /// <summary>How often who gets what when is foretold; seldomer where many wait.</summary>
    public static readonly TimeSpan ForecastPeriod = TimeSpan.FromSeconds(1);

    /// <summary>For so long after a return a report may be older than it; one that names the slot later shows that it is really still used.</summary>
    public static readonly TimeSpan ReportLag = TimeSpan.FromSeconds(3);
}
