using OrleansAssembly.Benchmarks;

if (args is ["film", .. var rest] && FilmOptions.Read(rest) is { } film)
{
    return await FilmBenchmark.RunAsync(film);
}

Console.Error.WriteLine("""
    OrleansAssembly.Benchmarks film [--shots N] [--seconds S] [--rounds N]
      Wall time of a film through the server (submit to completed, everything counted) against one plain ffmpeg command that makes the same film
      from the same shots with the same encoder settings and as many threads as it likes, in turn, in one run.
      Defaults: 12 shots of 5 s, 3 rounds.
    """);
return 2;
