using System.ComponentModel.DataAnnotations;

namespace OrleansAssembly.Media;

/// <summary>Where media lie and how ffmpeg is run.</summary>
public sealed class MediaOptions
{
    public const string Section = "Media";

    /// <summary>The media root: holds <c>sources/</c>, <c>work/</c> and <c>exports/</c>, all on one volume. Default: <c>media</c> below the current directory.</summary>
    [Required]
    public string Root { get; set; } = "media";

    /// <summary>The ffmpeg program. Default: <c>ffmpeg</c> on the path.</summary>
    [Required]
    public string Ffmpeg { get; set; } = "ffmpeg";

    /// <summary>The ffprobe program. Default: <c>ffprobe</c> on the path.</summary>
    [Required]
    public string Ffprobe { get; set; } = "ffprobe";

    /// <summary>A child that reports no progress for so long is ended. Default: 60 s.</summary>
    public TimeSpan StallLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Lowered priority of children, 0 to 19, so that the silo answers under full load. Default: 10.</summary>
    [Range(0, 19)]
    public int Niceness { get; set; } = 10;

    /// <summary>Longest segment, seconds. Default: 5.</summary>
    [Range(1, 60)]
    public int SegmentSeconds { get; set; } = 5;

    /// <summary>Room on the media volume that no job is given, bytes. Default: 256 MB.</summary>
    [Range(0, long.MaxValue)]
    public long SpareBytes { get; set; } = 256_000_000;

    /// <summary>Largest upload, bytes. Default: 1 TiB.</summary>
    [Range(1, long.MaxValue)]
    public long LargestUpload { get; set; } = 1L << 40;
}
