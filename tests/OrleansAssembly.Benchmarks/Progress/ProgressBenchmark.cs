using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;
using Spectre.Console;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>How many jobs tell how many connections.</summary>
internal sealed record Scenario(int Jobs, int Connections, int Watches);

/// <summary>What is measured.</summary>
internal sealed record ProgressOptions(IReadOnlyList<Scenario> Scenarios, int Seconds, string Protocol)
{
    private const int MostJobs = 2000;
    private const int MostSeconds = 120;

    public static ProgressOptions? Read(string[] args)
    {
        if (Arguments.Read(args, "--jobs", "--connections", "--watches", "--seconds", "--protocol") is not { } given)
        {
            return null;
        }

        var (jobs, connections, watches) = (given.Number("--jobs", 100), given.Number("--connections", 1000), given.Number("--watches", 1));
        IReadOnlyList<Scenario> scenarios = given.Text("--jobs") is null && given.Text("--connections") is null && given.Text("--watches") is null
            ? [new(100, 1000, 1), new(100, 3000, 1), new(100, 3500, 1), new(500, 500, 1), new(500, 1000, 1), new(1000, 1000, 1), new(100, 1000, 8)]
            : [new(jobs, connections, watches)];
        var options = new ProgressOptions(scenarios, given.Number("--seconds", 15), given.Text("--protocol") ?? "json");
        return jobs is > 0 and <= MostJobs && connections > 0 && watches > 0 && watches <= jobs && options is { Seconds: > 0 and <= MostSeconds, Protocol: "json" or "messagepack" }
            ? options
            : null;
    }
}

/// <summary>Progress of many jobs to many people, measured end to end.</summary>
internal static class ProgressBenchmark
{
    private const int Servers = 2;
    private const int SubmitsAtOnce = 16;
    private const int SubmitsAtMost = 60;
    private static readonly TimeSpan RunningLimit = TimeSpan.FromSeconds(120);

    /// <summary>So long all of it runs before it is measured: what is often run is compiled again meanwhile.</summary>
    private static readonly TimeSpan RampUp = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(ProgressOptions options)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores. Simulated encoders that only report, {SimulatedServer.Rate} times a second each; all else is real: {Servers} servers, Redis, SignalR ({options.Protocol}).");
        var table = new Table().Border(TableBorder.Markdown).AddColumns(
            "jobs", "connections, jobs each", "messages/s", "of reports, %", "p50, ms", "p99, ms", "max, ms", "lost final states",
            "cores: servers", "client", "Redis", "others", "CPU, µs a message", "MB: servers", "client");
        var lost = 0;
        foreach (var scenario in options.Scenarios)
        {
            lost += await MeasureAsync(scenario, options, table);
        }

        Console.WriteLine("cores: kept busy on average; others: by processes that are no part of this, which should be near 0.");
        AnsiConsole.Profile.Width = 240;
        AnsiConsole.Write(table);
        return lost == 0 ? 0 : 1;
    }

    private static async Task<int> MeasureAsync(Scenario scenario, ProgressOptions options, Table table)
    {
        var folder = Directory.CreateTempSubdirectory("assembly-benchmark-").FullName;
        try
        {
            var file = Path.Combine(folder, "stamps");
            Stamps.Create(file, scenario.Jobs);
            using var stamps = Stamps.Open(file);
            Directory.CreateDirectory(Path.Combine(folder, "media", "sources"));
            await File.WriteAllTextAsync(Path.Combine(folder, "media", "sources", "shot.mp4"), "never read");

            await using var redis = await RedisProcess.StartAsync();
            await using var first = await StartServerAsync(folder, file, redis, scenario.Jobs);
            await using var second = await StartServerAsync(folder, file, redis, scenario.Jobs);
            ServerProcess[] servers = [first, second];
            var jobs = await SubmitAsync(servers, scenario.Jobs);
            await RunningAsync(stamps, scenario.Jobs);

            var plan = new WatchPlan([.. servers.Select(server => server.Client.BaseAddress!)], jobs, scenario.Connections, scenario.Watches, options.Protocol, file);
            using var watchers = await StartWatchersAsync(folder, plan);
            await Task.Delay(RampUp, TimeProvider.System);

            var meter = new CpuMeter([.. servers.Select(server => server.Pid), watchers.Id, redis.Pid]);
            await watchers.StandardInput.WriteLineAsync("begin");
            var reportsBefore = CountReports(stamps, scenario);
            await Task.Delay(TimeSpan.FromSeconds(options.Seconds), TimeProvider.System);
            await watchers.StandardInput.WriteLineAsync("end");
            var reports = CountReports(stamps, scenario) - reportsBefore;
            var (cores, others) = meter.Read();
            var memory = servers.Sum(server => CpuMeter.Megabytes(server.Pid));
            var clientMemory = CpuMeter.Megabytes(watchers.Id);

            stamps.Ending = true;
            await watchers.StandardInput.WriteLineAsync("last");
            var result = JsonSerializer.Deserialize<WatchResult>((await watchers.StandardOutput.ReadLineAsync())!)!;
            await watchers.WaitForExitAsync();

            var lost = (scenario.Connections * scenario.Watches) - result.Finals;
            string[] row =
            [
                $"{scenario.Jobs:N0}", $"{scenario.Connections:N0}, {scenario.Watches}", $"{result.Messages / result.Seconds:N0}", $"{100.0 * result.Messages / reports:N0}",
                .. result.Latencies.Select(latency => $"{latency:N1}"), $"{lost:N0}",
                $"{servers.Sum(server => cores[server.Pid]):N2}", $"{cores[watchers.Id]:N2}", $"{cores[redis.Pid]:N2}", $"{others:N2}",
                $"{1e6 * cores.Values.Sum() * result.Seconds / result.Messages:N0}", $"{memory:N0}", $"{clientMemory:N0}",
            ];
            Console.WriteLine(string.Join(" | ", row));
            if (result.Broken > 0)
            {
                Console.WriteLine($"{result.Broken} connections broke: {result.Failure}");
            }

            table.AddRow(row);
            return lost;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>How many messages there would be if every report reached everybody who watches its job.</summary>
    private static long CountReports(Stamps stamps, Scenario scenario)
    {
        var watchers = (double)scenario.Connections * scenario.Watches / scenario.Jobs;
        var made = 0L;
        for (var job = 0; job < scenario.Jobs; job++)
        {
            var (low, high) = (0, Stamps.Reports);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = stamps.At(job, middle) == 0 ? (low, middle) : (middle + 1, high);
            }

            made += low;
        }

        return (long)(made * watchers);
    }

    private static Task<ServerProcess> StartServerAsync(string folder, string stamps, RedisProcess redis, int jobs) => ServerProcess.StartAsync(
        [
            "exec", "--runtimeconfig", Path.Combine(AppContext.BaseDirectory, "OrleansAssembly.Server.runtimeconfig.json"), // so that its memory is kept as the product's
            Path.Combine(AppContext.BaseDirectory, "OrleansAssembly.Benchmarks.dll"), SimulatedServer.Command, stamps,
        ],
        folder,
        [
            "--redis", redis.Address, "--slots", ((jobs + Servers - 1) / Servers).ToString(CultureInfo.InvariantCulture), "--drain", "0",
        ]);

    private static async Task<IReadOnlyList<string>> SubmitAsync(ServerProcess[] servers, int count)
    {
        var ids = new string[count];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = SubmitsAtOnce }, async (number, cancel) =>
        {
            var spec = new JobSpec(
                JobType.Assembly, "benchmark", number.ToString(CultureInfo.InvariantCulture),
                new TimelineSpec("24", 1280, 720, null, null, [new ShotSpec("shot.mp4", "0s", "600s")], null),
                null, [new OutputSpec("h264-720p")], null, null, null);
            ids[number] = await SubmitAsync(servers[number % servers.Length], spec, cancel);
        });
        return ids;
    }

    /// <summary>A server whose store is slow asks to be asked again, and the key makes sure that this makes no second job.</summary>
    private static async Task<string> SubmitAsync(ServerProcess server, JobSpec spec, CancellationToken cancel)
    {
        for (var again = 0; ; again++)
        {
            using var call = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/assembly/jobs", UriKind.Relative)) { Content = JsonContent.Create(spec, null, AssemblyJson.Options) };
            call.Headers.Add("Idempotency-Key", spec.Title);
            using var answer = await server.Client.SendAsync(call, cancel);
            if (again == SubmitsAtMost || answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict))
            {
                answer.EnsureSuccessStatusCode();
                return (await answer.Content.ReadFromJsonAsync<JobDetails>(AssemblyJson.Options, cancel))!.Id;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancel);
        }
    }

    private static async Task RunningAsync(Stamps stamps, int jobs)
    {
        var began = Stopwatch.GetTimestamp();
        for (var job = 0; job < jobs;)
        {
            if (stamps.At(job, 0) != 0)
            {
                job++;
            }
            else if (Stopwatch.GetElapsedTime(began) < RunningLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
            else
            {
                throw new InvalidOperationException($"Only {job} of {jobs} jobs run after {RunningLimit.TotalSeconds} s.");
            }
        }
    }

    private static async Task<Process> StartWatchersAsync(string folder, WatchPlan plan)
    {
        var file = Path.Combine(folder, "watchers.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(plan));
        var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "OrleansAssembly.Benchmarks.dll"), WatcherProcess.Command, file])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return await process.StandardOutput.ReadLineAsync() == "ready" ? process : throw new InvalidOperationException("The watchers did not start.");
    }
}
