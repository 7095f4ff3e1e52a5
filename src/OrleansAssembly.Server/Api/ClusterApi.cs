using Microsoft.AspNetCore.Http.HttpResults;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Server.Hosting;

namespace OrleansAssembly.Server.Api;

/// <summary>The silos and what runs on them, and the queue before them.</summary>
public static class ClusterApi
{
    public static void MapCluster(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/cluster", GetAsync).WithName("GetCluster").WithSummary("Silos, their encoder slots and what runs on them; the store").WithTags("Cluster");
        routes.MapGet("/api/v1/assembly/queue", GetQueueAsync).WithName("GetQueue").WithSummary("All jobs in numbers, and when all work is done").WithTags("Jobs").NeedsStore();
    }

    private static async Task<Ok<ClusterInfo>> GetAsync(IGrainFactory grains, SiloRoster roster, StoreWatch store, ServerSettings settings)
    {
        var cluster = await grains.GetGrain<ISlotSchedulerGrain>(0).GetClusterAsync();
        return TypedResults.Ok(cluster with
        {
            Silos = roster.Complete(cluster.Silos),
            Store = new StoreInfo(
                settings.Redis is null ? StoreKind.Embedded : StoreKind.Redis,
                !store.IsAway,
                store.Latency is { } latency ? Math.Round(latency.TotalMilliseconds, 2) : null),
        });
    }

    private static async Task<Results<Ok<QueueInfo>, ProblemHttpResult>> GetQueueAsync(IGrainFactory grains, JobCatalogue catalogue, TimeProvider time)
    {
        var counting = catalogue.CountAsync();
        var queue = await grains.GetGrain<ISlotSchedulerGrain>(0).GetQueueAsync();
        DateTimeOffset? end = queue.SecondsToEmpty is > 0 and var seconds ? time.GetUtcNow().AddSeconds(seconds) : null;
        return TypedResults.Ok(new QueueInfo(await counting, queue.Slots, queue.BusySlots, queue.SecondsToEmpty is { } left ? Math.Round(left, 1) : null, end));
    }
}
