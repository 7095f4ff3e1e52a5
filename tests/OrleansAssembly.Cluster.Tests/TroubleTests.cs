using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Encoders that go wrong, late ones, and several for the same segment.</summary>
[Collection(nameof(DisturbedCluster))]
public sealed class TroubleTests(DisturbedCluster cluster) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await cluster.ClearAsync();

    [Fact]
    public async Task AnEncoderThatIsKilled_IsTriedAgain_AndTheFilmIsTheSame()
    {
        var job = await cluster.SubmitAsync();
        var children = await cluster.PauseWhileEncodingAsync(job);
        System.Diagnostics.Process.GetProcessById(children[0].Pid).Kill();
        await cluster.Job(job).ResumeAsync();

        await cluster.AssertUndisturbedAsync(job);
        Assert.Equal(DisturbedCluster.Segments + 1, cluster.Hook.BegunOf(job.Id, Stage.Encode).Count);
    }

    [Fact]
    public async Task AnEncoderThatAlwaysFails_FailsTheJobWithItsLog_AndARetryKeepsTheFinishedSegments()
    {
        const int Bad = DisturbedCluster.Segments - 1;
        var program = new MediaOptions().Ffmpeg;
        var faulty = cluster.Cluster.Media.Script(
            "faulty-ffmpeg",
            $"case \"$*\" in *seg/*/0000{Bad}-*) echo 'x264 [error]: malloc of size 42 failed' >&2; exit 1;; esac\nexec {program} \"$@\"");
        var job = await cluster.SubmitAsync();
        cluster.Hook.Before = request => request.Piece.JobId == job.Id && request.Detail?.Segment == Bad
            ? DisturbedCluster.UntilAsync(() => Task.FromResult(cluster.SegmentsOf(job.Id).Count == Bad), "the end of the other segments")
            : Task.CompletedTask;
        ProgressUpdate failed;
        using (cluster.With<MediaOptions>(options => options.Ffmpeg = faulty, options => options.Ffmpeg = program))
        {
            failed = await AssemblyCluster.UntilAsync(job, update => update.Status is JobStatus.Failed or JobStatus.Completed, "the end of the job");
        }

        Assert.Equal((JobStatus.Failed, "urn:orleans-assembly:encoder-failed", 6), (failed.Status, failed.Error?.Type, failed.StepIndex));
        Assert.Equal(
            ("Apply format encoding", Bad + 1, "h264-720p", $"{Bad}.mp4"),
            (failed.Error!.Step, failed.Error.Segment, failed.Error.Output, failed.Error.Source));
        Assert.Contains("malloc of size 42 failed", failed.Error!.Detail, StringComparison.Ordinal);
        Assert.Contains("retry the job", failed.Error.Detail, StringComparison.Ordinal);
        var tries = cluster.Hook.BegunOf(job.Id, Stage.Encode).Where(request => request.Detail!.Segment == Bad).Select(request => request.Lease.Silo).ToList();
        Assert.Equal(JobStateMachine.MaxTries, tries.Count);
        Assert.True(tries[0] != tries[1] && tries[1] != tries[2], $"tried again on the silo where it had failed: {string.Join(' ', tries)}");
        await cluster.Cluster.DeactivateAsync(job.Id);
        Assert.Equal(failed.Error.Detail, (await cluster.Cluster.WatchAsync(job))?.Error?.Detail);

        Assert.Equal(Bad, cluster.SegmentsOf(job.Id).Count);
        var kept = cluster.KeepsSegmentsAsync(job);
        var before = job.Seen.ToList();
        await cluster.Job(job).RetryAsync();
        job.Seen.Clear();
        await cluster.AssertUndisturbedAsync(job);
        Assert.True(await kept, "a finished segment was made again");
        Assert.True(job.Seen.Min(update => update.Sequence) > before.Max(update => update.Sequence));
    }

    [Theory]
    [InlineData(Stage.Encode, "disk-full", "Apply format encoding", 1, "Free space")]
    [InlineData(Stage.Publish, "disk-full", "Move to exports directory", null, "Free space")]
    [InlineData(Stage.Verify, "film-invalid", "Final file validation", null, "Retry the job")]
    public async Task AFailure_TellsWhereItIs_AndWhatToDo(Stage stage, string name, string step, int? segment, string advice)
    {
        cluster.Hook.Before = request => request.Piece.Stage != stage || (segment is not null && request.Detail?.Segment != segment - 1) ? Task.CompletedTask
            : stage == Stage.Verify ? AnotherFilm(request)
            : throw new IOException("No space left on device", hresult: 28);
        var job = await cluster.SubmitAsync();

        var failed = await AssemblyCluster.UntilAsync(job, update => update.Status is JobStatus.Failed or JobStatus.Completed, "the end of the job");

        Assert.Equal((JobStatus.Failed, $"urn:orleans-assembly:{name}", step), (failed.Status, failed.Error?.Type, failed.Error?.Step));
        Assert.Equal((segment, stage == Stage.Publish ? null : "h264-720p"), (failed.Error!.Segment, failed.Error.Output));
        Assert.Contains(advice, failed.Error.Detail, StringComparison.Ordinal);
        Assert.Equal(step, failed.CurrentStep);

        Task AnotherFilm(PieceRequest request)
        {
            File.Copy(cluster.Cluster.Media.Path("0.mp4"), Path.Combine(cluster.Cluster.Media.Store.Work(request.Piece.JobId), "harbour-h264-720p.mp4"), overwrite: true);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task TwoEncodersForTheSameSegmentAtOnce_EndInOneGoodFile()
    {
        var job = await cluster.SubmitAsync();
        await cluster.PauseWhileEncodingAsync(job);
        var request = cluster.Hook.BegunOf(job.Id, Stage.Encode)[0];

        // The same work under names of its own, which no job knows: so nobody stops them.
        var (twice, once) = (Copy(job.Id), Copy(job.Id));
        var silos = cluster.Cluster.Silos.Silos.Select(silo => silo.SiloAddress.ToParsableString()).ToList();
        await Task.WhenAll(EncodeAsync(request, twice, 1, silos[0]), EncodeAsync(request, twice, 2, silos[1]));
        await EncodeAsync(request, once, 1, silos[0]);

        Assert.Equal(await File.ReadAllBytesAsync(OnlySegment(once), TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(OnlySegment(twice), TestContext.Current.CancellationToken));
        await cluster.Job(job).ResumeAsync();
        await cluster.AssertUndisturbedAsync(job);
    }

    [Fact]
    public async Task ALateWorker_ThatTheJobDoesNotKnow_IsStopped_AndHarmsNothing()
    {
        var job = await cluster.SubmitAsync();
        var children = await cluster.PauseWhileEncodingAsync(job);
        var known = cluster.Hook.BegunOf(job.Id, Stage.Encode)[0];
        var silo = cluster.Cluster.Silos.Silos[1].SiloAddress.ToParsableString();
        var late = known with { Piece = known.Piece with { Attempt = 7 + known.Piece.Attempt }, Lease = new Lease(Guid.Empty, silo) };
        var worker = Encoder(late);
        Assert.Equal(PieceState.Running, (await worker.AskAsync(late)).Report?.State);

        await DisturbedCluster.UntilAsync(async () => (await worker.AskAsync(late)).Report?.State != PieceState.Running, "the end of the late worker");
        Assert.Equal(PieceState.GivenBack, (await worker.AskAsync(late)).Report?.State);
        Assert.Equal(children, DisturbedCluster.ChildrenOf(job.Id));

        await cluster.Job(job).ResumeAsync();
        await cluster.AssertUndisturbedAsync(job);
    }

    [Fact]
    public async Task AStopThatOvertakesTheRequest_IsKept()
    {
        var job = await cluster.SubmitAsync();
        await cluster.PauseWhileEncodingAsync(job);
        var known = cluster.Hook.BegunOf(job.Id, Stage.Encode)[0];
        var late = known with { Piece = known.Piece with { Attempt = 8 + known.Piece.Attempt }, Lease = new Lease(Guid.Empty, known.Lease.Silo) };

        await Encoder(late).StopAsync();

        Assert.Null((await Encoder(late).AskAsync(late)).Report);
    }

    [Fact]
    public async Task AHoldThatOvertakesTheRequest_IsKept()
    {
        var job = await cluster.SubmitAsync();
        await cluster.PauseWhileEncodingAsync(job);
        var known = cluster.Hook.BegunOf(job.Id, Stage.Encode)[0];
        var other = Copy(job.Id);
        var request = Of(known, other, 1, known.Lease.Silo) with { Held = true };
        await Encoder(request).HoldAsync();

        Assert.True((await Encoder(request).AskAsync(request)).Report?.Held);
        Assert.All(DisturbedCluster.ChildrenOf(other), child => Assert.Equal("T", child.State));
        await Encoder(request).StopAsync();
    }

    private static PieceRequest Of(PieceRequest request, string jobId, int attempt, string silo) => request with
    {
        Piece = request.Piece with { JobId = jobId, Attempt = attempt },
        Job = request.Job with { JobId = jobId },
        Lease = new Lease(Guid.Empty, silo),
    };

    private IEncodingGrain Encoder(PieceRequest request) => cluster.Cluster.Silos.Client.GetGrain<IEncodingGrain>(
        $"{request.Piece.JobId}/{request.Piece.Stage}/{request.Piece.Index}/{request.Piece.Attempt}@{request.Lease.Silo}");

    private Task EncodeAsync(PieceRequest like, string jobId, int attempt, string silo)
    {
        var request = Of(like, jobId, attempt, silo);
        return DisturbedCluster.UntilAsync(
            async () =>
            {
                var report = (await Encoder(request).AskAsync(request)).Report;
                Assert.True(report is { State: PieceState.Running or PieceState.Done }, $"{report}");
                return report.State == PieceState.Done;
            },
            $"the end of attempt {attempt}");
    }

    /// <summary>What a job has in its work folder when it begins to encode, under another id.</summary>
    private string Copy(string jobId)
    {
        var (from, id) = (cluster.Cluster.Media.Store.Work(jobId), AssemblyCluster.NewId());
        var to = Directory.CreateDirectory(cluster.Cluster.Media.Store.Work(id)).FullName;
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        return id;
    }

    private string OnlySegment(string jobId) =>
        Assert.Single(Directory.GetFiles(Path.Combine(cluster.Cluster.Media.Store.Work(jobId), "seg"), "*", SearchOption.AllDirectories));
}
