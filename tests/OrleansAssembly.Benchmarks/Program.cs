using OrleansAssembly.Benchmarks;
using OrleansAssembly.Benchmarks.Eta;
using OrleansAssembly.Benchmarks.Progress;

var run = args switch
{
    ["film", .. var rest] when FilmOptions.Read(rest) is { } film => FilmBenchmark.RunAsync(film),
    ["progress", .. var rest] when ProgressOptions.Read(rest) is { } progress => ProgressBenchmark.RunAsync(progress),
    ["eta", .. var rest] when EtaOptions.Read(rest) is { } eta => EtaBenchmark.RunAsync(eta),

    // The other processes of a progress measurement: it starts them itself.
    [SimulatedServer.Command, var stamps, .. var rest] => SimulatedServer.RunAsync(stamps, rest),
    [WatcherProcess.Command, var plan] => WatcherProcess.RunAsync(plan),
    _ => null,
};
if (run is not null)
{
    return await run;
}

Console.Error.WriteLine("""
    OrleansAssembly.Benchmarks film [--shots N] [--seconds S] [--rounds N]
      Wall time of a film through the server (submit to completed, everything counted) against one plain ffmpeg command that makes the same film
      from the same shots with the same encoder settings and as many threads as it likes, in turn, in one run.
      Defaults: 12 shots of 5 s, 3 rounds.

    OrleansAssembly.Benchmarks progress [--jobs N] [--connections N] [--watches N] [--seconds S] [--protocol json|messagepack]
      Progress of many jobs to many people: two servers in processes of their own, real Redis, SignalR connections in a fourth process, each watching some
      jobs. The encoders are simulated: each only reports, 10 times a second. Latency is from an encoder's report to the message in the connection's process.
      Defaults: 100 jobs with 1,000 and with 3,000 connections that watch one each, 500 jobs with 500 and 1,000, 1,000 jobs with 1,000; then 100 jobs and 1,000
      connections that watch six each. 15 s each, json.

    OrleansAssembly.Benchmarks eta [--films N] [--only TEXT] [--record DIR] [--footage DIR]
      The estimated time remaining, each second, against what came: up to 12 real films from easy to hard and back, in one and two formats, with a pause, a
      competing job, a second silo that joins. Errors are shares of the film's running time, between 10 and 90 % of it; beside them those of two naive
      estimates: elapsed over progress, and time of encoding over frames encoded. --record writes what was seen as one CSV a film;
      --only takes the films whose names have the text, --films the first so many. All of them take about 20 minutes on two cores.
      Defaults: all films, from ../shared/footage where it lies beside the repository, else generated ones.
    """);
return 2;
