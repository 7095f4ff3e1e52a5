using System.Diagnostics;
using System.Globalization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Benchmarks.Eta;

/// <summary>A piece of footage, and what stands in for it where it is not there.</summary>
/// <param name="File">In <c>shared/footage</c> beside the repository.</param>
/// <param name="Seconds">Its length, rounded down.</param>
/// <param name="Picture">ffmpeg's source for a stand-in, of about the same size, rate and difficulty.</param>
internal sealed record Clip(string File, int Seconds, string Picture)
{
    private static readonly Clip Black = new("black_6min_1080p.mp4", 362, "color=black:size=1920x1080:rate=30");
    private static readonly Clip Bottle = new("bottle_360p_2983fps_noaudio.mp4", 39, "smptebars=size=640x360:rate=30");
    private static readonly Clip Bunny = new("bbb_480p24_aac51.mp4", 30, "mandelbrot=size=854x480:rate=24");
    private static readonly Clip Elf = new("elf_480p30.mp4", 8, "testsrc2=size=720x480:rate=30");
    private static readonly Clip Crowd = new("crowd_1080p50_pcm.mov", 2, "testsrc2=size=1920x1080:rate=50,noise=c0s=20:c0f=t:all_seed=1");
    private static readonly Clip Flower = new("flower_540p2997.mp4", 5, "life=size=960x540:rate=30000/1001:mold=10:ratio=0.2:death_color=#402000:life_color=#00ff80:seed=3");
    private static readonly Clip Bee = new("bee_720p2997.mp4", 4, "testsrc2=size=1280x720:rate=30000/1001,noise=c0s=10:c0f=t:all_seed=2");
    private static readonly Clip Nature = new("nature_1080p25_422_10bit.mp4", 10, "mandelbrot=size=1920x1080:rate=25,noise=c0s=5:c0f=t:all_seed=3");

    public static IReadOnlyList<Clip> All { get; } = [Black, Bottle, Bunny, Elf, Crowd, Flower, Bee, Nature];

    /// <summary>Pictures in which little happens.</summary>
    public static IReadOnlyList<ShotSpec> Easy(int shots) => Shots([Black, Bottle], shots);

    public static IReadOnlyList<ShotSpec> Medium(int shots) => Shots([Bunny, Bunny, Elf], shots);

    /// <summary>Large, grainy or full of motion.</summary>
    public static IReadOnlyList<ShotSpec> Hard(int shots) => Shots([Nature, Flower, Crowd, Bee], shots);

    /// <summary>Puts all clips into a folder: the footage where it is there, else generated ones.</summary>
    /// <returns>Which, for a person.</returns>
    public static async Task<string> ProvideAsync(string? footage, string folder)
    {
        Directory.CreateDirectory(folder);
        if (footage is not null && All.All(clip => System.IO.File.Exists(Path.Combine(footage, clip.File))))
        {
            All.ToList().ForEach(clip => System.IO.File.Copy(Path.Combine(footage, clip.File), Path.Combine(folder, clip.File)));
            return "real footage";
        }

        foreach (var clip in All)
        {
            await clip.GenerateAsync(folder);
        }

        return "generated footage, since shared/footage is not beside the repository";
    }

    /// <summary>Shots of up to 4 s of the clips in turn, each from another place of its clip.</summary>
    private static List<ShotSpec> Shots(Clip[] clips, int count) => [.. Enumerable.Range(0, count).Select(index =>
    {
        const int Longest = 4;
        var clip = clips[index % clips.Length];
        var start = clip.Seconds <= Longest ? 0 : Longest * index % (clip.Seconds - Longest + 1);
        return new ShotSpec(clip.File, Text(start), Text(Math.Min(clip.Seconds, start + Longest)));
    })];

    private static string Text(int seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds}s");

    private async Task GenerateAsync(string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg",
        [
            "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", Picture, "-t", Text(Seconds)[..^1],
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p", Path.Combine(folder, File),
        ]))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ffmpeg could not make {File}.");
        }
    }
}
