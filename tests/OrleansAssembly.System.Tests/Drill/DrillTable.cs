using System.Globalization;
using System.Text;

namespace OrleansAssembly.SystemTests.Drill;

/// <summary>The rounds of a drill, summed up by what was done.</summary>
internal static class DrillTable
{
    public static string Of(IReadOnlyList<DrillRound> rounds)
    {
        var table = new StringBuilder()
            .AppendLine("| disturbance | rounds | identical | frames lost | redone | unexplained | falls | repeats | recover median s | worst s | film worst s |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var kind in rounds.GroupBy(round => round.Kind).OrderBy(kind => kind.Key))
        {
            Append(table, Name(kind.Key), [.. kind]);
        }

        Append(table, "all", rounds);
        return table.ToString();
    }

    private static void Append(StringBuilder table, string name, IReadOnlyList<DrillRound> rounds)
    {
        var recover = rounds.Select(round => round.Recover).OfType<double>().Order().ToList();
        table.AppendLine(CultureInfo.InvariantCulture, $"""
            | {name} | {rounds.Count} | {rounds.Count(round => round.Identical)} | {rounds.Sum(round => round.FramesLost)} | {rounds.Sum(round => round.Redone)} | {
            rounds.Sum(round => round.Unexplained)} | {rounds.Sum(round => round.Falls)} | {rounds.Sum(round => round.Repeats)} | {
            (recover.Count == 0 ? "-" : recover[recover.Count / 2].ToString("F2", CultureInfo.InvariantCulture))} | {
            (recover.Count == 0 ? "-" : recover[^1].ToString("F2", CultureInfo.InvariantCulture))} | {rounds.Max(round => round.Seconds):F1} |
            """);
    }

    private static string Name(Disturbance kind) => kind switch
    {
        Disturbance.KillOwner => "kill -9 the job's own silo",
        Disturbance.KillOther => "kill -9 another silo",
        Disturbance.KillEncoder => "kill -9 ffmpeg",
        Disturbance.KillRedis => "kill -9 Redis, back after 1 s",
        Disturbance.Pause => "pause and resume",
        Disturbance.Terminate => "SIGTERM a silo",
        _ => kind.ToString(),
    };
}
