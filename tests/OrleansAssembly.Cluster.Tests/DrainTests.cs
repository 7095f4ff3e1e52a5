using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Placement;
using Orleans.Storage;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>Silos that leave while they encode: two of two slots each, and the gate keeps the segments from ending before the test says so.</summary>
public sealed class DrainTests : IAsyncDisposable
{
    private const int Shots = 6;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly Func<ProgressUpdate, bool> Ended = update => update.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    private readonly EncodeGate _gate = new();
    private AssemblyCluster _cluster = null!;
    private string _stays = "";
    private string _leaves = "";

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _gate.Dispose();
    }

    [Fact]
    public async Task RunningSegments_AreFinished_WhenTheirSiloLeaves()
    {
        var job = await EncodingAsync(drainLimit: 600);
        var leaving = _cluster.Silos.StopSiloAsync(_cluster.Silos.Silos[1], TestContext.Current.CancellationToken);
        await UntilDrainingAsync(1);
        Assert.False(leaving.IsCompleted, "the silo left before its segments were done");

        _gate.Open(_leaves);
        await leaving.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(AssemblyCluster.SlotsPerSilo, _gate.Done.Count(segment => segment.Silo == _leaves));

        _gate.Open(_stays);
        await CompleteAsync(job);
        Assert.Equal(Enumerable.Range(0, Shots), _gate.Begun.Select(segment => segment.Index).Order()); // none was begun twice
        Assert.Equal(AssemblyCluster.SlotsPerSilo, _gate.Begun.Count(segment => segment.Silo == _leaves));
    }

    [Fact]
    public async Task SegmentsThatAreNotDoneInTime_AreGivenBack_AndCountAsNoTry()
    {
        var job = await EncodingAsync(drainLimit: 0);
        await _cluster.Silos.StopSiloAsync(_cluster.Silos.Silos[1], TestContext.Current.CancellationToken).WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

        var state = await StateAsync(job);
        Assert.DoesNotContain(state.Running, piece => piece.Silo == _leaves); // it heard of them before the silo was gone
        Assert.Empty(state.Setbacks);

        _gate.Open(_stays);
        await CompleteAsync(job);
        var twice = _gate.Begun.GroupBy(segment => segment.Index).Where(segment => segment.Count() > 1).Select(segment => segment.Key).Order();
        Assert.Equal(_gate.Begun.Where(segment => segment.Silo == _leaves).Select(segment => segment.Index).Order(), twice);
        Assert.Equal(Shots, _gate.Done.Count);
    }

    /// <summary>A job whose grain lies on the silo that is to leave, with as many segments begun as there are slots.</summary>
    private async Task<string> EncodingAsync(int drainLimit)
    {
        _cluster = new AssemblyCluster
        {
            Services = _gate.Guard,
            Settings = _ => new() { ["Encoder:DrainLimit"] = $"{drainLimit}" },
        };
        await _cluster.InitializeAsync();
        (_stays, _leaves) = (_cluster.Silos.Silos[0].SiloAddress.ToParsableString(), _cluster.Silos.Silos[1].SiloAddress.ToParsableString());

        var id = AssemblyCluster.NewId();
        var sources = Enumerable.Range(0, Shots).Select(index => _cluster.Media.MakeClip($"{index}.mp4")).ToList();
        RequestContext.Set(IPlacementDirector.PlacementHintKey, _cluster.Silos.Silos[1].SiloAddress);
        await _cluster.Job(id).SubmitAsync(new JobSpec(
            JobType.Assembly, "harbour", "Harbour", new TimelineSpec("25", 320, 180, null, null, [.. sources.Select(source => new ShotSpec(source))], null),
            null, [new OutputSpec("h264-720p")], null, null, null));
        RequestContext.Clear();
        await _gate.UntilBegunAsync(2 * AssemblyCluster.SlotsPerSilo, Limit);
        return id;
    }

    private async Task UntilDrainingAsync(int silo)
    {
        var host = _cluster.Silos.Silos[silo].ServiceProvider.GetRequiredService<EncoderHost>();
        for (var tries = 0; !host.Draining; tries++)
        {
            Assert.True(tries < 1000, "the silo did not begin to leave");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private async Task<JobState> StateAsync(string id)
    {
        var stored = new GrainState<JobEnvelope>(new JobEnvelope());
        await _cluster.Silos.Silos[0].ServiceProvider.GetRequiredKeyedService<IGrainStorage>("Default").ReadStateAsync("job", _cluster.Job(id).GetGrainId(), stored);
        return stored.State!.State!;
    }

    private async Task CompleteAsync(string id)
    {
        var watched = new WatchedJob(id);
        watched.Reference = _cluster.Silos.Client.CreateObjectReference<IProgressObserver>(watched);
        watched.RenewAsync = async () => await watched.OnProgressAsync((await _cluster.Job(id).WatchAsync(watched.Reference))!);
        await watched.RenewAsync();
        var last = await AssemblyCluster.UntilAsync(watched, Ended, "the end of the job");
        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
    }
}
