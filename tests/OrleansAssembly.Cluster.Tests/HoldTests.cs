using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Pauses, with real children: nobody can tell from the film that anything happened.</summary>
[Collection(nameof(DisturbedCluster))]
public sealed class HoldTests(DisturbedCluster cluster) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await cluster.ClearAsync();

    [Fact]
    public async Task Pause_StopsTheChildrenAndIsStored_BeforeItAnswers_AndTheSameChildrenGoOn()
    {
        var job = await cluster.SubmitAsync();
        var children = await cluster.PauseWhileEncodingAsync(job);

        Assert.All(children, child => Assert.Equal("T", child.State));
        Assert.Contains("\"status\":\"paused\"", await StoredAsync(job.Id), StringComparison.Ordinal);
        await AssemblyCluster.UntilAsync(job, update => update.Status == JobStatus.Paused, "the push of the pause");
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken); // that nothing happens shows only in time
        Assert.Equal(children, DisturbedCluster.ChildrenOf(job.Id));

        Assert.Equal(JobStatus.Running, (await cluster.Job(job).ResumeAsync()).Progress?.Status);
        await cluster.AssertUndisturbedAsync(job);
        Assert.Equal(DisturbedCluster.Segments, cluster.Hook.BegunOf(job.Id, Stage.Encode).Count);
    }

    [Fact]
    public async Task AHundredPauses_AtAnyMoment_ChangeNothing()
    {
        var random = new Random(3);
        for (var pauses = 0; pauses < 100;)
        {
            var job = await cluster.SubmitAsync();
            while (pauses < 100)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100)), TimeProvider.System, TestContext.Current.CancellationToken);
                if ((await cluster.Job(job).PauseAsync(PauseWish.Now)).Refusal is not null)
                {
                    break; // it is done
                }

                pauses++;
                await DisturbedCluster.UntilAsync(() => Task.FromResult(DisturbedCluster.ChildrenOf(job.Id).All(child => child.State == "T")), "the stop of the children");
                await cluster.Job(job).ResumeAsync();
            }

            await cluster.AssertUndisturbedAsync(job);
        }
    }

    [Fact]
    public async Task ALongPause_GivesItsSlotsToOthers_AndGoesOnFromTheFinishedSegments()
    {
        var limit = new JobOptions().HoldLimit;
        var job = await cluster.SubmitAsync();
        await cluster.PauseWhileEncodingAsync(job);
        var other = await cluster.SubmitAsync();
        using (cluster.With<JobOptions>(options => options.HoldLimit = TimeSpan.Zero, options => options.HoldLimit = limit))
        {
            await DisturbedCluster.UntilAsync(() => Task.FromResult(DisturbedCluster.ChildrenOf(job.Id).Count == 0), "the end of the held children");
        }

        await cluster.AssertUndisturbedAsync(other);
        Assert.Equal(JobStatus.Paused, (await cluster.Job(job).GetProgressAsync())?.Status);

        // Now with one segment finished: it is not made again.
        await cluster.Job(job).ResumeAsync();
        await DisturbedCluster.UntilAsync(() => Task.FromResult(cluster.SegmentsOf(job.Id).Count > 0), "the first finished segment");
        await cluster.Job(job).PauseAsync(PauseWish.Now);
        using (cluster.With<JobOptions>(options => options.HoldLimit = TimeSpan.Zero, options => options.HoldLimit = limit))
        {
            await DisturbedCluster.UntilAsync(() => Task.FromResult(DisturbedCluster.ChildrenOf(job.Id).Count == 0), "the end of the held children");
        }

        var kept = cluster.KeepsSegmentsAsync(job);
        await cluster.Job(job).ResumeAsync();
        await cluster.AssertUndisturbedAsync(job);
        Assert.True(await kept, "a finished segment was made again");
    }

    [Fact]
    public async Task APauseAfterTheSegments_FinishesThem_AndEndsAtItsTime_ThoughTheGrainHasLeftMemory()
    {
        var job = await cluster.SubmitAsync();
        await AssemblyCluster.UntilAsync(job, update => update is { StepIndex: 6, StepProgress: > 0 }, "the encoding");
        var late = TimeProvider.System.GetUtcNow().AddHours(1); // however long the segments take
        var wish = new PauseWish(PauseAfter.Segment, late);
        Assert.Equal((JobStatus.Running, late), (await cluster.Job(job).PauseAsync(wish) is { Progress: { } progress } ? (progress.Status, progress.ResumeAt) : default));

        var paused = await AssemblyCluster.UntilAsync(job, update => update.Status == JobStatus.Paused, "the pause");
        Assert.Equal(late, paused.ResumeAt);
        Assert.Empty(DisturbedCluster.ChildrenOf(job.Id));
        var until = TimeProvider.System.GetUtcNow().AddSeconds(2);
        Assert.Equal(until, (await cluster.Job(job).PauseAsync(new PauseWish(ResumeAt: until))).Progress?.ResumeAt);
        await cluster.Cluster.DeactivateAsync(job.Id);

        // As after a restart: whoever recovers jobs wakes it, and nobody does anything else.
        Assert.Contains(job.Id, await cluster.Cluster.Catalogue.ListActiveAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        await cluster.Cluster.WatchAsync(job);
        await cluster.AssertUndisturbedAsync(job);
        Assert.All(job.Seen.Where(update => update.Sequence > paused.Sequence && update.Status != JobStatus.Paused), update => Assert.True(update.LastUpdate >= until));
        Assert.Equal(DisturbedCluster.Segments, cluster.Hook.BegunOf(job.Id, Stage.Encode).Count);
    }

    [Fact]
    public async Task AJobThatRestsPaused_AndIsThenGivenATime_GoesOnAtIt()
    {
        var job = await cluster.SubmitAsync();
        await cluster.Job(job).PauseAsync(new PauseWish(PauseAfter.Segment));
        await AssemblyCluster.UntilAsync(job, update => update.Status == JobStatus.Paused, "the pause");
        await cluster.Cluster.DeactivateAsync(job.Id);
        await cluster.Cluster.WatchAsync(job);
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken); // until its clock stands: nothing tells

        await cluster.Job(job).PauseAsync(new PauseWish(ResumeAt: TimeProvider.System.GetUtcNow().AddSeconds(1)));

        await AssemblyCluster.UntilAsync(job, update => update.Status == JobStatus.Running && update.StepIndex > 1, "the timed resume");
    }

    private async Task<string> StoredAsync(string id)
    {
        var store = cluster.Cluster.Store;
        var key = Assert.Single(store.Multiplexer.GetServers()[0].Keys(pattern: $"*{id}*/job"));
        return (await store.HashGetAsync(key, "data")).ToString();
    }
}
