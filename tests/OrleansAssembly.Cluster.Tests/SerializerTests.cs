using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Hosting;

namespace OrleansAssembly.Cluster.Tests;

public class SerializerTests
{
    /// <summary>A job once stood still for good: the wish that named a silo to avoid could be sent and not be read.</summary>
    [Fact]
    public void AWishThatNamesASiloToAvoid_CrossesSilos()
    {
        using var services = new ServiceCollection().AddAssemblySerializers().AddSerializer(serializer => serializer.AddAssembly(typeof(SlotDemand).Assembly)).BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var now = DateTimeOffset.UnixEpoch;
        var spec = new JobSpec(JobType.Edl, "harbour", "Harbour", null, null, null, null, null, null);
        var job = JobStateMachine.Create("job", spec, 1, now) with { Setbacks = ImmutableDictionary<int, Setback>.Empty.Add(0, new Setback(1, "silo", now)) };

        var back = serializer.Deserialize<SlotDemand>(serializer.SerializeToArray(new SlotDemand("job", "harbour", 1, 2, [], job.Avoided(now))));

        Assert.Equal(["silo"], back!.Avoid!);
    }
}
