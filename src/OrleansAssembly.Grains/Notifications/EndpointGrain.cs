using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains.Notifications;

/// <summary>Remembers whether anything arrives at one receiver.</summary>
public sealed class EndpointGrain([PersistentState("endpoint")] IPersistentState<EndpointGrain.Envelope> stored, TimeProvider time) : Grain, IEndpointGrain
{
    public Task<EndpointHealth> GetAsync() => Task.FromResult(stored.State.Health ?? EndpointHealth.Well);

    public Task FailedAsync(bool gone, string why) => WriteAsync((stored.State.Health ?? EndpointHealth.Well).AfterFailure(gone, why, time.GetUtcNow()));

    public Task ArrivedAsync() => stored.State.Health is null ? Task.CompletedTask : WriteAsync(EndpointHealth.Well);

    private Task WriteAsync(EndpointHealth health)
    {
        stored.State.Health = health;
        return stored.WriteStateAsync();
    }

    /// <summary>What is stored; null where nothing was ever given up.</summary>
    public sealed class Envelope
    {
        public EndpointHealth? Health { get; set; }
    }
}
