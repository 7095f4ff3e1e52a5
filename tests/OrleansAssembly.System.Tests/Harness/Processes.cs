using System.Diagnostics;
using System.Globalization;

namespace OrleansAssembly.SystemTests;

/// <summary>What the kernel knows of the processes on this machine.</summary>
internal static class Processes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Direct children of a process, dead ones that were not yet collected left out.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) => [.. All().Where(pid => Stat(pid) is { } stat && stat.Parent == parent && stat.State != 'Z')];

    /// <summary>Command lines of media tools that work in, or on files of, a folder; wherever their parent may be.</summary>
    public static IReadOnlyList<string> MediaToolsIn(string folder) =>
    [
        .. from pid in All()
           where Stat(pid) is { State: not 'Z', Name: "ffmpeg" or "ffprobe" or "nice" or "setsid" or "setpriv" }
           let command = Read(pid, "cmdline").Replace('\0', ' ')
           where command.Contains(folder, StringComparison.Ordinal) || WorkingDirectory(pid).StartsWith(folder, StringComparison.Ordinal)
           select $"{pid}: {command}",
    ];

    /// <summary>Direct children of a process that are ffmpeg itself, with their command lines.</summary>
    public static IReadOnlyList<(int Pid, string Command)> EncodersOf(int parent) =>
    [
        .. from pid in ChildrenOf(parent)
           where Stat(pid)?.Name == "ffmpeg"
           select (pid, Read(pid, "cmdline").Replace('\0', ' ')),
    ];

    /// <summary>Sends a signal: <c>TERM</c>, <c>INT</c>, <c>KILL</c>, <c>STOP</c>, <c>CONT</c>.</summary>
    public static void Signal(int pid, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Runs a program to its end, which must come.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string program, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"'{program} {string.Join(' ', arguments)}' did not end within {Patience.TotalSeconds} s");
            throw;
        }
    }

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(Path.GetFileName)
        .Where(name => name!.All(char.IsAsciiDigit))
        .Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    private static (string Name, char State, int Parent)? Stat(int pid)
    {
        // The name is in parentheses and may hold anything: what follows is counted from behind it.
        var stat = Read(pid, "stat");
        var (open, close) = (stat.IndexOf('('), stat.LastIndexOf(')'));
        if (close < 0)
        {
            return null;
        }

        var rest = stat[(close + 2)..].Split(' ');
        return (stat[(open + 1)..close], rest[0][0], int.Parse(rest[1], CultureInfo.InvariantCulture));
    }

    private static string Read(int pid, string name)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it ended meanwhile
        }
    }

    private static string WorkingDirectory(int pid)
    {
        try
        {
            return new DirectoryInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cwd")).LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
