using OrleansAssembly.Kubernetes.Tests.Given;

namespace OrleansAssembly.Kubernetes.Tests;

/// <summary>The manifests are what Kubernetes knows, field by field; and the check would notice if they were not.</summary>
public sealed class StrictnessTests
{
    [Theory]
    [MemberData(nameof(Overlay.Names), MemberType = typeof(Overlay))]
    public void Overlay_IsMadeOfKubernetesTypesOnly(string overlay)
    {
        Assert.Equal(
            ["Deployment encoder", "Deployment frontend", "Ingress frontend", "Namespace orleans-assembly", "NetworkPolicy frontend", "NetworkPolicy redis", "NetworkPolicy silo",
             "PersistentVolumeClaim media", "PodDisruptionBudget encoder", "PodDisruptionBudget frontend", "Role silo", "RoleBinding silo", "Service frontend", "Service redis",
             "ServiceAccount silo", "StatefulSet redis"],
            Overlay.Of(overlay).Objects.Select(o => $"{o.Kind} {o.Metadata.Name}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("readOnlyRootFilesystem:", "readOnlyRootFileSystem:")] // misspelt
    [InlineData("terminationGracePeriodSeconds:", "gracePeriodSeconds:")] // unknown
    [InlineData("kind: PodDisruptionBudget", "kind: PodDisruptionBudgets")]
    [InlineData("apiVersion: policy/v1", "apiVersion: policy/v1beta1")] // gone since 1.25
    [InlineData("value: \"4\"", "value: 4")] // a number where a text must be
    [InlineData("replicas: 4", "replicas: \"4\"")] // a text where a number must be
    [InlineData("storage: 2Ti", "storage: 2 TB")]
    [InlineData("replicas: 4", "replicas: 4\n  replicas: 5")]
    public void Mistake_IsRefused(string right, string wrong)
    {
        var text = Overlay.Of("production").Text;
        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => StrictYaml.Read(text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void Overlays_DifferInSizeAndSurroundingsOnly()
    {
        var (local, production) = (Overlay.Of("local"), Overlay.Of("production"));
        Assert.True(local.Workload("encoder").Replicas < production.Workload("encoder").Replicas);
        Assert.Equal(local.Workloads.Select(w => string.Join(' ', w.Container.Args)), production.Workloads.Select(w => string.Join(' ', w.Container.Args)));
    }
}
