using k8s.Models;
using OrleansAssembly.Kubernetes.Tests.Given;
using OrleansAssembly.Server.Hosting;

namespace OrleansAssembly.Kubernetes.Tests;

/// <summary>What names another object names one that exists and fits: selectors, ports, backends, claims, accounts.</summary>
public sealed class ConnectionTests
{
    public static TheoryData<string> Overlays => Overlay.Names;

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Workload_ChoosesItsOwnPodsAlone(string name)
    {
        var overlay = Overlay.Of(name);
        Assert.All(overlay.Workloads, workload => Assert.Equal([workload], overlay.Workloads.Where(other => other.IsChosenBy(workload.Selector))));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Service_LeadsToANamedPortOfItsPods(string name)
    {
        var overlay = Overlay.Of(name);
        Assert.All(overlay.All<V1Service>(), service =>
        {
            var workload = Assert.Single(overlay.Workloads, w => w.IsChosenBy(service.Spec.Selector));
            Assert.Equal(service.Metadata.Name, workload.Name);
            Assert.All(service.Spec.Ports, port => Assert.Contains(workload.Container.Ports, p => p.Name == port.TargetPort.Value));
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Ingress_LeadsToAPortOfTheFrontendsService_WithoutStickySessions(string name)
    {
        var overlay = Overlay.Of(name);
        var ingress = Assert.Single(overlay.All<V1Ingress>());
        var backend = Assert.Single(Assert.Single(ingress.Spec.Rules).Http.Paths).Backend.Service;
        var service = overlay.One<V1Service>(backend.Name);
        Assert.Equal("frontend", service.Metadata.Name);
        Assert.Contains(service.Spec.Ports, port => port.Name == backend.Port.Name);
        Assert.True(service.Spec.SessionAffinity is null or "None");
        Assert.DoesNotContain(ingress.Metadata.Annotations.Keys, key => key.Contains("affinity", StringComparison.Ordinal) || key.Contains("cookie", StringComparison.Ordinal));

        // A WebSocket may be silent for longer than the minute after which ingress-nginx would end it.
        Assert.True(int.Parse(ingress.Metadata.Annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"], null) >= 3600);
    }

    [Fact]
    public void Ingress_InProduction_IsEncryptedForItsHost()
    {
        var ingress = Assert.Single(Overlay.Of("production").All<V1Ingress>());
        Assert.Equal(Assert.Single(ingress.Spec.Rules).Host, Assert.Single(Assert.Single(ingress.Spec.Tls).Hosts));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void DisruptionBudget_FitsItsPods_AndLetsANodeDrain(string name)
    {
        var overlay = Overlay.Of(name);
        Assert.Equal(["encoder", "frontend"], overlay.All<V1PodDisruptionBudget>().Select(b => b.Metadata.Name).Order());
        Assert.All(overlay.All<V1PodDisruptionBudget>(), budget =>
        {
            var workload = Assert.Single(overlay.Workloads, w => w.IsChosenBy(budget.Spec.Selector));
            var mayGo = budget.Spec.MaxUnavailable is { } most ? int.Parse(most.Value, null) : workload.Replicas - int.Parse(budget.Spec.MinAvailable.Value, null);
            Assert.InRange(mayGo, 1, workload.Replicas);
        });
        Assert.True(overlay.Workload("frontend").Replicas >= 2, "A lone frontend is away while its node drains.");
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Media_AreOneVolumeForAllSilos(string name)
    {
        var overlay = Overlay.Of(name);
        Assert.All(overlay.Silos, silo =>
        {
            var volume = Assert.Single(silo.Pod.Volumes, v => v.PersistentVolumeClaim is not null);
            var claim = overlay.One<V1PersistentVolumeClaim>(volume.PersistentVolumeClaim.ClaimName);
            Assert.Equal(["ReadWriteMany"], claim.Spec.AccessModes);
            Assert.Contains(silo.Container.VolumeMounts, mount => mount.Name == volume.Name && mount.ReadOnlyProperty is not true);
        });
        Assert.Single(overlay.Silos.Select(silo => silo.Pod.Volumes.Single(v => v.PersistentVolumeClaim is not null).PersistentVolumeClaim.ClaimName).Distinct());
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Redis_KeepsEachWriteInItsLog_OnAVolumeOfItsOwn(string name)
    {
        var redis = Overlay.Of(name).One<V1StatefulSet>("redis");
        var container = Assert.Single(redis.Spec.Template.Spec.Containers);
        var args = container.Args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(("yes", "everysec", "noeviction"), (args["--appendonly"], args["--appendfsync"], args["--maxmemory-policy"]));
        Assert.Equal("$(REDIS_PASSWORD)", args["--requirepass"]);
        var claim = Assert.Single(redis.Spec.VolumeClaimTemplates);
        Assert.Contains(container.VolumeMounts, mount => mount.Name == claim.Metadata.Name && mount.MountPath == args["--dir"]);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void NetworkPolicies_LetOnlySilosToSilosAndRedis_AndAnyoneToThePage(string name)
    {
        var overlay = Overlay.Of(name);
        Assert.Equal(["silo"], Callers(overlay, "encoder", "silo"));
        Assert.Equal(["silo"], Callers(overlay, "frontend", "silo"));
        Assert.Equal(["silo"], Callers(overlay, "redis", "redis"));
        Assert.Equal(["anyone"], Callers(overlay, "frontend", "http"));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Namespace_IsTheSameForAll_AndRefusesPrivilege(string name)
    {
        var overlay = Overlay.Of(name);
        var space = Assert.Single(overlay.All<V1Namespace>());
        Assert.Equal("restricted", space.Metadata.Labels["pod-security.kubernetes.io/enforce"]);
        Assert.All(overlay.Objects.Where(o => o is not V1Namespace), o => Assert.Equal(space.Metadata.Name, o.Metadata.NamespaceProperty));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Secret_IsNotAmongTheManifests_AndItsOneNameIsToldInTheReadme(string name)
    {
        var overlay = Overlay.Of(name);
        Assert.Empty(overlay.All<V1Secret>());
        var asked = overlay.Workloads.SelectMany(w => w.Container.Env).Select(e => e.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>();
        Assert.Equal([("redis", "password")], asked.Select(key => (key.Name, key.Key)).Distinct());
        Assert.Contains("create secret generic redis --from-literal=password=", File.ReadAllText(Path.Combine(Repository.Root, "k8s", "README.md")), StringComparison.Ordinal);
    }

    /// <summary>Who gets through to a named port of a workload's pods.</summary>
    private static IEnumerable<string> Callers(Overlay overlay, string workload, string port)
    {
        var pod = overlay.Workload(workload);
        Assert.Contains(pod.Container.Ports, p => p.Name == port);
        foreach (var rule in overlay.All<V1NetworkPolicy>().Where(policy => pod.IsChosenBy(policy.Spec.PodSelector)).SelectMany(policy => policy.Spec.Ingress)
            .Where(rule => rule.Ports.Any(p => p.Port.Value == port)))
        {
            if (rule.FromProperty is null)
            {
                yield return "anyone";
                continue;
            }

            var peer = Assert.Single(rule.FromProperty);
            Assert.Equal([new("orleans/serviceId", SiloWiring.Name)], peer.PodSelector.MatchLabels);
            Assert.Equal(["encoder", "frontend"], overlay.Workloads.Where(w => w.IsChosenBy(peer.PodSelector)).Select(w => w.Name).Order());
            yield return "silo";
        }
    }
}
