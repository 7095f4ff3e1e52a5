using System.Diagnostics;
using System.Globalization;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.SystemTests.Drill;

/// <summary>What came of a while under full load.</summary>
/// <param name="Members">The membership table at the end.</param>
/// <param name="Ended">Servers that ended by themselves.</param>
/// <param name="Busy">Encoders that ran at the same time, on average.</param>
/// <param name="Suspected">Votes for a silo's death that were seen on the way.</param>
internal sealed record LoadResult(IReadOnlyList<Member> Members, int Ended, double Busy, int Suspected)
{
    public bool IsGood => Ended == 0 && Members.Count == KillDrill.Silos && Members.All(member => member.Status == SiloStatus.Active);
}

/// <summary>Three servers, each with as many encoder slots as this machine has cores, all busy with 1080p: three times more than it can do. All live: none may be taken for dead.</summary>
internal static class FullLoad
{
    /// <summary>Bytes that a second of it writes at most, work and film.</summary>
    private const double BytesASecond = 0.3e9;

    private static readonly TimeSpan BusyLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>Why so much of it cannot be done here, or null: the job would wait for room on the disk, and no encoder would begin.</summary>
    public static string? Obstacle(TimeSpan time)
    {
        var (need, free) = ((time.TotalSeconds + 10) * BytesASecond, (double)new DriveInfo(Path.GetTempPath()).AvailableFreeSpace);
        return free >= need
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} s of full load take about {need / 1e9:F0} GB in {Path.GetTempPath()}, and {free / 1e9:F0} GB are free there: free some, set TMPDIR to a larger disk, or ask for less.");
    }

    public static async Task<LoadResult> RunAsync(TimeSpan time, Action<string> say)
    {
        await using var cluster = await SiloCluster.StartAsync(KillDrill.Silos, segmentSeconds: 5);
        await using var table = new MembershipTable(cluster.Redis);
        cluster.Place.Media.Make("noise.mp4", "-f lavfi -i testsrc2=size=1920x1080:rate=25,noise=alls=40:allf=t -t 5 -c:v libx264 -preset ultrafast -crf 18 -pix_fmt yuv420p");
        var slots = KillDrill.Silos * Environment.ProcessorCount;

        // More than can be done in the time: no core here makes such a shot of 5 s in less than 2 s.
        var shots = Enumerable.Repeat(new ShotSpec("noise.mp4", null, null), (2 * slots) + (int)(time.TotalSeconds * Environment.ProcessorCount / 2)).ToList();
        var job = await cluster.Any.SubmitAsync(new JobSpec(
            JobType.Assembly, "load", "Load", new TimelineSpec("25", 1920, 1080, null, null, shots, null), null, [new OutputSpec("h264-1080p")], null, null, null));
        await using (var watch = cluster.Watch(job))
        {
            await watch.UntilAsync(JobWatch.EncodingFrom(0), BusyLimit, "the beginning of encoding");
        }

        await Eventually.TrueAsync(() => Encoders(cluster) == slots, BusyLimit, $"{slots} encoders at the same time");
        say(string.Create(CultureInfo.InvariantCulture, $"{slots} encoders on {Environment.ProcessorCount} cores."));

        var (started, looks, busy, suspected) = (Stopwatch.GetTimestamp(), 0, 0L, 0);
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            await Task.Delay(LookPeriod, TimeProvider.System, TestContext.Current.CancellationToken);
            (looks, busy) = (looks + 1, busy + Encoders(cluster));
            suspected = Math.Max(suspected, (await table.ReadAsync()).Sum(member => member.Suspicions));
        }

        var result = new LoadResult(await table.ReadAsync(), cluster.Living.Count(server => server.HasEnded), (double)busy / looks, suspected);
        say(string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} s, {result.Busy:F1} encoders on average, {result.Ended} servers ended, {result.Suspected} suspicions; {string.Join(", ", result.Members)}"));
        if (!result.IsGood)
        {
            say(cluster.Excerpt(job));
        }

        return result;
    }

    private static int Encoders(SiloCluster cluster) => cluster.Living.Sum(server => Processes.EncodersOf(server.Pid).Count);
}
