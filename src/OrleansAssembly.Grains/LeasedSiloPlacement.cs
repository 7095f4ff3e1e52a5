using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace OrleansAssembly.Grains;

/// <summary>Puts a grain on the silo that its key names behind an <c>@</c>: there a slot is lent to it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LeasedSiloPlacementAttribute() : PlacementAttribute(new LeasedSiloPlacement());

[GenerateSerializer, Immutable, Alias("LeasedSiloPlacement")]
public sealed class LeasedSiloPlacement : PlacementStrategy;

/// <summary>Where the named silo is gone any other serves: the grain sees that it is at the wrong place and says that it knows of no work.</summary>
internal sealed class LeasedSiloDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var leased = PieceKey.SiloOf(target.GrainIdentity.Key.ToString() ?? "");
        var named = silos.FirstOrDefault(silo => silo.ToParsableString() == leased);
        return Task.FromResult(named ?? silos[Random.Shared.Next(silos.Length)]);
    }
}
