using System.Globalization;
using System.Net;
using Orleans.Clustering.Redis;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.Streams;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;
using StackExchange.Redis;

namespace OrleansAssembly.Server.Hosting;

/// <summary>The silo: its membership, role, storage, streams and serializers. The one place that chooses them.</summary>
public static class SiloWiring
{
    /// <summary>Of cluster and service alike. In Kubernetes the pods carry it as a label.</summary>
    public const string Name = "orleans-assembly";

    public static void AddSilo(this WebApplicationBuilder builder, IConnectionMultiplexer store)
    {
        builder.Services.AddSingleton(store);
        builder.Host.UseOrleans(silo =>
        {
            if (KubernetesWiring.IsPod(builder.Configuration))
            {
                silo.UsePod(builder.Configuration);
            }
            else
            {
                // Any number of silos may run on a machine. No gateway: every caller is a silo itself, or comes by HTTP.
                var (address, port) = (IPAddress.Parse(silo.Configuration["Silo:Address"]!), int.Parse(silo.Configuration["Silo:Port"]!, CultureInfo.InvariantCulture));
                silo.ConfigureEndpoints(address, port == 0 ? FreePort.Next(address) : port, gatewayPort: 0);
            }

            // After the pod's part, which would take other names from the environment.
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (Name, Name));
            AddParts(silo, store);
        });
    }

    /// <summary>Everything of a silo but its name and its place in the network.</summary>
    public static void AddParts(ISiloBuilder silo, IConnectionMultiplexer store)
    {
        silo.Configure<ClusterMembershipOptions>(NoticeDeathEarly);
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DepartedSilos>();
        silo.UseSiloMetadata(SiloRoster.Introduce(silo.Configuration["Server:Role"] ?? "both", TimeProvider.System.GetUtcNow()));
        AddDirectory(silo);
        AddStorage(silo, store);
        AddStreams(silo);
        AddSerializers(silo);
    }

    /// <summary>
    /// Forgets the silos of an earlier life. Only for the embedded store: it was down with them, so none of them can be alive,
    /// and a start need not wait until they count as dead.
    /// </summary>
    public static Task ForgetSilosAsync(IConnectionMultiplexer store) =>
        store.GetDatabase().KeyDeleteAsync(RedisClusteringOptions.DefaultCreateRedisKey(new ClusterOptions { ClusterId = Name, ServiceId = Name }));

    /// <summary>Measured: the grains of a killed silo answer elsewhere within 1.6 s, those of a frozen one within 2.3 s; a cluster killed whole is back within 5 s.</summary>
    private static void NoticeDeathEarly(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = TimeSpan.FromSeconds(1);
        options.MinProbeTimeout = TimeSpan.FromSeconds(1);
        options.MaxProbeTimeout = TimeSpan.FromSeconds(1);
        options.NumMissedProbesLimit = 3;
        options.NumVotesForDeathDeclaration = 2;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromMilliseconds(500); // a cluster killed whole waits three of these before it probes what it finds in the table
    }

    /// <summary>
    /// With the default directory a silo that goes takes its share of the directory with it, and healthy grains on the other silos are ended for it:
    /// encodes were stopped and made again (seen in the kill drill). This one asks the others for what was lost. Its lease would hold up failover for 25 s.
    /// </summary>
    private static void AddDirectory(ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003 // Orleans marks it as experimental; taken all the same, for the reason above
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.Configure<GrainDirectoryOptions>(options => options.RangeLeaseDuration = TimeSpan.Zero);
    }

    /// <summary>Redis, or the embedded store: the same providers, all over one connection. Their own options are only there because they are asked for.</summary>
    private static void AddStorage(ISiloBuilder silo, IConnectionMultiplexer store)
    {
        var own = ConfigurationOptions.Parse(store.Configuration);
        silo.UseRedisClustering(options => (options.ConfigurationOptions, options.CreateMultiplexer) = (own, _ => Shared(store)));
        silo.AddRedisGrainStorageAsDefault(options =>
        {
            (options.ConfigurationOptions, options.CreateMultiplexer) = (own, _ => Shared(store));
            options.DeleteStateOnClear = true;
        });
        silo.UseRedisReminderService(options => (options.ConfigurationOptions, options.CreateMultiplexer) = (own, _ => Shared(store)));
    }

    /// <summary>Events in memory, 9 ms from end to end. A durable provider would be put in here.</summary>
    private static void AddStreams(ISiloBuilder silo) =>
        silo.AddMemoryStreams(PieceStreams.Provider, streams =>
        {
            streams.ConfigurePartitioning(1);
            streams.ConfigurePullingAgent(agent => agent.Configure(options => options.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10)));
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
        });

    /// <summary>The pure rooms know nothing of Orleans: their types cross silos as JSON.</summary>
    public static IServiceCollection AddAssemblySerializers(this IServiceCollection services) =>
        services.AddSerializer(serializer => serializer.AddJsonSerializer(
            isSupported: type => type.Assembly == typeof(JobSpec).Assembly || type.Assembly == typeof(TimelineSpec).Assembly,
            AssemblyJson.Options));

    private static void AddSerializers(ISiloBuilder silo)
    {
        silo.Services.AddAssemblySerializers();
        silo.Services.AddByteSegments();

        // State is stored as the same JSON that is spoken everywhere.
        silo.Services.Configure<SystemTextJsonGrainStorageSerializerOptions>(options => AssemblyJson.Configure(options.JsonSerializerOptions));
        silo.Services.AddSingleton<IGrainStorageSerializer, SystemTextJsonGrainStorageSerializer>();
    }

    private static Task<(IConnectionMultiplexer Multiplexer, bool Owned)> Shared(IConnectionMultiplexer store) => Task.FromResult((store, false));
}
