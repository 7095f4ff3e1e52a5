using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace OrleansAssembly.Grains;

/// <summary>Which silos encode: each says its role in its metadata.</summary>
public static class EncoderSilos
{
    /// <summary>The metadata's key.</summary>
    public const string Role = "role";

    /// <summary>The roles that encode.</summary>
    public static IReadOnlyList<string> Roles { get; } = ["encoder", "both"];
}

/// <summary>Keeps a grain on the silos that encode.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OnEncoderSilosAttribute() : PlacementFilterAttribute(new OnEncoderSilos());

public sealed class OnEncoderSilos() : PlacementFilterStrategy(order: 0);

/// <summary>
/// A silo that has just joined may not have told everybody its role yet. Where a slot was lent on it, it encodes: only encoders lend slots.
/// </summary>
internal sealed class OnEncoderSilosDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var leased = PieceKey.SiloOf(target.GrainIdentity.Key.ToString() ?? "");
        return silos.Where(silo => metadata.GetSiloMetadata(silo).Metadata.TryGetValue(EncoderSilos.Role, out var role)
            ? EncoderSilos.Roles.Contains(role)
            : silo.ToParsableString() == leased);
    }
}
