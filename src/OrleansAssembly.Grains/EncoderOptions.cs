using System.ComponentModel.DataAnnotations;

namespace OrleansAssembly.Grains;

/// <summary>What a silo offers for encoding.</summary>
public sealed class EncoderOptions
{
    public const string Section = "Encoder";

    /// <summary>Pieces of work, each with at most one ffmpeg child, that run at the same time here. Default: one per core.</summary>
    [Range(0, 1024)]
    public int Slots { get; set; } = Environment.ProcessorCount;

    /// <summary>Seconds that running pieces get to finish when the silo leaves; what is not done then is given back. Default: 25.</summary>
    [Range(0, 86400)]
    public int DrainLimit { get; set; } = 25;
}
