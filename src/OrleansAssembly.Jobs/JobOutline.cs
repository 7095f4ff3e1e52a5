using System.Collections.Immutable;

namespace OrleansAssembly.Jobs;

/// <summary>What a job's spec lets expect before anything is probed or planned.</summary>
/// <param name="Seconds">Length of the film, as far as in and out points tell.</param>
/// <param name="Rate">Frames a second.</param>
/// <param name="Pixels">Pixels of a frame of the film.</param>
/// <param name="Costs">Predicted CPU seconds of encoding, by output.</param>
public sealed record JobOutline(double Seconds, double Rate, double Pixels, ImmutableList<double> Costs)
{
    /// <summary>Where a job of an older version has none: a shot of five seconds from each source.</summary>
    public static JobOutline Of(int sources, int outputs) =>
        new(5.0 * sources, 24, 1280 * 720, [.. Enumerable.Repeat(10.0 * sources, outputs)]);
}
