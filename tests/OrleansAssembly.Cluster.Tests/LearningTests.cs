using System.Collections.Immutable;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;
using StackExchange.Redis;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>What jobs took is stored, and told to those that come later.</summary>
public class LearningTests(AssemblyCluster cluster) : IClassFixture<AssemblyCluster>
{
    [Fact]
    public async Task AJob_IsToldFromTheFirstAnswerOnWhatEarlierOnesTook_AndTeachesWhatItTook()
    {
        // Many jobs whose stages took twenty times as long as guessed.
        var scheduler = cluster.Silos.Client.GetGrain<ISlotSchedulerGrain>(0);
        var machine = (await scheduler.ExpectAsync(new SlotDemand("new", "harbour", 50, 1, [], null, 1))).Machine;
        var slow = EtaPrior.Empty with { Stages = Enum.GetValues<Stage>().ToImmutableDictionary(stage => stage, _ => new MeanPrior(100, 300)) };
        RedisKey key = "{assembly}:costs:" + machine;
        await cluster.Store.StringSetAsync(key, JsonSerializer.SerializeToUtf8Bytes(slow, AssemblyJson.Options));

        var shot = new ShotSpec(cluster.Media.MakeClip("learned.mp4", rate: "25", size: "320x180"));
        var spec = new JobSpec(JobType.Edl, "harbour", "Harbour", new TimelineSpec("25", 320, 180, null, null, [shot], null), null, null, null, null, null);
        var guessed = EtaEstimator.Estimate(JobStateMachine.Create("new", spec, sources: 1, TimeProvider.System.GetUtcNow()), 2 * AssemblyCluster.SlotsPerSilo, TimeProvider.System.GetUtcNow()).Seconds;
        var job = await cluster.SubmitAsync(spec);
        var first = job.Seen.First();

        Assert.InRange(first.EstimatedTimeRemaining, 5 * guessed, 25 * guessed);
        Assert.NotNull(first.ExpectedStart);
        await AssemblyCluster.UntilAsync(job, update => update.Status == JobStatus.Completed, "the end of the job");
        EtaPrior? learned = null;
        for (var second = 0; second < 20 && learned?.Stages[Stage.Validate] is null or { Jobs: 100 }; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            learned = JsonSerializer.Deserialize<EtaPrior>((byte[])(await cluster.Store.StringGetAsync(key))!, AssemblyJson.Options);
        }

        Assert.True(learned!.Stages[Stage.Validate].Mean < slow.Stages[Stage.Validate].Mean, $"{learned.Stages[Stage.Validate]}");
    }
}
