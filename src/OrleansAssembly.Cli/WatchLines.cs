using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cli;

/// <summary>Plain lines for a pipe or a log: one at each change of step or status, otherwise at most one every 5 seconds.</summary>
internal sealed class WatchLines
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private (JobStatus Status, string Step, bool Connected)? _last;
    private DateTimeOffset _lastAt;

    /// <summary>The line to print now, or null.</summary>
    public string? Next(WatchView view, DateTimeOffset now)
    {
        var key = (view.Status, view.StepLine, view.Connected);
        if (_last == key && (now - _lastAt < Quiet || view.Status is not JobStatus.Running || !view.Connected))
        {
            return null;
        }

        _last = key;
        _lastAt = now;
        return string.Join("  ", Parts(view).Where(p => p.Length > 0));
    }

    private static IEnumerable<string> Parts(WatchView view) => view.Connected
        ?
        [
            $"{view.Elapsed,5}",
            view.Status.Word(),
            $"{Texts.Percent(view.Whole),7}",
            $"{view.StepLine} {Texts.Percent(view.Step)}",
            view.Message,
            view.Eta,
            view.Speed,
        ]
        : ["connection lost, trying again"];
}
