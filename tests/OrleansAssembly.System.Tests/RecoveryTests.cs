using System.Diagnostics;
using OrleansAssembly.Jobs;
using OrleansAssembly.SystemTests.Drill;
using OrleansAssembly.Testing;

namespace OrleansAssembly.SystemTests;

/// <summary>How soon work goes on after kill -9, and that nothing is forgotten. The times are told; the limits are for machines that do other things too.</summary>
public class RecoveryTests(ITestOutputHelper output)
{
    private const int Shots = 7;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AServerThatWasKilled_ListsEveryJobWithItsState_AndEncodesOnByItself(bool onRedis)
    {
        using var place = new Workplace();
        await using var redis = onRedis ? await RedisProcess.StartAsync() : null;
        IReadOnlyList<string> options = ["--slots", "2", .. redis is null ? Array.Empty<string>() : ["--redis", redis.Address]];
        string finished, paused, running;
        long last;
        await using (var server = await StartAsync(place, options))
        {
            finished = await server.SubmitAsync(Workplace.Long(shots: Shots));
            await server.CompleteAsync(finished);
            paused = await server.SubmitAsync(Workplace.Long(shots: Shots));
            await using (var watch = server.Watch(paused))
            {
                await watch.UntilAsync(JobWatch.EncodingFrom(10), "the middle of encoding");
                await server.CommandAsync(paused, "pause");
            }

            running = await server.SubmitAsync(Workplace.Long(shots: Shots));
            await using (var watch = server.Watch(running))
            {
                await watch.UntilAsync(JobWatch.EncodingFrom(20), "the middle of encoding");
                await server.EndAsync("KILL");
                last = watch.Seen.Max(update => update.Sequence);
            }
        }

        await Eventually.TrueAsync(() => place.Tools.Count == 0, Limit, "the end of the killed server's encoders");
        var started = Stopwatch.GetTimestamp();
        await using (var server = await StartAsync(place, options))
        {
            var ready = Stopwatch.GetElapsedTime(started);
            var listed = (await server.ListAsync()).ToDictionary(job => job.Id, job => job.Status);
            Assert.Equal((JobStatus.Completed, JobStatus.Paused, JobStatus.Running), (listed[finished], listed[paused], listed[running]));

            await using var watch = server.Watch(running);
            await watch.UntilAsync(update => update.Sequence > last && update.Status == JobStatus.Running, "progress after the restart");
            var told = Stopwatch.GetElapsedTime(started);
            await Eventually.TrueAsync(() => place.Tools.Count > 0, Patience, "an encoder after the restart");
            var encoding = Stopwatch.GetElapsedTime(started);
            output.WriteLine($"From the start of the process: ready {ready.TotalSeconds:F2} s, progress {told.TotalSeconds:F2} s, encoding {encoding.TotalSeconds:F2} s.");
            Assert.InRange(encoding, TimeSpan.Zero, Limit);

            await server.CompleteAsync(running);
            Assert.Equal(JobStatus.Paused, (await server.ProgressAsync(paused)).Status);
            await server.CommandAsync(paused, "resume");
            await server.CompleteAsync(paused);
            var expected = await server.FilmChecksumAsync(finished);
            Assert.Equal((expected, expected), (await server.FilmChecksumAsync(running), await server.FilmChecksumAsync(paused)));
        }

        Assert.Equal(onRedis, !Directory.Exists(Path.Combine(place.Data, "store")));
    }

    [Fact]
    public async Task KilledSilos_FirstOneOfThree_ThenAllAtOnce_TheJobGoesOn_AndAPausedOneStaysPaused()
    {
        await using var cluster = await SiloCluster.StartAsync(3, segmentSeconds: 1, SiloCluster.ShortHold, "--slots", "1");
        var spec = Workplace.Long(shots: 2 * Shots);
        var paused = await cluster.Any.SubmitAsync(spec);
        await using (var before = cluster.Watch(paused))
        {
            await before.UntilAsync(JobWatch.EncodingFrom(5), Patience, "the middle of encoding");
            await cluster.Any.CommandAsync(paused, "pause");
        }

        var job = await cluster.Any.SubmitAsync(spec);
        await using var watch = cluster.Watch(job);
        await watch.UntilAsync(JobWatch.EncodingFrom(10), Patience, "the middle of encoding");
        cluster.Kill(cluster.OwnerOf(job));
        await NextAsync(watch, "Its own silo of three was killed");
        Assert.Equal(JobStatus.Paused, (await cluster.Any.ProgressAsync(paused)).Status);

        await watch.UntilAsync(JobWatch.EncodingFrom(40), Patience, "more encoding");
        foreach (var server in cluster.Living)
        {
            cluster.Kill(server);
        }

        var all = NextAsync(watch, "All were killed and one was started");
        await cluster.AddAsync();
        await all;
        Assert.Equal(JobStatus.Paused, (await cluster.Any.ProgressAsync(paused)).Status);

        Assert.Equal(JobStatus.Completed, (await watch.UntilAsync(JobWatch.Ended, Patience, "the end of the job")).Status);
        Assert.Equal((0, 0), (watch.Falls, watch.Repeats));
        Assert.Equal(JobStatus.Paused, (await cluster.Any.ProgressAsync(paused)).Status);
        await cluster.Any.CommandAsync(paused, "resume");
        await cluster.Any.CompleteAsync(paused);
        Assert.Equal(await FinishedFilm.FetchAsync(cluster.Any, job), await FinishedFilm.FetchAsync(cluster.Any, paused));
    }

    private static Task<ServerProcess> StartAsync(Workplace place, IReadOnlyList<string> options) => ServerProcess.StartCommandAsync(
        ["dotnet", ServerProcess.Program, "--port", "0", "--media", place.Media.Root, "--data", place.Data, .. options],
        SiloCluster.ShortHold);

    /// <summary>Measures from now to the next progress of a job that runs.</summary>
    private async Task NextAsync(ClusterWatch watch, string after)
    {
        var at = TimeProvider.System.GetUtcNow();
        var next = await watch.UntilAsync(update => update.LastUpdate > at && update.Status == JobStatus.Running, Patience, "the next progress");
        output.WriteLine($"{after}: progress after {(next.LastUpdate - at).TotalSeconds:F2} s.");
        Assert.InRange(next.LastUpdate - at, TimeSpan.Zero, Limit);
    }
}
