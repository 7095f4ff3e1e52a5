using System.Globalization;
using System.Reflection;
using Orleans.Runtime.MembershipService.SiloMetadata;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>All silos of the cluster, those that do not encode too: from the membership, which each silo has in memory, and from what each says of itself.</summary>
public sealed class SiloRoster(ISiloStatusOracle membership, ISiloMetadataCache metadata)
{
    private const string Since = "since";
    private const string Version = "version";

    /// <summary>What a silo says of itself when it joins.</summary>
    /// <param name="role">One of <see cref="SiloRole"/>, in lower case.</param>
    public static Dictionary<string, string> Introduce(string role, DateTimeOffset now) => new()
    {
        [EncoderSilos.Role] = role,
        [Since] = now.ToString("O", CultureInfo.InvariantCulture),
        [Version] = typeof(SiloRoster).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
    };

    /// <summary>The silos in order of their names: those that the scheduler knows, and all others that are members.</summary>
    public IReadOnlyList<SiloInfo> Complete(IReadOnlyList<SiloInfo> encoding)
    {
        var known = encoding.ToDictionary(silo => silo.Address);
        var members = membership.GetApproximateSiloStatuses(onlyActive: true).Keys.ToDictionary(silo => silo.Endpoint.ToString());
        return
        [
            .. encoding.Select(silo => members.TryGetValue(silo.Address, out var member) ? Describe(silo, member) : silo)
                .Concat(members.Where(member => !known.ContainsKey(member.Key)).Select(member => Describe(new SiloInfo(NameOf(member.Value), member.Key, 0, [], false), member.Value)))
                .OrderBy(silo => silo.Name, StringComparer.Ordinal),
        ];
    }

    private SiloInfo Describe(SiloInfo silo, SiloAddress member)
    {
        var says = metadata.GetSiloMetadata(member).Metadata;
        return silo with
        {
            Role = Enum.TryParse<SiloRole>(says.GetValueOrDefault(EncoderSilos.Role), ignoreCase: true, out var role) ? role : silo.Role,
            Since = DateTimeOffset.TryParse(says.GetValueOrDefault(Since), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var since) ? since : null,
            Version = says.GetValueOrDefault(Version) is { Length: > 0 } version ? version : null,
        };
    }

    private string NameOf(SiloAddress member) => membership.TryGetSiloName(member, out var name) ? name : member.Endpoint.ToString();
}
