using System.ComponentModel.DataAnnotations;

namespace OrleansAssembly.Grains;

/// <summary>How jobs are run.</summary>
public sealed class JobOptions
{
    public const string Section = "Jobs";

    /// <summary>So long a paused job keeps its slots, its children standing still; then it gives them to others and what is half done is dropped. Default: 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan HoldLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>A piece of work that is not heard of for so long is asked where it is. Default: 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Silence { get; set; } = TimeSpan.FromSeconds(3);
}
