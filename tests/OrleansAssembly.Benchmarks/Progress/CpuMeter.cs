using System.Diagnostics;
using System.Globalization;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>Cores that processes, and all others of the machine, kept busy since it was made.</summary>
internal sealed class CpuMeter
{
    /// <summary>What <c>/proc</c> counts in, a second.</summary>
    private const double Ticks = 100;

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly double _machine = Machine();
    private readonly Dictionary<int, double> _before;

    public CpuMeter(params IEnumerable<int> pids) => _before = pids.ToDictionary(pid => pid, Seconds);

    /// <summary>Stops; what is asked for after this is of the time until now.</summary>
    public (IReadOnlyDictionary<int, double> Cores, double Others) Read()
    {
        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        var cores = _before.ToDictionary(entry => entry.Key, entry => (Seconds(entry.Key) - entry.Value) / seconds);
        return (cores, Math.Max(0, ((Machine() - _machine) / seconds) - cores.Values.Sum()));
    }

    /// <summary>What a process has in memory, megabytes.</summary>
    public static double Megabytes(int pid) =>
        double.Parse(File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000;

    private static double Seconds(int pid)
    {
        // The name is in parentheses and may hold blanks. User and system time are the 14th and 15th value.
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var values = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return Numbers(values[11], values[12]).Sum() / Ticks;
    }

    /// <summary>All but idle time and waiting for disks.</summary>
    private static double Machine()
    {
        var values = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Numbers(values[1], values[2], values[3], values[6], values[7]).Sum() / Ticks;
    }

    private static IEnumerable<double> Numbers(params IEnumerable<string> texts) => texts.Select(text => double.Parse(text, CultureInfo.InvariantCulture));
}
