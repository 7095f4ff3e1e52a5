using System.Globalization;
using System.Net;
using k8s.Models;
using OrleansAssembly.Kubernetes.Tests.Given;
using OrleansAssembly.Server.Hosting;

namespace OrleansAssembly.Kubernetes.Tests;

/// <summary>What runs in the pods, with what rights and limits, and how it ends.</summary>
public sealed class PodTests
{
    /// <summary>What the server needs at most from SIGTERM to its end: running segments get 25 s, the rest is leaving in good order.</summary>
    private static readonly TimeSpan WholeShutdown = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Overlays => Overlay.Names;

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Pod_RunsWithoutAnyPrivilege(string name) => Assert.All(Overlay.Of(name).Workloads, workload =>
    {
        var pod = workload.Pod.SecurityContext;
        Assert.Equal((true, "RuntimeDefault"), (pod.RunAsNonRoot, pod.SeccompProfile.Type));
        Assert.True(pod.RunAsUser > 0 && pod.RunAsGroup > 0 && pod.FsGroup == pod.RunAsGroup);
        Assert.True(workload.Pod.HostNetwork is not true && workload.Pod.HostPID is not true && workload.Pod.HostIPC is not true);
        Assert.DoesNotContain(workload.Pod.Volumes, volume => volume.HostPath is not null);

        var container = workload.Container.SecurityContext;
        Assert.Equal((false, true), (container.AllowPrivilegeEscalation, container.ReadOnlyRootFilesystem));
        Assert.True(container.Privileged is not true && container.RunAsUser is null && container.RunAsNonRoot is null);
        Assert.Equal(["ALL"], container.Capabilities.Drop);
        Assert.Null(container.Capabilities.Add);
        Assert.Contains(workload.Container.VolumeMounts, mount => mount.MountPath == "/tmp" && workload.Pod.Volumes.Single(v => v.Name == mount.Name).EmptyDir is not null);
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Container_HasRequestsAndLimits(string name) => Assert.All(Overlay.Of(name).Workloads, workload =>
    {
        Assert.Null(workload.Pod.InitContainers);
        var resources = workload.Container.Resources;
        foreach (var kind in new[] { "cpu", "memory" })
        {
            Assert.InRange(resources.Requests[kind].ToDecimal(), 0.001m, resources.Limits[kind].ToDecimal());
        }
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Encoder_LeavesACoreToItsSilo(string name)
    {
        var encoder = Overlay.Of(name).Workload("encoder").Container;
        var slots = int.Parse(encoder.Env.Single(e => e.Name == "Encoder__Slots").Value, CultureInfo.InvariantCulture);
        Assert.Equal(encoder.Resources.Limits["cpu"].ToDecimal(), slots + 1);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Image_IsPinned_AndTheSameForBothRoles(string name)
    {
        var overlay = Overlay.Of(name);
        Assert.All(overlay.Workloads, workload => Assert.Matches(@"^[a-z0-9./-]+:\d+(\.\d+)+(-[a-z]+)?$", workload.Container.Image));
        Assert.Single(overlay.Silos.Select(silo => silo.Container.Image).Distinct());
    }

    /// <summary>Read by the server's own reader, as it will read them in the pod.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void Arguments_AreUnderstoodByTheServer(string name) => Assert.All(Overlay.Of(name).Silos, silo =>
    {
        var container = silo.Container;
        var given = container.Env.Where(e => e.Value is not null).Select(e => KeyValuePair.Create(e.Name.Replace("__", ":", StringComparison.Ordinal), (string?)e.Value));
        var (settings, mistake) = ServerSettings.Read([.. container.Args], new ConfigurationBuilder().AddInMemoryCollection(given).Build());

        Assert.Null(mistake);
        Assert.Equal(silo.Name == "frontend" ? ServerRole.Frontend : ServerRole.Encoder, settings!.Role);
        Assert.Equal(IPAddress.Any, settings.Host);
        Assert.Equal(container.Ports.Single(port => port.Name == "http").ContainerPort, settings.Port);
        Assert.Equal(KubernetesWiring.SiloPort, container.Ports.Single(port => port.Name == "silo").ContainerPort);
        Assert.Contains(container.VolumeMounts, mount => mount.MountPath == settings.Media);

        // The value that Kubernetes puts in comes from the secret, and it must be known before it is used.
        var (service, secret) = (Overlay.Of(name).One<V1Service>("redis"), container.Env.ToList());
        Assert.Equal($"{service.Metadata.Name}:{Assert.Single(service.Spec.Ports).Port},password=$(REDIS_PASSWORD)", settings.Redis);
        Assert.True(secret.FindIndex(e => e.Name == "REDIS_PASSWORD") < secret.FindIndex(e => e.Name == "ConnectionStrings__Redis"));
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Pod_GetsTheTimeThatADrainTakes(string name) => Assert.All(Overlay.Of(name).Silos, silo =>
    {
        var wait = silo.Container.Lifecycle?.PreStop.Exec.Command is ["sleep", var seconds] ? int.Parse(seconds, CultureInfo.InvariantCulture) : 0;
        Assert.True(TimeSpan.FromSeconds(silo.Pod.TerminationGracePeriodSeconds ?? 30) >= WholeShutdown + TimeSpan.FromSeconds(wait) + Margin);

        // Who takes calls from outside takes them until nobody sends any more.
        Assert.Equal(silo.Name == "frontend", wait > 0);
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Pods_SpreadOverNodes(string name) => Assert.All(Overlay.Of(name).Silos, silo =>
    {
        var spread = Assert.Single(silo.Pod.TopologySpreadConstraints);
        Assert.Equal(("kubernetes.io/hostname", "ScheduleAnyway"), (spread.TopologyKey, spread.WhenUnsatisfiable));
        Assert.True(silo.IsChosenBy(spread.LabelSelector));
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Probes_AskOnlyTheReadinessForTheStore(string name) => Assert.All(Overlay.Of(name).Silos, silo =>
    {
        var container = silo.Container;
        Assert.Equal(
            ("/health/live", "/health/live", "/health/ready"),
            (container.StartupProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path));
        Assert.All([container.StartupProbe, container.LivenessProbe, container.ReadinessProbe], probe => Assert.Equal("http", probe.HttpGet.Port.Value));
    });
}
