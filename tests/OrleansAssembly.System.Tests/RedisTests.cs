using OrleansAssembly.Cluster.Tests;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests;

public class RedisTests
{
    [Fact]
    public async Task WithRedis_JobsOutliveTheirServer()
    {
        using var place = new Workplace();
        await using var redis = await RedisServer.StartAsync();
        string finished, disturbed;
        await using (var server = await place.StartAsync("--redis", redis.Address, "--slots", "2"))
        {
            finished = await server.SubmitAsync(Workplace.Small());
            await server.CompleteAsync(finished);
            disturbed = await server.SubmitAsync(Workplace.Long());
            await using var watch = server.Watch(disturbed);
            await watch.UntilAsync(JobWatch.EncodingFrom(10), "the middle of encoding");
            await server.EndAsync("KILL");
        }

        Assert.False(Directory.Exists(Path.Combine(place.Data, "store")), "the embedded store was opened beside Redis");
        await using (var server = await place.StartAsync("--redis", redis.Address, "--slots", "2"))
        {
            Assert.Equal(JobStatus.Completed, (await server.GetAsync(finished)).Status);
            await server.FilmChecksumAsync(finished);
            await server.CompleteAsync(disturbed);
            Assert.Equal([disturbed, finished], (await server.ListAsync()).Select(job => job.Id));
        }
    }
}
