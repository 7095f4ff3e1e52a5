using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Holds up the encoding of segments, so that a test chooses the moment at which they end, and knows who began which.</summary>
internal sealed class EncodeGate : IDisposable
{
    private readonly SemaphoreSlim _begun = new(0);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _open = new();

    /// <summary>Each begin of a segment: which, and on which silo.</summary>
    public ConcurrentQueue<(int Index, string Silo)> Begun { get; } = new();

    /// <summary>What ended well.</summary>
    public ConcurrentQueue<(int Index, string Silo)> Done { get; } = new();

    /// <summary>Puts the gate before the real work of a silo.</summary>
    public void Guard(IServiceCollection services)
    {
        var real = services.Single(service => service.ServiceType == typeof(IPieceWork) && service.ImplementationType?.Name == "EncodeWork");
        services.Remove(real);
        services.AddSingleton<IPieceWork>(silo => new GatedWork(
            this, (IPieceWork)ActivatorUtilities.CreateInstance(silo, real.ImplementationType!), silo.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString()));
    }

    public async Task UntilBegunAsync(int count, TimeSpan limit)
    {
        for (var n = 0; n < count; n++)
        {
            Assert.True(await _begun.WaitAsync(limit, TestContext.Current.CancellationToken), $"only {n} of {count} segments were begun within {limit.TotalSeconds} s");
        }
    }

    /// <summary>From here on segments are encoded on the silo, those that wait too.</summary>
    public void Open(string silo) => Of(silo).TrySetResult();

    public void Dispose() => _begun.Dispose();

    private TaskCompletionSource Of(string silo) => _open.GetOrAdd(silo, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class GatedWork(EncodeGate gate, IPieceWork real, string silo) : IPieceWork
    {
        public Stage Stage => Stage.Encode;

        public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
        {
            gate.Begun.Enqueue((context.Index, silo));
            gate._begun.Release();
            await gate.Of(silo).Task.WaitAsync(cancel);
            var outcome = await real.RunAsync(context, cancel);
            gate.Done.Enqueue((context.Index, silo));
            return outcome;
        }
    }
}
