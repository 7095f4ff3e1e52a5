using System.ComponentModel.DataAnnotations;

namespace OrleansAssembly.Grains;

/// <summary>How jobs are run.</summary>
public sealed class JobOptions
{
    public const string Section = "Jobs";

    /// <summary>So long a paused job keeps its slots, its children standing still; then it gives them to others and what is half done is dropped. Default: 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan HoldLimit { get; set; } = TimeSpan.FromMinutes(2);
}
