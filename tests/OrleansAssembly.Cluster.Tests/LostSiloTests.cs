using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

public class LostSiloTests
{
    [Fact]
    public async Task AJob_GoesOn_WhenASiloDiesInTheMiddle()
    {
        await using var cluster = new AssemblyCluster();
        await cluster.InitializeAsync();
        var sources = Enumerable.Range(0, 4).Select(index => cluster.Media.MakeClip($"{index}.mp4", seconds: 3)).ToList();
        var job = await cluster.SubmitAsync(new JobSpec(
            JobType.Assembly, "harbour", "Harbour", new TimelineSpec("25", 320, 180, null, null, [.. sources.Select(source => new ShotSpec(source))], null),
            null, [new OutputSpec("h264-720p"), new OutputSpec("vp9-1080p")], null, null, null));
        await AssemblyCluster.UntilAsync(job, update => update.StepIndex >= 6, "the encoding");

        await cluster.Silos.KillSiloAsync(cluster.Silos.Silos[1], TestContext.Current.CancellationToken);

        // The watch may have died with the job's grain: a watcher renews it.
        ProgressUpdate? last = null;
        for (var attempt = 0; attempt < 120 && last is not { Status: JobStatus.Completed or JobStatus.Failed }; attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            last = await cluster.Job(job.Id).GetProgressAsync();
        }

        Assert.True(last?.Status == JobStatus.Completed, $"{last}: {last?.Error?.Detail}");
    }
}
