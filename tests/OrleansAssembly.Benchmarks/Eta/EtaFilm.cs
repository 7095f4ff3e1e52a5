using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Benchmarks.Eta;

/// <summary>What happens while a film is made, once so much of it is encoded.</summary>
internal enum Twist
{
    None,

    /// <summary>It is paused for a while.</summary>
    Pause,

    /// <summary>A job of somebody else arrives.</summary>
    Competitor,

    /// <summary>A second server joins one that has a single slot.</summary>
    SecondServer,
}

/// <summary>A film whose estimates are measured.</summary>
internal sealed record EtaFilm(string Name, IReadOnlyList<ShotSpec> Shots, IReadOnlyList<string> Presets, Twist Twist = Twist.None)
{
    public static IReadOnlyList<EtaFilm> All { get; } =
    [
        new("even", Clip.Medium(22), ["h264-720p"]),
        new("easy to hard", [.. Clip.Easy(11), .. Clip.Hard(13)], ["h264-720p"]),
        new("hard to easy", [.. Clip.Hard(13), .. Clip.Easy(11)], ["h264-720p"]),
        new("mixed, a pause", Mixed(22), ["h264-720p"], Twist.Pause),
        new("easy to hard, a competing job", [.. Clip.Easy(9), .. Clip.Hard(11)], ["h264-720p"], Twist.Competitor),
        new("mixed, a second silo joins", Mixed(16), ["h264-720p"], Twist.SecondServer),
        new("mixed", Mixed(27), ["h264-720p"]),
        new("hard to easy, H.265", [.. Clip.Hard(7), .. Clip.Easy(9)], ["hevc-1080p"]),
        new("mixed, VP9", Mixed(11), ["vp9-1080p"]),
        new("even, ProRes", Clip.Medium(15), ["prores-422hq"]),
        new("easy to hard, H.264 and VP9", [.. Clip.Easy(5), .. Clip.Hard(7)], ["h264-720p", "vp9-1080p"]),
        new("mixed, H.264 and ProRes", Mixed(16), ["h264-720p", "prores-proxy"]),
    ];

    /// <summary>Whoever else wants an encoder in the middle of a film.</summary>
    public static EtaFilm Competing { get; } = new("competitor", Clip.Medium(8), ["h264-720p"]);

    public JobSpec Spec(string project) => new(
        JobType.Assembly, project, Name, new TimelineSpec("24", 1280, 720, null, null, Shots, null), null, [.. Presets.Select(preset => new OutputSpec(preset))], null, null, null);

    /// <summary>Whether it is time for the twist: in the middle of encoding.</summary>
    public bool IsDue(ProgressUpdate update) => Twist != Twist.None && update.StepIndex == EtaSample.Encoding && update.StepProgress >= 40;

    private static IReadOnlyList<ShotSpec> Mixed(int shots) =>
        [.. Clip.Easy(shots).Zip(Clip.Hard(shots), Clip.Medium(shots)).SelectMany(kinds => new[] { kinds.Second, kinds.First, kinds.Third }).Take(shots)];
}
