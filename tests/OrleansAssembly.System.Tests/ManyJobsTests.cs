using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests;

public class ManyJobsTests(RunningServer running) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task ManyJobs_ShareTheSlots_AndAnUrgentOneOvertakes()
    {
        const int Many = 12;
        var server = running.Server;
        using var over = new CancellationTokenSource();
        var most = MostChildrenAsync(server.Pid, over.Token);

        var jobs = await Task.WhenAll(Enumerable.Range(1, Many).Select(number => server.SubmitAsync(Workplace.Small($"Number {number}"))));
        var urgent = await server.SubmitAsync(Workplace.Small("Urgent", priority: 90));
        await Task.WhenAll(jobs.Append(urgent).Select(server.CompleteAsync));

        await over.CancelAsync();
        Assert.InRange(await most, 1, RunningServer.Slots);
        var ends = (await server.ListAsync()).Where(job => jobs.Append(urgent).Contains(job.Id)).OrderBy(job => job.EndedAt).Select(job => job.Title).ToList();
        Assert.Equal(Many + 1, ends.Count);
        Assert.True(ends.IndexOf("Urgent") < Many / 2, $"the urgent one did not overtake: {string.Join(", ", ends)}");
    }

    [Fact]
    public async Task APausedJob_StandsStill_UntilItIsResumed_AndTheSameChildrenGoOn()
    {
        var server = running.Server;
        var job = await server.SubmitAsync(Workplace.Long());
        await using var watch = server.Watch(job);
        await watch.UntilAsync(JobWatch.EncodingFrom(5), "the middle of encoding");

        var paused = await server.CommandAsync(job, "pause");
        Assert.Equal(JobStatus.Paused, paused.Status);
        await watch.UntilAsync(update => update is { Status: JobStatus.Paused, Message: "Paused" }, "the news of the pause");
        var still = await Eventually.StillAsync(
            async () =>
            {
                var (children, now) = (Processes.ChildrenOf(server.Pid), await server.ProgressAsync(job));
                return (now.Status, now.Progress, now.Elapsed, now.EstimatedTimeRemaining, Children: string.Join(' ', children), AreStopped: children.All(Processes.IsStopped));
            },
            TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15), "the standstill of a paused job");
        Assert.True(still is { Status: JobStatus.Paused, AreStopped: true }, $"{still}");

        Assert.Equal(JobStatus.Paused, (await server.CommandAsync(job, "pause")).Status);
        Assert.NotEqual(JobStatus.Paused, (await server.CommandAsync(job, "resume")).Status);
        await server.CompleteAsync(job);
    }

    [Fact]
    public async Task ACancelledJob_LeavesNothing_AndCanBeRetried()
    {
        var (server, place) = (running.Server, running.Place);
        var job = await server.SubmitAsync(Workplace.Long());
        await using (var watch = server.Watch(job))
        {
            await watch.UntilAsync(JobWatch.EncodingFrom(5), "the middle of encoding");
            Assert.Equal(JobStatus.Cancelled, (await server.CommandAsync(job, "cancel")).Status);
            await Eventually.TrueAsync(() => place.Tools.Count == 0, TimeSpan.FromSeconds(20), "the end of the encoders");
            await Eventually.TrueAsync(() => !Directory.Exists(place.Media.Store.Work(job)), TimeSpan.FromSeconds(10), "the end of the work folder");
            var last = await watch.UntilAsync(JobWatch.Ended, "the last event");
            Assert.True(last is { Status: JobStatus.Cancelled, Progress: < 100 }, $"the last event: {last}");
        }

        await server.CommandAsync(job, "retry");
        await server.CompleteAsync(job);
        Assert.Equal(2, (await server.GetAsync(job)).Attempt);
        Assert.Equal(Workplace.LongShots * 75 / 2, Assert.Single((await server.GetAsync(job)).Outputs, output => output.Kind == "film").Frames);
    }

    [Fact]
    public async Task ADamagedSource_FailsTheJob_AndARetryWithAnIntactOneCompletes()
    {
        var (server, media) = (running.Server, running.Place.Media);
        media.MakeClip("damaged.mp4");
        var intact = await File.ReadAllBytesAsync(media.Path("damaged.mp4"), TestContext.Current.CancellationToken);
        var damaged = intact.ToArray();
        new Random(1).NextBytes(damaged.AsSpan(damaged.Length / 4, damaged.Length / 2)); // the index is at the end, and stays
        media.Write("damaged.mp4", damaged);

        var job = await server.SubmitAsync(Workplace.Small(source: "damaged.mp4"));
        await using (var watch = server.Watch(job))
        {
            var failed = await watch.UntilAsync(JobWatch.Ended, "the end of the job");
            Assert.Equal(JobStatus.Failed, failed.Status);
            Assert.StartsWith("urn:orleans-assembly:source-", failed.Error!.Type, StringComparison.Ordinal);
            Assert.Contains("damaged.mp4", failed.Error.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain(media.Root, failed.Error.Detail, StringComparison.Ordinal);
        }

        using var body = new ByteArrayContent(intact);
        using var replaced = await server.Http.PutAsync(new Uri("/api/v1/sources/damaged.mp4", UriKind.Relative), body, TestContext.Current.CancellationToken);
        replaced.EnsureSuccessStatusCode();
        await server.CommandAsync(job, "retry");
        await server.CompleteAsync(job);
    }

    /// <summary>The most children that were ever seen at a time.</summary>
    private static Task<int> MostChildrenAsync(int pid, CancellationToken over) => Task.Run(
        async () =>
        {
            var most = 0;
            while (!over.IsCancellationRequested)
            {
                most = Math.Max(most, Processes.ChildrenOf(pid).Count);
                await Eventually.PassAsync();
            }

            return most;
        },
        CancellationToken.None);
}
