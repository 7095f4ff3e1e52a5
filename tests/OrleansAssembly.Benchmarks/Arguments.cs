using System.Globalization;

namespace OrleansAssembly.Benchmarks;

/// <summary>Options of a command: names, each followed by its value.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _given = [];

    /// <summary>The options, or null where one is unknown or has no value.</summary>
    public static Arguments? Read(IReadOnlyList<string> args, params IReadOnlyList<string> known)
    {
        var read = new Arguments();
        for (var index = 0; index < args.Count; index += 2)
        {
            if (index + 1 == args.Count || !known.Contains(args[index]))
            {
                return null;
            }

            read._given[args[index]] = args[index + 1];
        }

        return read;
    }

    public string? Text(string name) => _given.GetValueOrDefault(name);

    /// <summary>A whole number from 1 on; where nothing is given the fallback, and 0 where it is no such number.</summary>
    public int Number(string name, int fallback) =>
        Text(name) is not { } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : 0;
}
