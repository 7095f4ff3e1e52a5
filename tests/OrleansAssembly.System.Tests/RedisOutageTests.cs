using System.Net;
using OrleansAssembly.Jobs;
using OrleansAssembly.SystemTests.Drill;

namespace OrleansAssembly.SystemTests;

/// <summary>Redis is gone, or hangs, for a while while a film is made.</summary>
public class RedisOutageTests
{
    private const int Shots = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(true, 20)]
    [InlineData(false, 12)]
    public async Task WhileRedisIsAway_WorkAndProgressGoOn_AndNothingIsLost(bool killed, int seconds)
    {
        var outage = TimeSpan.FromSeconds(seconds);
        await using var cluster = await SiloCluster.StartAsync(2, segmentSeconds: 1, "--slots", "1");
        var server = cluster.Any;
        var spec = Workplace.Long("Outage", Shots);
        var expected = await CalmFilm.OfAsync(server, spec);
        var before = (await server.ListAsync()).Select(listed => listed.Id).ToList();

        var job = await server.SubmitAsync(spec);
        await using var watch = cluster.Watch(job);
        await watch.UntilAsync(JobWatch.EncodingFrom(5), Patience, "the beginning of encoding");
        var segments = Segments(cluster, job);
        var at = TimeProvider.System.GetUtcNow();
        if (killed)
        {
            await cluster.Redis.KillAsync();
        }
        else
        {
            cluster.Redis.Freeze();
        }

        await watch.UntilAsync(update => update.LastUpdate > at + (outage / 3), Patience, "progress while Redis is away");
        await Eventually.TrueAsync(() => Segments(cluster, job) > segments + 1, Patience, "two segments that are finished while Redis is away");

        // A store that hangs is waited for once, and not each time that something is to be noted. (A command is: what was asked for must be stored.)
        var told = watch.Told.Select(update => update.LastUpdate).Where(stamp => stamp > at).Prepend(at).ToList();
        var silence = told.Zip(told.Skip(1), (one, next) => next - one).Max();
        Assert.True(silence < TimeSpan.FromSeconds(2.5), $"silent for {silence}");
        await AssertUnavailableAsync(await server.PostAsync(Workplace.Small()));
        await AssertUnavailableAsync(await server.Http.PostAsync(new Uri($"{JobCalls.Jobs}/{job}/pause", UriKind.Relative), null, TestContext.Current.CancellationToken));
        await AssertUnavailableAsync(await server.Http.GetAsync(new Uri(JobCalls.Jobs, UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(JobStatus.Running, (await server.ProgressAsync(job)).Status);
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() - at > outage, Patience, "the end of the outage");
        Assert.DoesNotContain(watch.Told, update => JobWatch.Ended(update));

        if (killed)
        {
            await cluster.Redis.RestartAsync();
        }
        else
        {
            cluster.Redis.Thaw();
        }

        var end = await watch.UntilAsync(JobWatch.Ended, Patience, "the end of the job");
        Assert.True(end.Status == JobStatus.Completed, $"{end}\n{cluster.Excerpt(job)}");
        Assert.Equal((0, 0), (watch.Falls, watch.Repeats));
        Assert.Equal(expected, await FinishedFilm.FetchAsync(server, job));
        Assert.Equal([job, .. before], (await server.ListAsync()).Select(listed => listed.Id));
        await server.CompleteAsync(await server.SubmitAsync(Workplace.Small()));
    }

    private static int Segments(SiloCluster cluster, string job)
    {
        var folder = Path.Combine(cluster.Place.Media.Store.Work(job), "seg");
        return Directory.EnumerateFiles(folder, "*.mp4", SearchOption.AllDirectories).Count();
    }

    private static async Task AssertUnavailableAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{answer.RequestMessage?.RequestUri}: {answer.StatusCode} {body}");
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Contains("urn:orleans-assembly:store-unavailable", body, StringComparison.Ordinal);
        }
    }
}
