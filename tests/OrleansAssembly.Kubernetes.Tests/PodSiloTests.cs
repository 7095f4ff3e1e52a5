using System.Net;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting.Kubernetes;
using OrleansAssembly.Kubernetes.Tests.Given;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Testing;
using StackExchange.Redis;

namespace OrleansAssembly.Kubernetes.Tests;

/// <summary>A real silo with the surroundings of a pod, up to an API server that answers as Kubernetes does.</summary>
[Collection("environment")]
public sealed class PodSiloTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly Dictionary<string, string> OwnFields = new()
    {
        ["POD_NAME"] = "frontend-5d9c7-x2x4b",
        ["POD_NAMESPACE"] = "orleans-assembly",
        ["POD_IP"] = "127.0.0.1",
    };

    private static readonly Dictionary<string, string> Pod = new(OwnFields) { ["KUBERNETES_SERVICE_HOST"] = "127.0.0.1" };

    [Fact]
    public void Silo_IsInAPod_WhereKubernetesAndTheManifestsSaySo()
    {
        Assert.True(KubernetesWiring.IsPod(Configuration(Pod)));
        Assert.False(KubernetesWiring.IsPod(Configuration([])));
        Assert.All(Pod.Keys, missing => Assert.False(KubernetesWiring.IsPod(Configuration(Pod.Where(variable => variable.Key != missing)))));
        Assert.All(Pod.Keys, empty => Assert.False(KubernetesWiring.IsPod(Configuration(Pod.Select(variable => KeyValuePair.Create(variable.Key, variable.Key == empty ? "" : variable.Value))))));
    }

    [Theory]
    [InlineData("frontend")]
    [InlineData("encoder")]
    public void Manifests_GiveThePodsFields(string silo)
    {
        var fields = Overlay.Of("production").Workload(silo).Container.Env.Where(e => e.ValueFrom?.FieldRef is not null).ToDictionary(e => e.Name, e => e.ValueFrom.FieldRef.FieldPath);
        Assert.Equal(new() { ["POD_NAME"] = "metadata.name", ["POD_NAMESPACE"] = "metadata.namespace", ["POD_IP"] = "status.podIP" }, fields);
    }

    [Fact]
    public async Task Silo_OutsideOfAPod_TakesAFreePortOfTheLoopbackAddress()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var store = redis.Connect();
        await using var app = Build(store, [], _ => { });
        var endpoints = app.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        Assert.Equal((IPAddress.Loopback, 0), (endpoints.AdvertisedIPAddress, endpoints.GatewayPort));
        Assert.NotEqual(KubernetesWiring.SiloPort, endpoints.SiloPort);
        Assert.Empty(app.Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>().OfType<KubernetesClusterAgent>());
    }

    [Fact]
    public async Task Silo_InAPod_TakesNameAddressAndPortOfThePod()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var store = redis.Connect();
        using var variables = new PodVariables(new(OwnFields) { ["POD_IP"] = "10.1.2.3", ["ORLEANS_CLUSTER_ID"] = "another" });
        await using var app = Build(store, new(Pod) { ["POD_IP"] = "10.1.2.3" }, _ => { });
        var endpoints = app.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        Assert.Equal((IPAddress.Parse("10.1.2.3"), KubernetesWiring.SiloPort, 0), (endpoints.AdvertisedIPAddress, endpoints.SiloPort, endpoints.GatewayPort));
        Assert.Equal(new IPEndPoint(endpoints.AdvertisedIPAddress, KubernetesWiring.SiloPort), endpoints.SiloListeningEndpoint);
        Assert.Null(endpoints.GatewayListeningEndpoint);
        Assert.Equal(Pod["POD_NAME"], app.Services.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName);

        var cluster = app.Services.GetRequiredService<IOptions<ClusterOptions>>().Value;
        Assert.Equal((SiloWiring.Name, SiloWiring.Name), (cluster.ClusterId, cluster.ServiceId));
    }

    [Fact]
    public async Task Silo_InAPod_AsksForExactlyWhatItsRoleAllows()
    {
        var overlay = Overlay.Of("production");
        var silo = overlay.Workload("frontend");
        await using var redis = await RedisProcess.StartAsync();
        using var store = redis.Connect();
        using var variables = new PodVariables(OwnFields);
        await using var api = await PodApi.StartAsync(new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { Name = Pod["POD_NAME"], NamespaceProperty = Pod["POD_NAMESPACE"], Labels = silo.Template.Metadata.Labels },
        });
        await using var app = Build(store, Pod, services =>
        {
            services.Configure<KubernetesHostingOptions>(options => options.GetClientConfiguration = () => new KubernetesClientConfiguration { Host = api.Address });

            // Not the port of all pods: other tests may run on this machine.
            services.Configure<EndpointOptions>(options => options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, options.SiloPort = FreePort.Next()));
        });

        var cancel = TestContext.Current.CancellationToken;
        await app.StartAsync(cancel).WaitAsync(Limit, cancel);
        await Task.WhenAny(api.Watched, Task.Delay(Limit, TimeProvider.System, cancel));
        Assert.True(api.Watched.IsCompleted, $"The silo did not watch the pods within {Limit}; it asked: {string.Join(", ", api.Asked)}.");
        await app.StopAsync(cancel).WaitAsync(Limit, cancel);

        var role = Assert.Single(overlay.One<V1Role>("silo").Rules);
        Assert.Equal([""], role.ApiGroups);
        Assert.Equal(["pods"], role.Resources);
        Assert.Equal(role.Verbs.Select(verb => $"{verb} pods").Order(StringComparer.Ordinal), api.Asked);
        Assert.Equal($"orleans/serviceId={SiloWiring.Name},orleans/clusterId={SiloWiring.Name}", api.Selector);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("production")]
    public void Role_IsBoundToTheAccountOfTheSilosAlone(string name)
    {
        var overlay = Overlay.Of(name);
        var binding = Assert.Single(overlay.All<V1RoleBinding>());
        Assert.Equal(("Role", overlay.One<V1Role>("silo").Metadata.Name), (binding.RoleRef.Kind, binding.RoleRef.Name));
        var subject = Assert.Single(binding.Subjects);
        var account = overlay.One<V1ServiceAccount>(subject.Name);
        Assert.Equal(("ServiceAccount", account.Metadata.NamespaceProperty), (subject.Kind, subject.NamespaceProperty));
        Assert.All(overlay.Silos, silo => Assert.Equal((account.Metadata.Name, true), (silo.Pod.ServiceAccountName, silo.Pod.AutomountServiceAccountToken)));
        Assert.False(overlay.Workload("redis").Pod.AutomountServiceAccountToken);
    }

    private static IConfigurationRoot Configuration(IEnumerable<KeyValuePair<string, string>> variables) =>
        new ConfigurationBuilder().AddInMemoryCollection(variables.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build();

    private static WebApplication Build(IConnectionMultiplexer connection, Dictionary<string, string> pod, Action<IServiceCollection> configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddConfiguration(Configuration(pod));
        builder.Configuration.AddInMemoryCollection([new("Silo:Address", "127.0.0.1"), new("Silo:Port", "0")]);
        builder.AddSilo(connection);
        configure(builder.Services);
        return builder.Build();
    }
}
