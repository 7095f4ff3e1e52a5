using System.Globalization;

namespace OrleansAssembly.Benchmarks.Eta;

/// <summary>How good estimates were: errors as shares of the film's whole running time, in the window from 10 to 90 % of it.</summary>
internal sealed class EtaScore
{
    private const double WindowFrom = 0.1;
    private const double WindowTo = 0.9;
    private const double Near = 0.1;

    private readonly List<double> _ours;
    private readonly List<double> _byProgress;
    private readonly List<double> _byFrames;
    private readonly List<bool> _covered;
    private readonly double? _nearFrom;
    private readonly double? _seconds;
    private readonly double _still;

    private EtaScore(List<double> ours, List<double> byProgress, List<double> byFrames, List<bool> covered, double? nearFrom, double? seconds, double still) =>
        (_ours, _byProgress, _byFrames, _covered, _nearFrom, _seconds, _still) = (ours, byProgress, byFrames, covered, nearFrom, seconds, still);

    public static IReadOnlyList<string> Columns { get; } =
    [
        "film", "s", "median, %", "95th, %", "within 10 % from, %", "in the 80 % interval, %",
        "naive by progress: median", "95th", "naive by frames: median", "95th", "longest standstill, s",
    ];

    /// <summary>Better than both naive estimates, by the median and by the 95th percentile.</summary>
    public bool IsBetter => IsBetterAt(0.5) && IsBetterAt(0.95);

    /// <param name="log">What was seen.</param>
    /// <param name="from">Running seconds; what was before is left out.</param>
    public static EtaScore Of(EtaLog log, double from = 0)
    {
        double? Error(EtaSample sample, double? estimate) => estimate is { } seconds ? Math.Abs(seconds - (log.Total - sample.Ran)) / log.Total : null;
        var running = log.Samples.Where(sample => sample.Runs).ToList();
        var window = running.Where(sample => sample.Ran >= Math.Max(from, WindowFrom * log.Total) && sample.Ran <= WindowTo * log.Total).ToList();
        var lastFar = running.FindLastIndex(sample => Error(sample, sample.Update.EstimatedTimeRemaining) > Near);
        return new EtaScore(
            Errors(sample => sample.Update.EstimatedTimeRemaining),
            Errors(sample => sample.ByProgress),
            Errors(sample => sample.ByFrames),
            [.. window.Select(sample => sample.Update.EtaLow <= log.Total - sample.Ran && log.Total - sample.Ran <= sample.Update.EtaHigh)],
            lastFar + 1 < running.Count ? running[lastFar + 1].Ran / log.Total : 1,
            log.Total,
            log.Still);

        List<double> Errors(Func<EtaSample, double?> estimate) => [.. window.Select(sample => Error(sample, estimate(sample))).OfType<double>()];
    }

    /// <summary>All seconds of all films together.</summary>
    public static EtaScore Of(IReadOnlyList<EtaScore> films) => new(
        [.. films.SelectMany(film => film._ours)],
        [.. films.SelectMany(film => film._byProgress)],
        [.. films.SelectMany(film => film._byFrames)],
        [.. films.SelectMany(film => film._covered)],
        null,
        null,
        films.Max(film => film._still));

    public IEnumerable<string> Row(string name) =>
    [
        name, Text(_seconds), Percent(At(_ours, 0.5)), Percent(At(_ours, 0.95)), Percent(_nearFrom), Percent(_covered.Count(covered => covered) / (double)_covered.Count),
        Percent(At(_byProgress, 0.5)), Percent(At(_byProgress, 0.95)), Percent(At(_byFrames, 0.5)), Percent(At(_byFrames, 0.95)), Text(_still),
    ];

    /// <summary>Where a naive estimate says nothing at all there is nothing to compare.</summary>
    private bool IsBetterAt(double share) => At(_ours, share) < At(_byProgress, share) && (_byFrames.Count == 0 || At(_ours, share) < At(_byFrames, share));

    private static double At(List<double> errors, double share) =>
        errors.Count == 0 ? double.NaN : errors.Order().ElementAt(Math.Min(errors.Count - 1, (int)(share * errors.Count)));

    private static string Percent(double? share) => Text(100 * share);

    private static string Text(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? "";
}
