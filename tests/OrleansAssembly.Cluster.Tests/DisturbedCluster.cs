using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>A cluster whose jobs are disturbed, each making the same film, and the film as it is when nothing disturbs it.</summary>
public sealed class DisturbedCluster : IAsyncLifetime
{
    /// <summary>As many as there are slots: all are encoded at once.</summary>
    public const int Segments = 2 * AssemblyCluster.SlotsPerSilo;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<WatchedJob> _submitted = [];
    private JobSpec _film = null!;
    private string? _undisturbed;

    public DisturbedCluster() => Cluster = new AssemblyCluster { Services = Hook.Guard };

    public AssemblyCluster Cluster { get; }

    internal PieceHook Hook { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Cluster.InitializeAsync();
        var sources = Enumerable.Range(0, Segments).Select(index => Cluster.Media.MakeClip($"{index}.mp4", seconds: 2.4, size: "960x540"));
        _film = new JobSpec(
            JobType.Assembly, "harbour", "Harbour", new TimelineSpec("25", 960, 540, null, null, [.. sources.Select(source => new ShotSpec(source))], null),
            null, [new OutputSpec("h264-720p")], null, null, null);
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    internal async Task<WatchedJob> SubmitAsync()
    {
        var job = await Cluster.SubmitAsync(_film);
        _submitted.Add(job);
        return job;
    }

    /// <summary>Leaves nothing of a test to the next: a job that it left paused would keep its slots.</summary>
    internal async Task ClearAsync()
    {
        Hook.Before = _ => Task.CompletedTask;
        foreach (var job in _submitted)
        {
            await Job(job).CancelAsync(); // refused where it has ended
        }

        _submitted.Clear();
    }

    internal IJobGrain Job(WatchedJob job) => Cluster.Job(job.Id);

    /// <summary>Pauses a job at a moment at which all its segments are being encoded.</summary>
    /// <returns>The children that stand still.</returns>
    internal async Task<IReadOnlyList<Child>> PauseWhileEncodingAsync(WatchedJob job)
    {
        while (true)
        {
            await AssemblyCluster.UntilAsync(job, update => update is { StepIndex: 6, StepProgress: > 0 }, "the encoding");
            Assert.Equal(JobStatus.Paused, (await Job(job).PauseAsync(PauseWish.Now)).Progress?.Status);

            // A stop that is sent runs no further, but the kernel notes it down only when it would let the child run again.
            await UntilAsync(() => Task.FromResult(ChildrenOf(job.Id).All(child => child.State == "T")), "the stop of the children");
            var children = ChildrenOf(job.Id);
            if (children.Count == Segments)
            {
                return children;
            }

            Assert.Equal(6, job.Seen.Last().StepIndex); // one was between two children: again
            await Job(job).ResumeAsync();
            await job.NextAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for the end of a job, and makes sure that nobody can tell from film or progress that anything happened.</summary>
    internal async Task AssertUndisturbedAsync(WatchedJob job)
    {
        var last = await AssemblyCluster.UntilAsync(job, update => update.Status is JobStatus.Completed or JobStatus.Failed, "the end of the job");
        Assert.True(last.Status == JobStatus.Completed, $"{last.Message}: {last.Error?.Detail}");
        if (_undisturbed is null)
        {
            var alone = await SubmitAsync();
            await AssemblyCluster.UntilAsync(alone, update => update.Status == JobStatus.Completed, "the end of the undisturbed job");
            _undisturbed = FilmOf(alone);
        }

        Assert.Equal(_undisturbed, FilmOf(job));
        AssertNeverFalls(job.Seen);
    }

    /// <summary>The finished segments of a job, and when they were made.</summary>
    internal Dictionary<string, DateTime> SegmentsOf(string jobId)
    {
        var folder = Path.Combine(Cluster.Media.Store.Work(jobId), "seg");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];
        return files.Where(file => !file.EndsWith(".part", StringComparison.Ordinal)).ToDictionary(file => file, File.GetLastWriteTimeUtc);
    }

    /// <summary>Tells, when the job joins its segments, whether those that are there now are the same still.</summary>
    internal Task<bool> KeepsSegmentsAsync(WatchedJob job)
    {
        var before = SegmentsOf(job.Id);
        var kept = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Hook.Before = request =>
        {
            if (request.Piece.JobId == job.Id && request.Piece.Stage == Stage.Join)
            {
                var now = SegmentsOf(job.Id);
                kept.TrySetResult(before.Count > 0 && before.All(file => now.GetValueOrDefault(file.Key) == file.Value));
            }

            return Task.CompletedTask;
        };
        return kept.Task;
    }

    internal static void AssertNeverFalls(IEnumerable<ProgressUpdate> seen)
    {
        var inOrder = seen.Distinct().OrderBy(update => update.Sequence).ToList();
        Assert.Equal(inOrder.Count, inOrder.Select(update => update.Sequence).Distinct().Count());
        Assert.Equal(inOrder.Select(update => update.Progress).Order(), inOrder.Select(update => update.Progress));
    }

    /// <summary>Waits for what nobody tells.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await reached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, $"{what} did not come within {Patience}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Changes options of all silos until disposed.</summary>
    internal IDisposable With<T>(Action<T> change, Action<T> back)
        where T : class
    {
        var all = Cluster.Silos.Silos.Select(silo => silo.ServiceProvider.GetRequiredService<IOptions<T>>().Value).ToList();
        all.ForEach(change);
        return new Undo(() => all.ForEach(back));
    }

    /// <summary>Children of this process that work for a job: the silos live in it.</summary>
    internal static IReadOnlyList<Child> ChildrenOf(string jobId)
    {
        var children = new List<Child>();
        foreach (var pid in Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)))
        {
            try
            {
                var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ');
                if (int.Parse(fields[1], CultureInfo.InvariantCulture) == Environment.ProcessId
                    && File.ReadAllText($"/proc/{pid}/cmdline").Contains(jobId, StringComparison.Ordinal))
                {
                    children.Add(new Child(int.Parse(pid!, CultureInfo.InvariantCulture), fields[0], $"{fields[11]} {fields[12]}"));
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return children;
    }

    private string FilmOf(WatchedJob job) =>
        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Assert.Single(Directory.GetFiles(Cluster.Media.Store.Exports("harbour", job.Id), "harbour-h264-720p.mp4")))));

    /// <param name="Pid">Its id.</param>
    /// <param name="State">T where it stands still.</param>
    /// <param name="Cpu">What it has cost.</param>
    internal sealed record Child(int Pid, string State, string Cpu);

    private sealed class Undo(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}

[CollectionDefinition(nameof(DisturbedCluster))]
public sealed class DisturbedGroup : ICollectionFixture<DisturbedCluster>;
