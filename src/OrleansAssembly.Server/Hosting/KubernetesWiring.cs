using System.Net;
using Orleans.Configuration;

namespace OrleansAssembly.Server.Hosting;

/// <summary>
/// The silo's place in the network inside a pod of Kubernetes: named as the pod, at the pod's address. The silos also ask
/// Kubernetes for the pods of the cluster, so that one whose pod was deleted is declared dead without waiting for probes.
/// </summary>
public static class KubernetesWiring
{
    /// <summary>Where silos speak with one another. Always the same, so that a network policy can name it: every pod has an address of its own.</summary>
    public const int SiloPort = 11111;

    /// <summary>Given to every container by Kubernetes.</summary>
    private const string ApiAddress = "KUBERNETES_SERVICE_HOST";

    private const string Address = "POD_IP";

    /// <summary>Given by our manifests, from the pod's own fields.</summary>
    private static readonly string[] PodFields = ["POD_NAME", "POD_NAMESPACE", Address];

    /// <summary>Whether this process runs in a pod that was set up for a silo. A pod that merely runs the tests was not.</summary>
    public static bool IsPod(IConfiguration environment) => PodFields.Append(ApiAddress).All(name => !string.IsNullOrWhiteSpace(environment[name]));

    /// <summary>Takes name and address from the pod. No gateway, as everywhere: every caller is a silo itself, or comes by HTTP.</summary>
    public static void UsePod(this ISiloBuilder silo, IConfiguration environment)
    {
        silo.UseKubernetesHosting();
        silo.Configure<EndpointOptions>(options =>
        {
            // The package would set the address, too, but only after Orleans has chosen one of the machine's.
            options.AdvertisedIPAddress = IPAddress.Parse(environment[Address]!);
            options.SiloListeningEndpoint = new IPEndPoint(options.AdvertisedIPAddress, SiloPort);
            (options.SiloPort, options.GatewayPort) = (SiloPort, 0);
        });
    }
}
