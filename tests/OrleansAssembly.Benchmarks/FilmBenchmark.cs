using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;
using Spectre.Console;

namespace OrleansAssembly.Benchmarks;

/// <summary>How large the film is, and how often it is made.</summary>
internal sealed record FilmOptions(int Shots, int Seconds, int Rounds)
{
    public static FilmOptions? Read(string[] args)
    {
        if (Arguments.Read(args, "--shots", "--seconds", "--rounds") is not { } given)
        {
            return null;
        }

        var options = new FilmOptions(given.Number("--shots", 12), given.Number("--seconds", 5), given.Number("--rounds", 3));
        return options is { Shots: > 0, Seconds: > 0, Rounds: > 0 } ? options : null;
    }
}

/// <summary>The film through the server against one plain ffmpeg.</summary>
internal static class FilmBenchmark
{
    private const int Width = 1280;
    private const int Height = 720;
    private const string Preset = "h264-720p";

    // Pictures that cost an encoder something, of the sizes, rates and bit rates that come together in a project.
    private static readonly (string Picture, string Size, string Rate)[] Kinds =
    [
        ("mandelbrot=size={0}:rate={1}:start_scale=0.5", "1280x720", "25"),
        ("testsrc2=size={0}:rate={1},noise=c0s=5:c0f=t:all_seed=7", "1920x1080", "30000/1001"),
        ("life=size={0}:rate={1}:mold=10:ratio=0.2:death_color=#402000:life_color=#00ff80:seed=3", "640x360", "24"),
        ("gradients=size={0}:rate={1}:speed=0.03:seed=5", "1280x720", "50"),
    ];

    public static async Task<int> RunAsync(FilmOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("assembly-benchmark-").FullName;
        try
        {
            Console.WriteLine($"{Environment.ProcessorCount} cores; {options.Shots} shots of {options.Seconds} s, {Width}x{Height} at 25, {Preset}.");
            var sources = await MakeSourcesAsync(folder, options);
            await using var server = await ServerProcess.StartAsync(folder);
            List<(double Ours, double Making, double Plain)> rounds = [];
            for (var round = 1; round <= options.Rounds; round++)
            {
                var (ours, making) = await OursAsync(server, sources, options, round);
                var plain = await PlainAsync(folder, sources, options);
                rounds.Add((ours, making, plain));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: server {ours:0.00} s (making {making:0.00} s), plain ffmpeg {plain:0.00} s, ratio {ours / plain:0.00} ({making / plain:0.00})"));
            }

            Show(rounds);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<string>> MakeSourcesAsync(string folder, FilmOptions options)
    {
        var sources = Path.Combine(folder, "media", "sources");
        Directory.CreateDirectory(sources);
        List<string> names = [];
        for (var index = 0; index < options.Shots; index++)
        {
            var (picture, size, rate) = Kinds[index % Kinds.Length];
            var name = string.Create(CultureInfo.InvariantCulture, $"{index:D2}.mp4");
            await FfmpegAsync(sources,
            [
                "-f", "lavfi", "-i", string.Format(CultureInfo.InvariantCulture, picture, size, rate),
                "-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture, $"sine=frequency={220 + (40 * index)}:sample_rate=48000"),
                "-t", (options.Seconds + 1).ToString(CultureInfo.InvariantCulture), "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-c:a", "aac", name,
            ]);
            names.Add(name);
        }

        return names;
    }

    /// <summary>Submit to completed, and of that the time of the steps that do what the plain command does: sound, encoding, joining.</summary>
    private static async Task<(double All, double Making)> OursAsync(ServerProcess server, List<string> sources, FilmOptions options, int round)
    {
        var spec = new JobSpec(
            JobType.Assembly, "benchmark", $"Round {round}",
            new TimelineSpec("25", Width, Height, null, null, [.. sources.Select(source => new ShotSpec(source, "0.5s", $"{options.Seconds}.5s"))], null),
            null, [new OutputSpec(Preset)], null, null, null);
        var watch = Stopwatch.StartNew();
        var answer = await server.Client.PostAsJsonAsync("/api/v1/assembly/jobs", spec, AssemblyJson.Options);
        answer.EnsureSuccessStatusCode();
        var job = await answer.Content.ReadFromJsonAsync<JobDetails>(AssemblyJson.Options);
        while (true)
        {
            var progress = await server.Client.GetFromJsonAsync<ProgressUpdate>($"/api/v1/assembly/jobs/{job!.Id}/progress", AssemblyJson.Options);
            if (progress!.Status is JobStatus.Completed)
            {
                var all = watch.Elapsed.TotalSeconds;
                var done = await server.Client.GetFromJsonAsync<JobDetails>($"/api/v1/assembly/jobs/{job.Id}", AssemblyJson.Options);
                return (all, done!.Steps.Where(step => step.Name is "Process video concatenation" or "Apply format encoding").Sum(step => step.Seconds ?? 0));
            }

            if (progress.Status is JobStatus.Failed or JobStatus.Cancelled)
            {
                throw new InvalidOperationException($"The job failed: {progress.Error?.Detail}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    /// <summary>The same film by hand: every shot cut, scaled, conformed and joined in one filter graph, one encoder with its default threads.</summary>
    private static async Task<double> PlainAsync(string folder, List<string> sources, FilmOptions options)
    {
        List<string> arguments = [];
        List<string> graph = [];
        foreach (var (source, index) in sources.Select((source, index) => (source, index)))
        {
            arguments.AddRange(["-ss", "0.5", "-t", options.Seconds.ToString(CultureInfo.InvariantCulture), "-i", Path.Combine(folder, "media", "sources", source)]);
            graph.Add($"[{index}:v:0]fps=25,scale={Width}:{Height}:force_original_aspect_ratio=decrease:flags=bicubic+accurate_rnd+full_chroma_int,pad={Width}:{Height}:(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuv420p[v{index}];[{index}:a:0]aresample=48000,aformat=channel_layouts=stereo[a{index}]");
        }

        graph.Add(string.Concat(sources.Select((_, index) => $"[v{index}][a{index}]")) + $"concat=n={sources.Count}:v=1:a=1[v][a]");
        arguments.AddRange(
        [
            "-filter_complex", string.Join(';', graph), "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "medium", "-crf", "20", "-profile:v", "high", "-g", "50",
            "-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart", "plain.mp4",
        ]);
        var watch = Stopwatch.StartNew();
        await FfmpegAsync(folder, arguments);
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task FfmpegAsync(string folder, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]) { WorkingDirectory = folder })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ffmpeg ended with code {process.ExitCode}.");
        }
    }

    private static void Show(List<(double Ours, double Making, double Plain)> rounds)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns("", "min", "median", "max");
        Add("server, s", [.. rounds.Select(round => round.Ours)]);
        Add("of that sound, encoding, joining, s", [.. rounds.Select(round => round.Making)]);
        Add("plain ffmpeg, s", [.. rounds.Select(round => round.Plain)]);
        Add("ratio, everything", [.. rounds.Select(round => round.Ours / round.Plain)]);
        Add("ratio, the same work", [.. rounds.Select(round => round.Making / round.Plain)]);
        AnsiConsole.Write(table);

        void Add(string name, List<double> values)
        {
            values.Sort();
            table.AddRow([name, .. new[] { values[0], values[values.Count / 2], values[^1] }.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture))]);
        }
    }
}
