using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace OrleansAssembly.Kubernetes.Tests.Given;

/// <summary>
/// Reads manifests as the API server's strict validation does: each kind must be one of the Kubernetes types, each field one of
/// its fields, each value of the field's type. A client for YAML alone would take <c>8080</c> for a text, which the API refuses.
/// </summary>
internal static class StrictYaml
{
    private static readonly IDeserializer Plain = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().WithDuplicateKeyChecking().Build();

    private static readonly JsonSerializerOptions Strict = new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Read(string yaml) =>
        [.. yaml.Split("\n---\n").Select(document => ReadOne(document))];

    private static IKubernetesObject<V1ObjectMeta> ReadOne(string document)
    {
        var typed = Assert.Single(KubernetesYaml.LoadAllFromString(document, strict: true));
        var json = JsonSerializer.Serialize(Plain.Deserialize<object>(document));
        return (IKubernetesObject<V1ObjectMeta>)JsonSerializer.Deserialize(json, typed.GetType(), Strict)!;
    }
}
