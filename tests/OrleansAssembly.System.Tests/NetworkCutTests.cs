using OrleansAssembly.Jobs;
using OrleansAssembly.SystemTests.Drill;

namespace OrleansAssembly.SystemTests;

/// <summary>The network between silos is cut while a film is made: the cut one may go on for a while in the belief that the job is its own.</summary>
public class NetworkCutTests(ITestOutputHelper output)
{
    private const int Silos = 3;
    private const int Shots = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASiloThatIsCutOff_LeadsToNoSecondResult(bool fromRedisToo)
    {
        await using var networks = await NetworkSpaces.MakeAsync(Silos);
        await using var cluster = await SiloCluster.StartAsync(networks, segmentSeconds: 1, "--slots", "1");
        await using var table = new MembershipTable(cluster.Redis);
        var spec = Workplace.Long("Cut", Shots);
        var expected = await CalmFilm.OfAsync(cluster.Any, spec);

        var job = await cluster.Any.SubmitAsync(spec);
        var owner = cluster.OwnerOf(job);
        var network = networks.Spaces.Single(space => $"{space.Address}" == owner.Address.Host);
        await using var watch = cluster.Watch(job);
        await watch.UntilAsync(JobWatch.EncodingFrom(10), Patience, "the middle of encoding");

        cluster.Leave(owner);
        await (fromRedisToo ? NetworkSpaces.CutAsync(network) : networks.CutFromOthersAsync(network));
        watch.HangUp(owner);
        var at = TimeProvider.System.GetUtcNow();
        var cut = owner.Address.Host;
        await Eventually.TrueAsync(
            async () => (await table.ReadAsync()).Any(member => member.Status == SiloStatus.Dead && member.Silo.Contains(cut, StringComparison.Ordinal)),
            Patience,
            "the death of the silo that is cut off, as the others see it");
        await watch.UntilAsync(update => update.LastUpdate > at, Patience, "progress without the silo that is cut off");
        await (fromRedisToo ? networks.HealAsync(network) : networks.HealFromOthersAsync(network));

        var end = await watch.UntilAsync(JobWatch.Ended, Patience, "the end of the job");
        var next = watch.Told.FirstOrDefault(update => update.LastUpdate > at);
        output.WriteLine($"From the cut to the next progress: {(next?.LastUpdate - at)?.TotalSeconds:F2} s.");
        Assert.True(end.Status == JobStatus.Completed, $"{end}\n{cluster.Excerpt(job)}");
        Assert.Single(watch.Told, update => JobWatch.Ended(update));
        Assert.Equal((0, 0), (watch.Falls, watch.Repeats));

        await Eventually.TrueAsync(
            async () => owner.HasEnded || (await table.ReadAsync()).Any(member => member.Status == SiloStatus.Active && member.Silo.Contains(cut, StringComparison.Ordinal)),
            Patience,
            "the end or the return of the silo that was cut off");
        output.WriteLine(owner.HasEnded ? "It ended itself." : "It is back.");
        if (owner.HasEnded)
        {
            await cluster.AddAsync(network);
        }
        else
        {
            cluster.Return(owner);
        }

        foreach (var server in cluster.Living)
        {
            Assert.Equal(JobStatus.Completed, (await server.ListAsync()).Single(summary => summary.Id == job).Status);
            Assert.Equal(expected, await FinishedFilm.FetchAsync(server, job));
            await server.CompleteAsync(await server.SubmitAsync(Workplace.Small()));
        }

        Assert.Single(Directory.EnumerateFiles(cluster.Place.Media.Store.Exports("harbour", job), "*h264*.mp4"));
    }
}
