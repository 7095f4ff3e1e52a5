using System.ComponentModel;
using System.Globalization;
using System.Text;
using CliWrap;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansAssembly.Media;

/// <summary>
/// Runs ffmpeg and ffprobe as children that no failure leaves behind: at lower priority, in a session of their own (a Ctrl-C at the terminal is the
/// server's to handle), with a bare environment and no stdin, killed by the kernel when this process dies, and ended when they make no progress.
/// </summary>
public sealed partial class FfmpegRunner(IOptions<MediaOptions> options, TimeProvider time, ILogger<FfmpegRunner> log)
{
    /// <summary>Most that ffprobe may answer in one text, characters.</summary>
    private const int LongestOutput = 64 << 20;

    /// <summary>How often within the stall limit a child is looked at.</summary>
    private const int LooksPerLimit = 8;

    /// <summary>
    /// How often it is told how far a child is that says nothing itself. Whoever watches is to see a move every second: that is left when a child
    /// has just begun, one beat found nothing new, and the machine is busy.
    /// </summary>
    private static readonly TimeSpan BeatPeriod = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly string? _setpriv = ChildProcess.Find("setpriv");
    private int _warned;

    /// <summary>Runs ffmpeg to its end.</summary>
    /// <param name="arguments">Without the program, <c>-v</c>, <c>-nostdin</c> and <c>-progress</c>: these are put in front.</param>
    /// <param name="workingDirectory">An existing folder; relative names in the arguments are below it.</param>
    /// <param name="onProgress">Called about five times a second from the loop that reads the child's output, and as often whether or not there is any; never at the same time.</param>
    /// <param name="onStarted">Called once with the child's process id.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the child is gone then (SIGINT first, SIGKILL after 2 s).</exception>
    public Task<FfmpegRun> RunAsync(
        IReadOnlyList<string> arguments,
        string workingDirectory,
        Action<FfmpegProgress>? onProgress,
        CancellationToken cancel,
        Action<int>? onStarted = null)
    {
        ProgressReader? progress = null;
        var child = new Child(onStarted) { Beat = onProgress is null ? null : () => progress!.Tell() };
        progress = new ProgressReader(child, onProgress);
        return RunAsync(
            options.Value.Ffmpeg,
            ["-v", "error", "-nostdin", "-progress", "pipe:1", "-stats_period", "0.2", .. arguments],
            workingDirectory,
            child,
            PipeTarget.ToDelegate(child.Guard<string>(progress.Read)),
            cancel);
    }

    /// <summary>Runs ffprobe to its end.</summary>
    /// <param name="arguments">Without the program and <c>-v</c>.</param>
    /// <param name="onRead">Called a few times a second with the bytes that the child has read.</param>
    /// <returns>How it ended, and all that it wrote; a text beyond 64 MB ends it as a failure.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the child is gone then.</exception>
    public async Task<(FfmpegRun Run, string Output)> ProbeAsync(IReadOnlyList<string> arguments, CancellationToken cancel, Action<long>? onRead = null)
    {
        var output = new StringBuilder();
        var run = await ProbeAsync(
            arguments,
            line =>
            {
                if (output.Length + line.Length > LongestOutput)
                {
                    throw new InvalidDataException("ffprobe wrote more than 64 MB.");
                }

                output.Append(line).Append('\n');
            },
            cancel,
            onRead);
        return (run, output.ToString());
    }

    /// <summary>Runs ffprobe to its end and hands on each line as it comes, so that any amount takes no memory; each line counts as progress.</summary>
    /// <param name="arguments">Without the program and <c>-v</c>.</param>
    /// <param name="onLine">Called from the loop that reads the child's output.</param>
    /// <param name="onRead">Called a few times a second with the bytes that the child has read.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the child is gone then.</exception>
    public Task<FfmpegRun> ProbeAsync(IReadOnlyList<string> arguments, Action<string> onLine, CancellationToken cancel, Action<long>? onRead = null)
    {
        Child? child = null;
        child = new Child(null) { Beat = onRead is null ? null : () => onRead(ChildProcess.Bytes(child!.Pid).Read) };
        var target = PipeTarget.ToDelegate(child.Guard<string>(line =>
        {
            child.Moved();
            onLine(line);
        }));
        return RunAsync(options.Value.Ffprobe, ["-v", "error", .. arguments], Path.GetTempPath(), child, target, cancel);
    }

    private async Task<FfmpegRun> RunAsync(string program, IReadOnlyList<string> arguments, string workingDirectory, Child child, PipeTarget output, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var group = ChildGroup.Current;
        await ChildGroup.WhileHeldAsync(cancel);
        var errors = new StderrTail(options.Value.Root);
        var command = Shell(program, arguments)
            .WithWorkingDirectory(workingDirectory)
            .WithEnvironmentVariables(BareEnvironment())
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(output)
            .WithStandardErrorPipe(PipeTarget.ToDelegate(errors.Add));

        using var kill = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var end = new CancellationTokenSource();
        (child.Kill, child.Group) = (kill, group);
        try
        {
            var run = await ChildProcess.StartAsync(command, kill.Token, end.Token);
            group?.Add(run.ProcessId);
            child.Started(run.ProcessId);
            var period = options.Value.StallLimit / LooksPerLimit;
            await using var watch = time.CreateTimer(_ => child.Watch(LooksPerLimit), null, period, period);
            await using var beat = child.Beat is { } tell ? time.CreateTimer(_ => child.Guard<object?>(_ => tell())(null), null, BeatPeriod, BeatPeriod) : null;
            await using var _ = cancel.Register(() =>
            {
                kill.CancelAfter(Grace);
                end.Cancel();
                group?.Remove(run.ProcessId);
                Signal.Send(run.ProcessId, Signal.Continue); // a held child hears nothing else
            });
            var result = await run;
            cancel.ThrowIfCancellationRequested();
            child.ThrowIfFailed();
            return new FfmpegRun(result.ExitCode, errors.ToString(), false, child.CpuSeconds);
        }
        catch (Win32Exception e)
        {
            return new FfmpegRun(127, $"{program} cannot be started: {e.Message}", false, 0);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            child.ThrowIfFailed();
            LogStalled(child.Pid, options.Value.StallLimit.TotalSeconds);
            return new FfmpegRun(-1, errors.ToString(), child.Stalled, child.CpuSeconds);
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancel);
        }
        finally
        {
            group?.Remove(child.Pid);
        }
    }

    /// <summary>Each program replaces the one before it (exec), so that the id of the first is ffmpeg's.</summary>
    private Command Shell(string program, IReadOnlyList<string> arguments)
    {
        IReadOnlyList<string> niced = ["nice", "-n", options.Value.Niceness.ToString(CultureInfo.InvariantCulture), program, .. arguments];
        if (_setpriv is not null)
        {
            return Cli.Wrap(_setpriv).WithArguments(["--pdeathsig", "KILL", "--", "setsid", .. niced]);
        }

        if (Interlocked.Exchange(ref _warned, 1) == 0)
        {
            LogNoSetpriv();
        }

        return Cli.Wrap(niced[0]).WithArguments(niced.Skip(1));
    }

    /// <summary>Nothing of ours reaches the child (connection strings, proxies) but where programs lie; C locale, so that messages and numbers read the same everywhere.</summary>
    private static Dictionary<string, string?> BareEnvironment()
    {
        var bare = Environment.GetEnvironmentVariables().Keys.Cast<string>().ToDictionary(name => name, _ => (string?)null);
        bare["PATH"] = Environment.GetEnvironmentVariable("PATH");
        bare["LANG"] = "C";
        return bare;
    }
}
