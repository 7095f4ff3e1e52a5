using OrleansAssembly.SystemTests.Drill;

namespace OrleansAssembly.SystemTests;

/// <summary>Encoders take all cores, and silos must answer each other's probes within a second all the same.</summary>
public class FullLoadTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task UnderFullEncoderLoad_NoLivingSiloIsDeclaredDead()
    {
        Assert.Null(FullLoad.Obstacle(Time));
        var load = await FullLoad.RunAsync(Time, output.WriteLine);
        Assert.Equal(0, load.Ended);
        Assert.All(load.Members, member => Assert.Equal(SiloStatus.Active, member.Status));
        Assert.Equal(KillDrill.Silos, load.Members.Count);
        Assert.True(load.Busy >= Environment.ProcessorCount, $"{load.Busy} encoders on average are no full load");
    }
}
