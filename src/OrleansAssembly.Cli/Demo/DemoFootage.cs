using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;
using static OrleansAssembly.Cli.Texts;

namespace OrleansAssembly.Cli.Demo;

/// <summary>Makes the demo's shots, music and job below a media root; what is there already is kept.</summary>
internal sealed class DemoFootage(DirectoryInfo media, Action<string> say, TimeProvider time)
{
    private const string Folder = "demo";
    private const string Music = "music.flac";

    private static readonly JsonSerializerOptions Readable = new(AssemblyJson.Options)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly string _folder = Path.Combine(media.FullName, "sources", Folder);
    private readonly string? _font = FindFont();

    /// <summary>The demo film as a job.</summary>
    public static JobSpec Job() => new(
        JobType.Assembly,
        "demo",
        "Ten shots and a tune",
        new TimelineSpec(
            "24000/1001", 1920, 1080, "01:00:00:00", false,
            [.. DemoShots.All.Select(s => new ShotSpec(
                $"{Folder}/{s.File}",
                Seconds(DemoShots.In),
                Seconds(DemoShots.In + s.Seconds),
                s.Name,
                s.Scene,
                s.Take,
                Transition: s.Dissolve > 0 ? new TransitionSpec("dissolve", s.Dissolve) : null))],
            [new AudioSpec($"{Folder}/{Music}", "0s", GainDb: -5, FadeIn: "0.5s", FadeOut: "3s")]),
        SourceJobId: null,
        [new OutputSpec("h264-1080p"), new OutputSpec("h264-720p")],
        Notifications: null,
        Priority: 50,
        ProgressWeighting.Milestones);

    /// <summary>Makes what is missing and gives the path of the job's JSON.</summary>
    public async Task<string> MakeAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder);
        var begun = time.GetTimestamp();
        var missing = Films().Where(f => !File.Exists(Path.Combine(_folder, f.File))).ToList();
        if (missing.Count > 0)
        {
            say($"Making {missing.Count} files of footage in {_folder} ...");
            await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, async (film, token) =>
            {
                await film.MakeAsync(token);
                say($"  {film.File}");
            });
            say($"Footage made in {Duration(time.GetElapsedTime(begun).TotalSeconds)}.");
        }

        var job = Path.Combine(media.FullName, "demo.json");
        var part = job + ".part";
        await File.WriteAllTextAsync(part, JsonSerializer.Serialize(Job(), Readable) + "\n", cancellation);
        File.Move(part, job, overwrite: true);
        return job;
    }

    /// <summary>Everything to make, what takes longest first.</summary>
    private IEnumerable<(string File, Func<CancellationToken, Task> MakeAsync)> Films()
    {
        var at = 0.0;
        var shots = new List<(string File, double Seconds, Func<CancellationToken, Task> MakeAsync)>();
        foreach (var shot in DemoShots.All)
        {
            var start = at - DemoShots.In;
            shots.Add((shot.File, shot.Seconds, token => ShotAsync(shot, start, token)));
            at += shot.Seconds;
        }

        return [.. shots.OrderByDescending(s => s.Seconds).Select(s => (s.File, s.MakeAsync)), (Music, MusicAsync)];
    }

    private Task MusicAsync(CancellationToken cancellation) =>
        WriteAsync(Music, part => ["-filter_complex", $"{DemoShots.Bed()}[a]", "-map", "[a]", "-c:a", "flac", part], cancellation);

    private async Task ShotAsync(DemoShot shot, double start, CancellationToken cancellation)
    {
        var length = shot.Seconds + DemoShots.Handles;
        // A file that begins before the film does plays the music's last chord first.
        var sound = shot.Sound?.Invoke(start < 0 ? start + 4 * DemoMusic.Bar : start);
        var shown = sound is not null && shot.Picture.StartsWith("{music}", StringComparison.Ordinal);
        var picture = $"{shot.Picture.Replace("{music}", "[shown]", StringComparison.Ordinal)}{Caption(shot)},{shot.Finish}[v]";
        var graph = sound is null ? picture : shown ? $"{sound},asplit[shown][a];{picture}" : $"{sound}[a];{picture}";
        string[] audio = sound is null ? [] : ["-map", "[a]", .. shot.AudioArguments];
        await WriteAsync(
            shot.File,
            part => ["-filter_complex", graph, "-map", "[v]", .. shot.VideoArguments, .. audio, "-t", Invariant($"{length}"), part],
            cancellation,
            shot.Turned);
    }

    /// <summary>Writes beside the place and moves the whole file there, so that a file that is there is whole.</summary>
    private async Task WriteAsync(string file, Func<string, IReadOnlyList<string>> arguments, CancellationToken cancellation, bool turned = false)
    {
        var part = Path.Combine(_folder, $".part-{file}");
        try
        {
            await DemoFfmpeg.RunAsync(arguments(part), cancellation);
            if (turned)
            {
                await TurnAsync(part, cancellation);
            }

            File.Move(part, Path.Combine(_folder, file), overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Notes a half turn in the file; ffmpeg 6 has an option for it, earlier ones a tag.</summary>
    private async Task TurnAsync(string file, CancellationToken cancellation)
    {
        var turned = Path.Combine(_folder, $".part-turned-{Path.GetFileName(file)}");
        try
        {
            if (!await DemoFfmpeg.TryAsync(["-display_rotation:v:0", "180", "-i", file, "-c", "copy", turned], cancellation))
            {
                await DemoFfmpeg.RunAsync(["-i", file, "-c", "copy", "-metadata:s:v:0", "rotate=180", turned], cancellation);
            }

            File.Move(turned, file, overwrite: true);
        }
        finally
        {
            File.Delete(turned);
        }
    }

    /// <summary>The shot's name and what its file is; nothing where this machine has no font.</summary>
    private string Caption(DemoShot shot)
    {
        if (_font is null)
        {
            return "";
        }

        var unit = shot.Height / 36.0;
        return Text(shot.Name, 1.9, 4) + Text(shot.Facts, 0.95, 1.7);

        string Text(string text, double size, double fromBottom) => Invariant(
            $",drawtext=fontfile='{_font}':text='{text}':expansion=none:fontcolor=white:fontsize={unit * size:0}:x={unit * 1.5:0}:y=h-{unit * fromBottom + unit * size / 2:0}:box=1:boxcolor=black@0.35:boxborderw={unit * 0.45:0}");
    }

    private static string? FindFont()
    {
        string[] names = ["DejaVuSans-Bold.ttf", "DejaVuSans.ttf", "LiberationSans-Bold.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf"];
        string[] folders = ["/usr/share/fonts", "/usr/local/share/fonts"];
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        var fonts = folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f, "*.ttf", options)).ToLookup(f => Path.GetFileName(f));
        return names.SelectMany(n => fonts[n]).FirstOrDefault();
    }

    private static string Seconds(double seconds) => Invariant($"{seconds}s");
}
