using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Jobs whose grain leaves memory, and wakes from what is stored: at every step and in every status.</summary>
[Collection(nameof(DisturbedCluster))]
public sealed class ReactivationTests(DisturbedCluster cluster) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await cluster.ClearAsync();

    [Fact]
    public async Task AJob_WhoseGrainLeavesMemoryAtEveryStep_CompletesAsIfNothingHadHappened()
    {
        var job = await cluster.SubmitAsync();
        cluster.Hook.Before = async request =>
        {
            if (request.Piece.JobId == job.Id)
            {
                await cluster.Cluster.DeactivateAsync(job.Id);
                await cluster.Cluster.WatchAsync(job);
            }
        };

        await cluster.AssertUndisturbedAsync(job);

        // The first piece may have begun before the hook was there.
        var stages = cluster.Hook.Begun.Where(request => request.Piece.JobId == job.Id).Select(request => request.Piece.Stage).Distinct();
        Assert.Equal(StepList.Stages(JobType.Assembly), stages.Order());
        var encoded = cluster.Hook.BegunOf(job.Id, Stage.Encode);
        Assert.True(encoded.Count == DisturbedCluster.Segments, $"{string.Join(", ", encoded.Select(request => request.Piece))}: {string.Join("; ", job.Seen.Select(update => update.Message).Distinct())}");
    }

    [Fact]
    public async Task EveryStatus_SurvivesThatTheGrainLeavesMemory()
    {
        var paused = await cluster.SubmitAsync();
        var children = await cluster.PauseWhileEncodingAsync(paused);
        Assert.Equal(JobStatus.Paused, (await WakeAsync(paused)).Status);

        // The paused job holds all slots: others wait.
        var pending = await cluster.SubmitAsync();
        Assert.Equal(JobStatus.Pending, (await WakeAsync(pending)).Status);

        // It knows when its turn is: as long as a paused job may hold its slots.
        var told = await AssemblyCluster.UntilAsync(pending, update => update.ExpectedStart > update.LastUpdate.AddSeconds(20), "the turn of the job that waits");
        Assert.True(told.Status == JobStatus.Pending && told.ExpectedEnd > told.ExpectedStart, $"{told}");
        var cancelled = await cluster.SubmitAsync();
        await cluster.Job(cancelled).CancelAsync();
        Assert.Equal(JobStatus.Cancelled, (await WakeAsync(cancelled)).Status);
        Assert.Equal(children, DisturbedCluster.ChildrenOf(paused.Id));

        await cluster.Job(paused).ResumeAsync();
        Assert.Equal(JobStatus.Running, (await WakeAsync(paused)).Status);
        await cluster.AssertUndisturbedAsync(paused);
        await cluster.AssertUndisturbedAsync(pending);
        Assert.Equal(DisturbedCluster.Segments, cluster.Hook.BegunOf(paused.Id, Stage.Encode).Count);

        // What has ended is what it was, whoever looks at it.
        var sent = paused.Seen.MaxBy(update => update.Sequence)!;
        Assert.Equal((JobStatus.Completed, 100, 12), (sent.Status, sent.Progress, sent.StepIndex));
        Assert.Equal(sent, await WakeAsync(paused));
        var stopped = cancelled.Seen.MaxBy(update => update.Sequence)!;
        Assert.InRange(stopped.TimeProgress, 0, 99);
        Assert.Equal(stopped, await WakeAsync(cancelled));
    }

    private async Task<ProgressUpdate> WakeAsync(WatchedJob job)
    {
        await cluster.Cluster.DeactivateAsync(job.Id);
        return (await cluster.Cluster.WatchAsync(job))!;
    }
}
