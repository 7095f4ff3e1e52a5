using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>Guesses how much room a job takes on the media volume before any of it is made: rather too much than too little.</summary>
public static class DiskNeed
{
    /// <summary>Sound is kept as recorded and as mixed, 48 kHz stereo in 32 bits each.</summary>
    private const double SoundBytesPerSecond = 2 * 48_000 * 2 * 4;

    /// <summary>Pictures, lists, EDL, and what is half made.</summary>
    private const double Rest = 16 << 20;

    /// <summary>Bytes: every segment once as it is and once in its film, and the sound.</summary>
    public static long Predict(Film film, IReadOnlyList<Segment> segments, Footage footage, IEnumerable<Preset> presets)
    {
        var pictures = presets.Sum(preset => segments.Sum(segment => Picture(film, segment, footage, preset)));
        return (long)((2 * pictures) + (film.Duration.ToDouble() * SoundBytesPerSecond) + Rest);
    }

    private static double Picture(Film film, Segment segment, Footage footage, Preset preset)
    {
        var (width, height) = preset.Fit(film.Width, film.Height);
        return (double)width * height * segment.Frames * BitsPerPixel(preset, footage.Facts[film.Shots[segment.Shot].Source]) / 8;
    }

    /// <summary>
    /// What an encoder of constant quality makes follows what the source took: grain and movement that cost bits there cost them here as well.
    /// The floors are those of ordinary footage; ProRes has a size of its own.
    /// </summary>
    private static double BitsPerPixel(Preset preset, SourceFacts source)
    {
        var video = source.Video!;
        var taken = 8.0 * source.Bytes / Math.Max(1, (double)video.Frames * video.Width * video.Height);
        return preset.VideoCodec switch
        {
            "prores_ks" => preset.IsMaster ? 4.5 : 1.2,
            "libx265" or "libvpx-vp9" => Math.Clamp(0.8 * taken, 0.06, 4),
            _ => Math.Clamp(1.3 * taken, 0.12, 8),
        };
    }
}

/// <summary>Whether a job has room, where others have been promised some.</summary>
/// <param name="Needed">Bytes that the job is still to write.</param>
/// <param name="Free">Bytes that are free on the volume.</param>
/// <param name="Promised">Bytes of these that other jobs are still to write.</param>
/// <param name="Spare">Bytes that are to stay free.</param>
public readonly record struct DiskRoom(long Needed, long Free, long Promised, long Spare)
{
    private const double Gigabyte = 1e9;

    public bool Fits => Needed <= Free - Promised - Spare;

    /// <summary>For a person: what is needed, what there is, what to do.</summary>
    public override string ToString()
    {
        var promised = Promised > 0 ? $", {Size(Promised)} of them promised to other jobs" : "";
        return $"Waiting for disk space: about {Size(Needed)} are needed and {Size(Free)} are free on the media volume{promised}. Free some, and the job goes on by itself.";
    }

    private static string Size(long bytes) => bytes < Gigabyte
        ? FormattableString.Invariant($"{Math.Ceiling(bytes / 1e6)} MB")
        : FormattableString.Invariant($"{bytes / Gigabyte:0.0} GB");
}
