using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams.Filtering;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>A cluster in which no stream event ever arrives: neither requests nor reports.</summary>
public class DeafTests
{
    [Fact]
    public async Task AJobThatMissesEveryEvent_IsCancelledRetriedAndCompleted_OnlyByAsking()
    {
        await using var cluster = new AssemblyCluster
        {
            Services = services => services
                .Configure<JobOptions>(options => options.Silence = TimeSpan.FromMilliseconds(100))
                .AddKeyedSingleton<IStreamFilter, NothingArrives>(PieceStreams.Provider),
        };
        await cluster.InitializeAsync();
        var source = cluster.Media.MakeClip();
        var job = await cluster.SubmitAsync(new JobSpec(
            JobType.Assembly, "harbour", "Harbour", new TimelineSpec("25", 320, 180, null, null, [new ShotSpec(source)], null),
            null, [new OutputSpec("h264-720p")], null, null, null));
        await AssemblyCluster.UntilAsync(job, update => update.StepIndex == 2, "the second step");
        await cluster.Job(job.Id).CancelAsync();
        var cancelled = await AssemblyCluster.UntilAsync(job, update => update.Status == JobStatus.Cancelled, "the end of the first try");
        await cluster.Job(job.Id).RetryAsync();
        job.Seen.Clear();

        var last = await AssemblyCluster.UntilAsync(
            job, update => update.Sequence > cancelled.Sequence && update.Status is JobStatus.Completed or JobStatus.Failed, "the end of the job");
        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        Assert.True(NothingArrives.Dropped > 0);
    }

    private sealed class NothingArrives : IStreamFilter
    {
        private static int dropped;

        public static int Dropped => Volatile.Read(ref dropped);

        public bool ShouldDeliver(StreamId streamId, object item, string? filterData)
        {
            Interlocked.Increment(ref dropped);
            return false;
        }
    }
}
