using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Comes before every piece of real work: knows what was begun, and lets a test do something at exactly that moment.</summary>
internal sealed class PieceHook
{
    /// <summary>Each begin of a piece.</summary>
    public ConcurrentQueue<PieceRequest> Begun { get; } = new();

    public Func<PieceRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<PieceRequest> BegunOf(string jobId, Stage stage) => [.. Begun.Where(request => request.Piece.JobId == jobId && request.Piece.Stage == stage)];

    /// <summary>Puts the hook before the real work of a silo.</summary>
    public void Guard(IServiceCollection services)
    {
        foreach (var real in services.Where(service => service.ServiceType == typeof(IPieceWork)).ToList())
        {
            services.Remove(real);
            services.AddSingleton<IPieceWork>(silo => new HookedWork(this, (IPieceWork)ActivatorUtilities.CreateInstance(silo, real.ImplementationType!)));
        }
    }

    private sealed class HookedWork(PieceHook hook, IPieceWork real) : IPieceWork
    {
        public Stage Stage => real.Stage;

        public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
        {
            hook.Begun.Enqueue(context.Request);
            await hook.Before(context.Request);
            return await real.RunAsync(context, cancel);
        }
    }
}
