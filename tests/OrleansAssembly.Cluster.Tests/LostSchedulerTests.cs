using Orleans.Core.Internal;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

public class LostSchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task AScheduler_ThatForgetsEverythingWhileAllSlotsAreBusy_LendsNoneTwice_AndJobsEnd()
    {
        await using var cluster = new AssemblyCluster();
        await cluster.InitializeAsync();
        var jobs = await BusyAsync(cluster);

        await Scheduler(cluster).AsReference<IGrainManagementExtension>().DeactivateOnIdle(TestContext.Current.CancellationToken);

        await EndAsync(cluster, jobs, seen =>
        {
            Assert.All(seen.Silos, silo => Assert.InRange(silo.Running.Count, 0, AssemblyCluster.SlotsPerSilo));
            var pieces = seen.Silos.SelectMany(silo => silo.Running).ToList();
            Assert.Equal(pieces.Count, pieces.Distinct().Count());
        });
    }

    [Fact]
    public async Task Jobs_GoOn_WhenTheSchedulersSiloDies()
    {
        await using var cluster = new AssemblyCluster();
        await cluster.InitializeAsync();
        var jobs = await BusyAsync(cluster);
        var home = await cluster.Silos.Client.GetGrain<IManagementGrain>(0).GetActivationAddress(Scheduler(cluster), TestContext.Current.CancellationToken);

        await cluster.Silos.KillSiloAsync(cluster.Silos.Silos.Single(silo => silo.SiloAddress.Equals(home)), TestContext.Current.CancellationToken);

        await UntilAsync(cluster, seen => IsBusy(seen, silos: 1), "a new scheduler that knows the busy slots of the silo that lives");
        await EndAsync(cluster, jobs, _ => { });
    }

    private static ISlotSchedulerGrain Scheduler(AssemblyCluster cluster) => cluster.Silos.Client.GetGrain<ISlotSchedulerGrain>(0);

    private static bool IsBusy(ClusterInfo seen, int silos) =>
        seen.Silos.Count == silos
        && seen.Silos.SelectMany(silo => silo.Running).Count(slot => slot.Piece.StartsWith(nameof(Stage.Encode), StringComparison.Ordinal)) == silos * AssemblyCluster.SlotsPerSilo;

    /// <summary>Begins jobs and waits until every slot encodes, each for some seconds.</summary>
    private static async Task<List<string>> BusyAsync(AssemblyCluster cluster)
    {
        var jobs = new List<string>();
        for (var index = 0; index < 2; index++)
        {
            var sources = Enumerable.Range(0, 3).Select(shot => cluster.Media.MakeClip($"{index}-{shot}.mp4", seconds: 4, size: "640x360")).ToList();
            jobs.Add(AssemblyCluster.NewId());
            await cluster.Job(jobs[^1]).SubmitAsync(new JobSpec(
                JobType.Assembly, "harbour", "Harbour", new TimelineSpec("25", 640, 360, null, null, [.. sources.Select(source => new ShotSpec(source))], null),
                null, [new OutputSpec("vp9-1080p")], null, null, null));
        }

        await UntilAsync(cluster, seen => IsBusy(seen, silos: 2), "encoding in all slots");
        return jobs;
    }

    /// <summary>Waits until all jobs have completed, and checks meanwhile what can be seen of the slots.</summary>
    private static async Task EndAsync(AssemblyCluster cluster, List<string> jobs, Action<ClusterInfo> check)
    {
        foreach (var job in jobs)
        {
            ProgressUpdate? last = null;
            await UntilAsync(cluster, async () =>
            {
                check(await Scheduler(cluster).GetClusterAsync());
                last = await cluster.Job(job).GetProgressAsync();
                return last is { Status: JobStatus.Completed or JobStatus.Failed };
            }, $"the end of job {job}");
            Assert.True(last!.Status == JobStatus.Completed, $"{last}: {last.Error?.Detail}");
        }
    }

    private static Task UntilAsync(AssemblyCluster cluster, Func<ClusterInfo, bool> expected, string what) =>
        UntilAsync(cluster, async () => expected(await Scheduler(cluster).GetClusterAsync()), what);

    /// <summary>Asks until it is so; a scheduler tells nobody, and the silo that is asked may be the one that died.</summary>
    private static async Task UntilAsync(AssemblyCluster cluster, Func<Task<bool>> isSo, string what)
    {
        var (begun, trouble) = (TimeProvider.System.GetTimestamp(), "");
        while (true)
        {
            try
            {
                if (await isSo())
                {
                    return;
                }
            }
            catch (OrleansException failure)
            {
                trouble = failure.Message;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, $"{what} did not come within {Patience}; {cluster.Silos.Silos.Count} silos, last trouble: {trouble}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
