using System.Globalization;
using System.Net.Http.Json;
using OrleansAssembly.Contracts;
using Spectre.Console;

namespace OrleansAssembly.Benchmarks.Eta;

/// <summary>What is measured.</summary>
/// <param name="Films">Which, in order.</param>
/// <param name="Record">Folder for what was seen each second, or null.</param>
/// <param name="Footage">Folder of real footage, or null.</param>
internal sealed record EtaOptions(IReadOnlyList<EtaFilm> Films, string? Record, string? Footage)
{
    public static EtaOptions? Read(string[] args)
    {
        if (Arguments.Read(args, "--films", "--only", "--record", "--footage") is not { } given)
        {
            return null;
        }

        var films = EtaFilm.All.Where(film => film.Name.Contains(given.Text("--only") ?? "", StringComparison.OrdinalIgnoreCase)).Take(given.Number("--films", EtaFilm.All.Count)).ToList();
        return films.Count > 0 ? new EtaOptions(films, given.Text("--record"), given.Text("--footage") ?? Beside()) : null;
    }

    /// <summary>The footage that may lie beside the repository.</summary>
    private static string? Beside()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansAssembly.sln")))
        {
            folder = folder.Parent;
        }

        return folder is null ? null : Path.Combine(folder.FullName, "..", "shared", "footage");
    }
}

/// <summary>What the estimate of the remaining time said, second by second, against what came; from outside, on real films made by real servers.</summary>
internal static class EtaBenchmark
{
    private static readonly TimeSpan PauseTime = TimeSpan.FromSeconds(6);

    public static async Task<int> RunAsync(EtaOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("assembly-benchmark-").FullName;
        try
        {
            var footage = await Clip.ProvideAsync(options.Footage, Path.Combine(folder, "media", "sources"));
            Console.WriteLine($"{Environment.ProcessorCount} cores, {footage}, films of 1280x720.");
            Directory.CreateDirectory(options.Record ?? folder);
            await using var redis = await RedisProcess.StartAsync();
            var (scores, foreseeable) = (new List<EtaScore>(), new List<EtaScore>());
            var table = new Table().Border(TableBorder.Markdown).AddColumns([.. EtaScore.Columns]);
            foreach (var (film, number) in options.Films.Select((film, index) => (film, index + 1)))
            {
                var log = await MakeAsync(film, redis, folder);
                if (options.Record is not null)
                {
                    await log.WriteAsync(Path.Combine(options.Record, string.Create(CultureInfo.InvariantCulture, $"{number:00} {film.Name}.csv")));
                }

                var score = EtaScore.Of(log);
                scores.Add(score);
                foreseeable.Add(EtaScore.Of(log, log.CameAt));
                Add(film.Name, score);
            }

            Add("all", EtaScore.Of(scores));
            Add("all, without the time before another job or server came", EtaScore.Of(foreseeable));
            AnsiConsole.Profile.Width = 240;
            AnsiConsole.Write(table);
            Console.WriteLine($"Better than both naive estimates, by median and 95th percentile: {scores.Count(score => score.IsBetter)} of {scores.Count} films, "
                + $"{foreseeable.Count(score => score.IsBetter)} without the time before another job or server came.");
            return 0;

            void Add(string name, EtaScore score)
            {
                var row = score.Row(name).ToArray();
                Console.WriteLine(string.Join(" | ", row));
                table.AddRow(row);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Makes a film on a server started for it; what servers learn of earlier films lies in Redis.</summary>
    private static async Task<EtaLog> MakeAsync(EtaFilm film, RedisProcess redis, string folder)
    {
        IReadOnlyList<string> options = film.Twist == Twist.SecondServer ? ["--redis", redis.Address, "--slots", "1"] : ["--redis", redis.Address];
        await using var server = await ServerProcess.StartAsync(folder, options);
        var job = await SubmitAsync(server, film, "benchmark");
        Task<IAsyncDisposable?>? twist = null;
        var watch = new EtaWatch(server.Client, job);
        var log = await watch.FollowAsync(update => twist ??= film.IsDue(update) ? TwistAsync() : null);
        if (film.Twist != Twist.None)
        {
            await using var more = await (twist ?? throw new InvalidOperationException($"'{film.Name}' was over before it came to what it is for."));
        }

        return log;

        async Task<IAsyncDisposable?> TwistAsync()
        {
            switch (film.Twist)
            {
                case Twist.Pause:
                    await CommandAsync(server, job, "pause");
                    await Task.Delay(PauseTime, TimeProvider.System);
                    await CommandAsync(server, job, "resume");
                    return null;
                case Twist.Competitor:
                    var competitor = new Competitor(server, await SubmitAsync(server, EtaFilm.Competing, "somebody-else"));
                    watch.SomebodyCame();
                    return competitor;
                default:
                    var second = await ServerProcess.StartAsync(folder, options);
                    watch.SomebodyCame();
                    return second;
            }
        }
    }

    private static async Task<string> SubmitAsync(ServerProcess server, EtaFilm film, string project)
    {
        var answer = await server.Client.PostAsJsonAsync("/api/v1/assembly/jobs", film.Spec(project), AssemblyJson.Options);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JobDetails>(AssemblyJson.Options))!.Id;
    }

    private static async Task CommandAsync(ServerProcess server, string job, string command)
    {
        using var answer = await server.Client.PostAsync(new Uri($"/api/v1/assembly/jobs/{job}/{command}", UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The other job, which is let go when the film is done.</summary>
    private sealed class Competitor(ServerProcess server, string job) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var answer = await server.Client.PostAsync(new Uri($"/api/v1/assembly/jobs/{job}/cancel", UriKind.Relative), null); // refused where it is done already
        }
    }
}
