using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace OrleansAssembly.Media.Tests.Sources;

public sealed class FfmpegRunnerTests : IDisposable
{
    /// <summary>Real time, so that it runs until it is ended.</summary>
    private static readonly string[] Endless = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25", "-f", "null", "-"];

    private readonly TestMedia _media = new(o => o.StallLimit = TimeSpan.FromSeconds(2));

    private static CancellationToken Timely => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ToItsEnd_ReportsProgressAndCost()
    {
        var seen = new List<FfmpegProgress>();
        var run = await _media.Runner.RunAsync(
            ["-y", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=4", "-c:v", "libx264", "-preset", "medium", "out.mp4"],
            _media.Root, seen.Add, Timely);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Log);
        Assert.False(run.Stalled);
        Assert.True(run.CpuSeconds > 0);
        Assert.Equal(100, seen[^1].Frames);
        Assert.Equal(4, seen[^1].OutTime.TotalSeconds, 0.2); // counted in decoding order
        Assert.True(seen[^1].WrittenBytes > 1000);
        Assert.Equal(seen.OrderBy(p => p.Frames), seen);
        Assert.True(File.Exists(Path.Combine(_media.Root, "out.mp4")));
    }

    /// <summary>Progress is to move every second: so there is room for a beat that finds nothing new, and for a machine that has much to do.</summary>
    [Fact]
    public async Task AChildThatSaysNothing_IsToldOfSeveralTimesASecond()
    {
        using var media = new TestMedia();
        media.Options.Value.Ffmpeg = media.Script("silent", "exec sleep 600");
        var clock = new BeatClock();
        var runner = new FfmpegRunner(media.Options, clock, NullLogger<FfmpegRunner>.Instance);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Timely);
        var told = 0;
        var run = runner.RunAsync([], media.Root, _ => told++, cancel.Token);
        await clock.Beats.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Timely);

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, told);

        await cancel.CancelAsync();
        clock.Advance(TimeSpan.FromSeconds(10)); // it need not hear SIGINT: then its grace is over
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Cancel_EndsTheChild_AndReturnsWhenItIsGone()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Timely);
        var pid = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _media.Runner.RunAsync(Endless, _media.Root, _ => cancel.Cancel(), cancel.Token, id => pid = id));
        Assert.NotEqual(0, pid);
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task Cancel_OfAPausedChild_EndsItToo()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Timely);
        var pid = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _media.Runner.RunAsync(
            Endless,
            _media.Root,
            _ =>
            {
                Signal("STOP", pid);
                cancel.Cancel();
            },
            cancel.Token,
            id => pid = id));
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task Child_IsTheProgramItself_AtLowerPriority_WithABareEnvironment()
    {
        Environment.SetEnvironmentVariable("SECRET_OF_THE_SERVER", "1");
        using var media = new TestMedia(o => o.Niceness = 7);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Timely);
        var (name, niceness, environment, pid) = ("", 0, "", 0);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => media.Runner.RunAsync(
            Endless,
            media.Root,
            _ =>
            {
                name = File.ReadAllText($"/proc/{pid}/comm").Trim();
                niceness = NicenessOf($"{pid}");
                environment = File.ReadAllText($"/proc/{pid}/environ");
                cancel.Cancel();
            },
            cancel.Token,
            id => pid = id));
        Assert.Equal("ffmpeg", name);
        Assert.Equal(Math.Min(19, 7 + NicenessOf("self")), niceness);
        Assert.DoesNotContain("SECRET", environment, StringComparison.Ordinal);
    }

    private static int NicenessOf(string process) => int.Parse(
        File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Stall_IsDetected_AndEndsTheChild()
    {
        // A pipe that nobody writes to: ffmpeg waits for its first byte for ever.
        var pipe = Path.Combine(_media.Root, "pipe");
        using (var mkfifo = Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync(Timely);
        }

        var run = await _media.Runner.RunAsync(["-i", pipe, "-f", "null", "-"], _media.Root, null, Timely);
        Assert.True(run.Stalled);
        Assert.NotEqual(0, run.ExitCode);
    }

    [Fact]
    public async Task Failure_TellsWhy_WithoutThePlaceOfTheMediaRoot()
    {
        var run = await _media.Runner.RunAsync(["-i", _media.Path("gone.mp4"), "-f", "null", "-"], _media.Root, null, Timely);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("sources/gone.mp4", run.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(_media.Root, run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_ThatIsMissing_IsAFailedRun()
    {
        using var media = new TestMedia(o => o.Ffmpeg = "no-such-ffmpeg");
        var run = await media.Runner.RunAsync(["-version"], media.Root, null, Timely);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("no-such-ffmpeg", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callback_ThatThrows_EndsTheChild_AndComesOut()
    {
        var pid = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => _media.Runner.RunAsync(
            Endless, _media.Root, _ => throw new InvalidOperationException("mine"), Timely, id => pid = id));
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task Probe_GivesTheText_AndLines()
    {
        var clip = _media.MakeClip();
        var (run, text) = await _media.Runner.ProbeAsync(["-show_entries", "stream=codec_name", "-of", "csv", _media.Path(clip)], Timely);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("stream,h264\nstream,aac\n", text);

        var lines = new List<string>();
        run = await _media.Runner.ProbeAsync(["-select_streams", "v", "-show_entries", "packet=pts", "-of", "csv", _media.Path(clip)], lines.Add, Timely);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(50, lines.Count);
    }

    public void Dispose() => _media.Dispose();

    private static void Signal(string name, int pid)
    {
        using var kill = Process.Start("kill", [$"-{name}", pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>A clock that the test drives, and that tells when somebody has begun to wait for less than a second.</summary>
    private sealed class BeatClock : FakeTimeProvider
    {
        private readonly TaskCompletionSource _beats = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Beats => _beats.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(1))
            {
                _beats.SetResult();
            }

            return timer;
        }
    }
}
