using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
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

    /// <summary>Each event of a stream is carried so, and was written as a field a byte: twice its size, and slow.</summary>
    [Fact]
    public void BytesOfAStream_AreCarriedAsBytes()
    {
        using var services = new ServiceCollection().AddByteSegments().AddSerializer(serializer => serializer.AddAssembly(typeof(MemoryMessageData).Assembly)).BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        byte[] sent = [.. Enumerable.Range(0, 1000).Select(number => (byte)number)];
        var message = new MemoryMessageData { SequenceNumber = 7, Payload = new ArraySegment<byte>(sent, 100, 800) };

        var bytes = serializer.SerializeToArray(message);
        var back = serializer.Deserialize<MemoryMessageData>(bytes);
        var copy = services.GetRequiredService<DeepCopier<MemoryMessageData>>().Copy(message);

        Assert.InRange(bytes.Length, 800, 900);
        Assert.Equal(7, back.SequenceNumber);
        Assert.Equal(sent[100..900], back.Payload.ToArray());
        Assert.Equal(sent[100..900], copy.Payload.ToArray());
        Assert.NotSame(sent, copy.Payload.Array);
    }
}
