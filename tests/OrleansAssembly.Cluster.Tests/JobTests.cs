using OrleansAssembly.Contracts;
using OrleansAssembly.Grains.Work;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

public class JobTests(AssemblyCluster cluster) : IClassFixture<AssemblyCluster>
{
    private static readonly Func<ProgressUpdate, bool> Ended = update => update.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    private JobSpec Spec(int shots = 3, string size = "320x180", JobType type = JobType.Assembly, params string[] presets)
    {
        var sources = Enumerable.Range(0, shots).Select(index => cluster.Media.MakeClip($"{Guid.NewGuid():N}.mp4", rate: index % 2 == 0 ? "25" : "30", size: size)).ToList();
        return new JobSpec(
            type, "harbour", "Harbour, cut 3",
            new TimelineSpec("25", 320, 180, null, null, [.. sources.Select((source, index) => new ShotSpec(source, "0.2s", "1.8s", Scene: $"{index / 2}"))], null),
            null,
            type == JobType.Edl ? null : [.. (presets.Length == 0 ? ["h264-720p"] : presets).Select(preset => new OutputSpec(preset))],
            null, null, null);
    }

    [Fact]
    public async Task AnAssembly_GoesThroughItsTwelveSteps_AndItsFilmsAreThere()
    {
        var job = await cluster.SubmitAsync(Spec(presets: ["h264-720p", "vp9-1080p"]));
        var last = await AssemblyCluster.UntilAsync(job, Ended, "the end of the job");

        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        Assert.Equal((100, 12, 12, 0), (last.Progress, last.StepIndex, last.TotalSteps, last.EstimatedTimeRemaining));
        var seen = job.Seen.ToList();
        Assert.Equal(seen.Select(update => update.Sequence).Order().Distinct(), seen.Select(update => update.Sequence));
        Assert.Equal(seen.Select(update => update.Progress).Order(), seen.Select(update => update.Progress));

        var details = await cluster.Job(job.Id).GetAsync();
        Assert.All(details!.Steps, step => Assert.Equal(StepStatus.Done, step.Status));

        var folder = cluster.Media.Store.Exports("harbour", job.Id);
        var outputs = await Manifest.ReadAsync(folder, TestContext.Current.CancellationToken);
        Assert.Equal(["edl", "film", "film", "poster", "preview", "sprite", "story", "thumbnails"], outputs.Select(output => output.Kind).Order());
        Assert.All(outputs, output => Assert.Equal(output.Bytes, new FileInfo(Path.Combine(folder, output.Name)).Length));
        Assert.All(outputs.Where(output => output.Kind == "film"), output => Assert.Equal(120, output.Frames));
        Assert.False(Directory.Exists(cluster.Media.Store.Work(job.Id)));

        var project = await cluster.Silos.Client.GetGrain<IProjectGrain>("harbour").GetAsync();
        Assert.Contains(project!.Films, film => film.JobId == job.Id);
        var listed = await cluster.Catalogue.GetAsync(job.Id);
        Assert.Equal((JobStatus.Completed, 100), (listed!.Status, listed.Progress.Progress));
    }

    [Fact]
    public async Task TheStore_IsWrittenWhenSomethingChanges_AndNotWithEachNumber_AndReadByNobodyWhoLooks()
    {
        await using var monitor = await StoreMonitor.StartAsync(cluster.Store.Multiplexer.GetEndPoints()[0]);
        var job = await cluster.SubmitAsync(Spec(shots: 2));
        await AssemblyCluster.UntilAsync(job, Ended, "the end of the job");
        var commands = monitor.Seen.Where(line => line.Contains(job.Id, StringComparison.Ordinal) && !line.Contains(" lua] ", StringComparison.Ordinal)).ToList();

        // Eighteen stages with 23 pieces, of which each is given out and done; the submission, its spec, its plan, first told early; its news, noted and handed over.
        // Numbers that are seconds old are written too: one write each for a film that a busy machine takes long for.
        var states = commands.Count(line => line.Contains("EVAL", StringComparison.OrdinalIgnoreCase) && line.Contains($"{job.Id}/job", StringComparison.Ordinal));
        Assert.InRange(states, 18, (2 * 23) + 20);

        // The end itself still writes for a moment.
        int Commands() => monitor.Seen.Count(line => line.Contains(job.Id, StringComparison.Ordinal));
        var before = -1;
        while (before != Commands())
        {
            before = Commands();
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        for (var n = 0; n < 100; n++)
        {
            Assert.Equal(JobStatus.Completed, (await cluster.Job(job.Id).GetProgressAsync())!.Status);
            Assert.Equal(JobStatus.Completed, (await cluster.WatchAsync(job))!.Status);
        }

        // Two hundred looks, and next to nothing for them: a reminder of the job may just then be taken back.
        Assert.InRange(Commands() - before, 0, 20);
    }

    [Fact]
    public async Task AnEdlJob_EncodesNothing()
    {
        var job = await cluster.SubmitAsync(Spec(type: JobType.Edl));
        var last = await AssemblyCluster.UntilAsync(job, Ended, "the end of the job");

        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        Assert.Equal(8, last.TotalSteps);
        var outputs = await Manifest.ReadAsync(cluster.Media.Store.Exports("harbour", job.Id), TestContext.Current.CancellationToken);
        Assert.Equal(["edl", "story"], outputs.Select(output => output.Kind).Order());
    }

    /// <summary>It cannot be sought exactly, so a copy of the streams that are used stands in for it: with other numbers.</summary>
    [Fact]
    public async Task ATransportStream_WithItsPictureBehindTwoSounds_IsTaken()
    {
        cluster.Media.Make("many.ts", "-f lavfi -i sine=duration=2 -f lavfi -i sine=frequency=880:duration=2 -f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -map 0 -map 1 -map 2 -c:v libx264 -preset ultrafast -c:a aac");
        var spec = Spec(shots: 1, type: JobType.Edl);
        var job = await cluster.SubmitAsync(spec with { Timeline = spec.Timeline! with { Shots = [new ShotSpec("many.ts", "0.5s", "1.5s")] } });
        var last = await AssemblyCluster.UntilAsync(job, Ended, "the end of the job");
        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
    }

    [Fact]
    public async Task AnExport_MakesAnotherFormatOfAFinishedJob()
    {
        var first = await cluster.SubmitAsync(Spec(shots: 1));
        await AssemblyCluster.UntilAsync(first, Ended, "the end of the first job");
        var export = await cluster.SubmitAsync(new JobSpec(JobType.Export, "harbour", "Harbour", null, first.Id, [new OutputSpec("prores-proxy")], null, null, null));
        var last = await AssemblyCluster.UntilAsync(export, Ended, "the end of the export");

        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        Assert.Equal(10, last.TotalSteps);
        var outputs = await Manifest.ReadAsync(cluster.Media.Store.Exports("harbour", export.Id), TestContext.Current.CancellationToken);
        Assert.Equal(["film", "story"], outputs.Select(output => output.Kind).Order());
    }

    [Fact]
    public async Task AJob_WhoseGrainLeavesMemory_GoesOnFromTheStore()
    {
        var job = await cluster.SubmitAsync(Spec(shots: 4));
        await AssemblyCluster.UntilAsync(job, update => update.StepIndex >= 6, "the encoding");
        var before = job.Seen.Last();
        await cluster.DeactivateAsync(job.Id);

        await cluster.WatchAsync(job);
        var last = await AssemblyCluster.UntilAsync(job, Ended, "the end of the job");

        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        var after = job.Seen.Where(update => update.Sequence > before.Sequence).ToList();
        Assert.All(after, update => Assert.True(update.Progress >= before.Progress && update.Elapsed >= before.Elapsed, $"{before} then {update}"));
        Assert.Equal(job.Seen.Select(update => update.Sequence).Distinct().Count(), job.Seen.Count);
    }

    [Fact]
    public async Task AJobThatIsExpected_IsLookedAfterUntilItComes_OrIsSeenNotToHaveCome()
    {
        var id = AssemblyCluster.NewId();
        Assert.True(await cluster.Catalogue.ExpectAsync(id));
        Assert.Contains(id, await cluster.Catalogue.ListActiveAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));

        await cluster.Job(id).TouchAsync();
        Assert.DoesNotContain(id, await cluster.Catalogue.ListActiveAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Null(await cluster.Job(id).GetProgressAsync());
    }

    [Fact]
    public async Task APausedJob_StandsStill_UntilItIsResumed()
    {
        var job = await cluster.SubmitAsync(Spec(shots: 6));
        await AssemblyCluster.UntilAsync(job, update => update.StepIndex >= 6, "the encoding");
        var paused = await cluster.Job(job.Id).PauseAsync(PauseWish.Now);
        Assert.Equal(JobStatus.Paused, paused.Progress?.Status);
        Assert.Equal(JobStatus.Paused, (await cluster.Job(job.Id).PauseAsync(PauseWish.Now)).Progress?.Status);
        Assert.Equal(paused.Progress!.Progress, (await cluster.Job(job.Id).GetProgressAsync())!.Progress);

        await cluster.Job(job.Id).ResumeAsync();
        var last = await AssemblyCluster.UntilAsync(job, Ended, "the end of the job");

        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        Assert.Equal(409, (await cluster.Job(job.Id).PauseAsync(PauseWish.Now)).Refusal?.Status);
    }

    [Fact]
    public async Task ACancelledJob_CanBeRetried_AndAnEndedOneDeleted()
    {
        var job = await cluster.SubmitAsync(Spec(shots: 6));
        await AssemblyCluster.UntilAsync(job, update => update.StepIndex >= 6, "the encoding");
        Assert.Equal(409, (await cluster.Job(job.Id).DeleteAsync()).Refusal?.Status);
        var cancelled = await cluster.Job(job.Id).CancelAsync();
        Assert.Equal(JobStatus.Cancelled, cancelled.Progress?.Status);
        job.Seen.Clear();

        await cluster.Job(job.Id).RetryAsync();
        var last = await AssemblyCluster.UntilAsync(job, update => Ended(update) && update.Sequence > cancelled.Progress!.Sequence, "the end of the retry");

        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        await cluster.Job(job.Id).DeleteAsync();
        Assert.Null(await cluster.Job(job.Id).GetAsync());
        Assert.Null(await cluster.Catalogue.GetAsync(job.Id));
    }

    [Fact]
    public async Task AMissingSource_FailsTheJob_AndARetryWithItCompletes()
    {
        var spec = Spec(shots: 2);
        var missing = cluster.Media.Path(spec.Timeline!.Shots![1].Source!);
        File.Move(missing, missing + ".away");
        var job = await cluster.SubmitAsync(spec);
        var failed = await AssemblyCluster.UntilAsync(job, Ended, "the end of the job");
        Assert.Equal((JobStatus.Failed, "urn:orleans-assembly:source-not-found", 2), (failed.Status, failed.Error?.Type, failed.StepIndex));
        Assert.Equal(("Load and validate source files", spec.Timeline.Shots![1].Source), (failed.Error!.Step, failed.Error.Source));

        File.Move(missing + ".away", missing);
        job.Seen.Clear();
        await cluster.Job(job.Id).RetryAsync();
        var last = await AssemblyCluster.UntilAsync(job, update => Ended(update) && update.Sequence > failed.Sequence, "the end of the retry");

        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        Assert.Null(last.Error);
    }

    [Fact]
    public async Task ManyJobsAtOnce_NeverHoldMoreSlotsThanThereAre()
    {
        var jobs = new List<WatchedJob>();
        for (var index = 0; index < 8; index++)
        {
            jobs.Add(await cluster.SubmitAsync(Spec(shots: 1)));
        }

        var scheduler = cluster.Silos.Client.GetGrain<ISlotSchedulerGrain>(0);
        while (jobs.Any(job => !job.Seen.Any(Ended)))
        {
            var silos = (await scheduler.GetClusterAsync()).Silos;
            Assert.All(silos, silo => Assert.InRange(silo.Running.Count, 0, AssemblyCluster.SlotsPerSilo));
            await Task.WhenAny([.. jobs.Where(job => !job.Seen.Any(Ended)).Select(job => job.NextAsync()), Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken)]);
            await Task.WhenAll(jobs.Where(job => !job.Seen.Any(Ended)).Select(job => job.RenewAsync!())); // a watch that nobody renews ends, and busy machines take longer
        }

        Assert.All(jobs, job => Assert.Equal(JobStatus.Completed, job.Seen.First(Ended).Status));
    }
}
