using System.Collections.Concurrent;
using System.Diagnostics;
using k8s;
using k8s.Models;

namespace OrleansAssembly.Kubernetes.Tests.Given;

/// <summary>What makes pods: their template and how many there are.</summary>
public sealed record Workload(string Name, int Replicas, V1LabelSelector Selector, V1PodTemplateSpec Template)
{
    public V1PodSpec Pod => Template.Spec;

    public V1Container Container => Assert.Single(Pod.Containers);

    public bool IsChosenBy(V1LabelSelector selector) => IsChosenBy(selector.MatchLabels);

    public bool IsChosenBy(IDictionary<string, string> labels) =>
        labels.Count > 0 && labels.All(label => Template.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}

/// <summary>An overlay as the real kubectl renders it, read strictly. Rendered once.</summary>
public sealed class Overlay
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly ConcurrentDictionary<string, Lazy<Overlay>> Rendered = new();

    private Overlay(string text)
    {
        Text = text;
        Objects = StrictYaml.Read(text);
        Workloads =
        [
            .. All<V1Deployment>().Select(d => new Workload(d.Metadata.Name, d.Spec.Replicas ?? 1, d.Spec.Selector, d.Spec.Template)),
            .. All<V1StatefulSet>().Select(s => new Workload(s.Metadata.Name, s.Spec.Replicas ?? 1, s.Spec.Selector, s.Spec.Template)),
        ];
    }

    public static TheoryData<string> Names { get; } = ["local", "production"];

    public string Text { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects { get; }

    public IReadOnlyList<Workload> Workloads { get; }

    /// <summary>Frontends and encoders.</summary>
    public IEnumerable<Workload> Silos => [Workload("frontend"), Workload("encoder")];

    public Workload Workload(string name) => Workloads.Single(w => w.Name == name);

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public T One<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => All<T>().Single(o => o.Metadata.Name == name);

    public static Overlay Of(string name) => Rendered.GetOrAdd(name, n => new(() => new Overlay(Kustomize(Path.Combine("k8s", "overlays", n))))).Value;

    private static string Kustomize(string folder)
    {
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["kustomize", folder])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = kubectl.StandardError.ReadToEndAsync();
        var text = kubectl.StandardOutput.ReadToEnd();
        if (!kubectl.WaitForExit(Limit))
        {
            kubectl.Kill();
            Assert.Fail($"kubectl did not render {folder} within {Limit}.");
        }

        Assert.True(kubectl.ExitCode == 0, $"kubectl could not render {folder}: {said.Result}");
        return text;
    }
}
