using System.Globalization;

namespace OrleansAssembly.SystemTests.Drill;

/// <summary>What takes too long for a test: the same by hand, for as long as is wanted.</summary>
internal static class ByHand
{
    private const string Usage = """
        OrleansAssembly.System.Tests: runs its tests; or by hand

          drill [--rounds N] [--seed S]   the kill drill                                         default: 100 rounds, a new seed
          load [--seconds N]              three silos under full encoder load                    default: 300 s
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["drill", ..] && TryRead(args, out var options))
        {
            var rounds = await KillDrill.RunAsync(options.GetValueOrDefault("--rounds", 100), options.GetValueOrDefault("--seed", Random.Shared.Next()), Say);
            return rounds.All(round => round.IsGood) ? 0 : 1;
        }

        if (args is ["load", ..] && TryRead(args, out options))
        {
            var time = TimeSpan.FromSeconds(options.GetValueOrDefault("--seconds", 300));
            if (FullLoad.Obstacle(time) is { } obstacle)
            {
                await Console.Error.WriteLineAsync(obstacle);
                return 3;
            }

            var load = await FullLoad.RunAsync(time, Say);
            return load.IsGood ? 0 : 1;
        }

        Console.WriteLine(Usage);
        return args is ["--help"] ? 0 : 2;
    }

    private static void Say(string line) => Console.WriteLine(line);

    private static bool TryRead(string[] args, out Dictionary<string, int> options)
    {
        options = [];
        for (var i = 1; i < args.Length; i += 2)
        {
            if (args[i] is not ("--rounds" or "--seed" or "--seconds") || i + 1 == args.Length
                || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            options[args[i]] = number;
        }

        return true;
    }
}
