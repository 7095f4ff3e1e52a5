using System.Diagnostics;
using System.Globalization;

namespace OrleansAssembly.Media.Tests.Sources;

/// <summary>Children of one piece of work, held by real signals.</summary>
public sealed class ChildGroupTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestMedia _media = new(options => options.StallLimit = TimeSpan.FromSeconds(2.5));
    private readonly ChildGroup _group = new();
    private readonly TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pid;

    private static CancellationToken Timely => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hold_StopsTheChildWhereItIs_AndItEndsWithTheSameBytes()
    {
        TestMedia.Ffmpeg(Encode("undisturbed.mp4"), _media.Root); // without a stall limit: a busy machine is no disturbance
        var running = Run(Encode("held.mp4"));
        await _moved.Task.WaitAsync(Patience, Timely);
        for (var round = 0; round < 3; round++)
        {
            _group.Hold();
            _group.Hold();
            await UntilAsync(() => StateOf(_pid) == 'T', "the stop of the child");
            var cpu = CpuOf(_pid);
            await LetTimePassAsync();
            Assert.Equal(('T', cpu), (StateOf(_pid), CpuOf(_pid)));
            _group.Continue();
            _group.Continue();
        }

        var run = await running;
        Assert.Equal((0, false), (run.ExitCode, run.Stalled));
        Assert.Equal(File.ReadAllBytes(Path.Combine(_media.Root, "undisturbed.mp4")), File.ReadAllBytes(Path.Combine(_media.Root, "held.mp4")));
    }

    [Fact]
    public async Task Hold_LetsNoChildStart()
    {
        _group.Hold();
        var running = Run(RealTime(1));
        await LetTimePassAsync();
        Assert.Equal((0, false), (_pid, running.IsCompleted));

        _group.Continue();
        Assert.Equal(0, (await running.WaitAsync(Patience, Timely)).ExitCode);
    }

    [Fact]
    public async Task Hold_LongerThanTheStallLimit_IsNoStall()
    {
        var running = Run(RealTime(2));
        await _moved.Task.WaitAsync(Patience, Timely);
        _group.Hold();
        await Task.Delay(2 * _media.Options.Value.StallLimit, TimeProvider.System, Timely); // that nothing happens shows only in time
        _group.Continue();

        var run = await running;
        Assert.Equal((0, false), (run.ExitCode, run.Stalled));
    }

    [Fact]
    public async Task Cancel_OfAHeldChild_EndsIt()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Timely);
        var running = Run(RealTime(600), cancel.Token);
        await _moved.Task.WaitAsync(Patience, Timely);
        _group.Hold();
        await UntilAsync(() => StateOf(_pid) == 'T', "the stop of the child");

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Patience, Timely));
        Assert.False(Directory.Exists($"/proc/{_pid}"));
    }

    [Fact]
    public async Task AChildThatAStrangerStopped_GoesOn()
    {
        var running = Run(RealTime(2));
        await _moved.Task.WaitAsync(Patience, Timely);
        Send("STOP");

        var run = await running.WaitAsync(Patience, Timely);
        Assert.Equal((0, false), (run.ExitCode, run.Stalled));
    }

    [Fact]
    public async Task AHeldChildThatAStrangerLetGoOn_StandsStillAgain()
    {
        var running = Run(RealTime(3));
        await _moved.Task.WaitAsync(Patience, Timely);
        _group.Hold();
        await UntilAsync(() => StateOf(_pid) == 'T', "the stop of the child");
        Send("CONT");
        await UntilAsync(() => StateOf(_pid) != 'T', "the stranger's signal");
        await UntilAsync(() => StateOf(_pid) == 'T', "the second stop of the child");

        _group.Continue();
        Assert.Equal(0, (await running.WaitAsync(Patience, Timely)).ExitCode);
    }

    public void Dispose() => _media.Dispose();

    private static string[] Encode(string file) =>
    [
        "-y", "-f", "lavfi", "-i", "testsrc2=size=960x540:rate=25:duration=6", "-c:v", "libx264", "-preset", "medium", "-threads", "1",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", file,
    ];

    private static string[] RealTime(int seconds) =>
        ["-re", "-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture, $"testsrc2=size=64x64:rate=25:duration={seconds}"), "-f", "null", "-"];

    private Task<FfmpegRun> Run(string[] arguments, CancellationToken? cancel = null)
    {
        _group.Enter();
        return _media.Runner.RunAsync(arguments, _media.Root, _ => _moved.TrySetResult(), cancel ?? Timely, pid => _pid = pid);
    }

    private void Send(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static char? StateOf(int pid) => StatOf(pid)?[0][0];

    private static string? CpuOf(int pid) => StatOf(pid) is { } fields ? $"{fields[11]} {fields[12]}" : null;

    private static string[]? StatOf(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")).Split(") ")[^1].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Task LetTimePassAsync() => Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Timely); // that nothing happens shows only in time

    private static async Task UntilAsync(Func<bool> reached, string what)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, $"{what} did not come within {Patience}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Timely); // the kernel tells nobody
        }
    }
}
