using System.Collections.Concurrent;
using System.Globalization;
using CliWrap;

namespace OrleansAssembly.Media;

/// <summary>
/// Starts every child of this process from one thread that lives as long as the process does: the kernel's "kill me when my parent
/// dies" follows the thread that started the child, and threads of the pool end when there is little to do.
/// </summary>
internal static class ChildProcess
{
    private static readonly BlockingCollection<Action> Starts = [];

    /// <summary>Clock ticks a second in <c>/proc/PID/stat</c>: fixed at 100 for user space on Linux.</summary>
    private const double TicksPerSecond = 100;

    static ChildProcess()
    {
        new Thread(() =>
        {
            foreach (var start in Starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "child-launcher" }.Start();
    }

    /// <summary>Starts the command on the launcher thread; CliWrap starts the process before <c>ExecuteAsync</c> returns, so that the id is known at once.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    public static Task<CommandTask<CommandResult>> StartAsync(Command command, CancellationToken kill, CancellationToken end)
    {
        var started = new TaskCompletionSource<CommandTask<CommandResult>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(
            () =>
            {
                try
                {
                    started.SetResult(command.ExecuteAsync(kill, end));
                }
                catch (Exception e)
                {
                    started.SetException(e);
                }
            },
            CancellationToken.None);
        return started.Task;
    }

    /// <summary>Full path of a program on the PATH, or null.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    /// <summary>What the kernel says of a child: its CPU seconds (user and system), and whether it is held by SIGSTOP. Null when it is gone.</summary>
    public static (double CpuSeconds, bool Held)? Look(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));

            // The program's name is in parentheses and may itself hold spaces: count from behind it. Field 3 is the state, 14 and 15 the times.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return (ticks / TicksPerSecond, fields[0] is "T" or "t");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Bytes that a child has read and written so far, from and to files and pipes; 0 where the kernel does not tell.</summary>
    public static (long Read, long Written) Bytes(int pid)
    {
        try
        {
            var lines = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/io"));
            return (Number("rchar: "), Number("wchar: "));

            long Number(string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                ? long.Parse(line.AsSpan(name.Length), CultureInfo.InvariantCulture)
                : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, 0);
        }
    }
}
