using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>A frontend and an encoder.</summary>
public class RoleTests
{
    [Fact]
    public async Task EncodingGrains_AreOnEncoders_WhoeverAsksForThem()
    {
        await using var cluster = new AssemblyCluster
        {
            Settings = silo => silo == 0
                ? new() { ["Server:Role"] = "frontend", ["Encoder:Slots"] = "0" }
                : new() { ["Server:Role"] = "encoder" },
        };
        await cluster.InitializeAsync();

        // They start side by side, and are listed in any order.
        var byRole = cluster.Silos.Silos.ToDictionary(silo => silo.ServiceProvider.GetRequiredService<IConfiguration>()["Server:Role"]!);
        var (frontend, encoder) = (byRole["frontend"], byRole["encoder"]);

        var source = cluster.Media.MakeClip();
        var job = await cluster.SubmitAsync(new JobSpec(
            JobType.Assembly, "harbour", "Harbour", new TimelineSpec("25", 320, 180, null, null, [new ShotSpec(source)], null),
            null, [new OutputSpec("h264-720p")], null, null, null));
        var last = await AssemblyCluster.UntilAsync(
            job, update => update.Status is JobStatus.Completed or JobStatus.Failed, "the end of the job");
        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");

        // Work that needs no slot goes to any encoder; and a slot of a frontend, which no scheduler lends, is refused where it cannot be used.
        foreach (var asker in new[] { frontend, encoder })
        {
            var grains = asker.ServiceProvider.GetRequiredService<IGrainFactory>();
            foreach (var named in new[] { EncoderHost.AnySilo, frontend.SiloAddress.ToParsableString() })
            {
                for (var index = 0; index < 10; index++)
                {
                    await grains.GetGrain<IEncodingGrain>($"{asker.SiloAddress.Generation}/Cleanup/{index}/1@{named}").HoldAsync(); // any call wakes it
                }
            }
        }

        var all = await cluster.Silos.Client.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics(null, null, TestContext.Current.CancellationToken);
        var activations = all.Where(activation => activation.GrainId.Type.ToString() == "encoding").ToList();
        Assert.NotEmpty(activations);
        Assert.All(activations, activation => Assert.Equal(encoder.SiloAddress, activation.SiloAddress));
    }
}
