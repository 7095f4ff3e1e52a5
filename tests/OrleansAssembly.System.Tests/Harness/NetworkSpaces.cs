using System.Globalization;
using System.Net;

namespace OrleansAssembly.SystemTests;

/// <summary>A network namespace with one address.</summary>
/// <param name="Name">Of the namespace, unique on this machine.</param>
/// <param name="Outside">Its link's end in the bridge.</param>
internal sealed record NetworkSpace(string Name, string Outside, IPAddress Address)
{
    /// <summary>What to put before a command that is to run in it.</summary>
    public IReadOnlyList<string> Enter => ["ip", "netns", "exec", Name];
}

/// <summary>Network namespaces around a bridge that this process reaches too. What is cut is silent: packets vanish, nobody is told.</summary>
internal sealed class NetworkSpaces : IAsyncDisposable
{
    /// <summary>Nobody has it.</summary>
    private const string NoMac = "02:00:00:00:00:01";

    private readonly string _bridge;

    private NetworkSpaces(string prefix, string net, int count)
    {
        _bridge = prefix + "b";
        Here = IPAddress.Parse(net + "1");
        Spaces = [.. Enumerable.Range(0, count).Select(i => new NetworkSpace($"{prefix}n{i}", $"{prefix}v{i}", IPAddress.Parse($"{net}{i + 2}")))];
    }

    /// <summary>This process' own address on the bridge.</summary>
    public IPAddress Here { get; }

    public IReadOnlyList<NetworkSpace> Spaces { get; }

    /// <summary>Skips the test where the machine has no namespaces, or forbids them.</summary>
    public static async Task<NetworkSpaces> MakeAsync(int count)
    {
        // Unique by the process; the addresses are of a net that no interface here has.
        var prefix = string.Create(CultureInfo.InvariantCulture, $"oa{Environment.ProcessId}");
        var (_, taken, _) = await TryAsync("-o", "-4", "address");
        var net = Enumerable.Range(0, 100)
            .Select(_ => string.Create(CultureInfo.InvariantCulture, $"10.{Random.Shared.Next(100, 255)}.{Random.Shared.Next(255)}."))
            .First(candidate => !taken.Contains(candidate, StringComparison.Ordinal));
        var spaces = new NetworkSpaces(prefix, net, count);
        if (await spaces.BuildAsync() is { } refused)
        {
            await spaces.DisposeAsync();
            Assert.Skip($"This machine gives no network namespaces: {refused}");
        }

        return spaces;
    }

    /// <summary>Cuts one off from everything: the others, Redis, and this process.</summary>
    public static Task CutAsync(NetworkSpace space) => MustAsync("link", "set", space.Outside, "nomaster");

    public Task HealAsync(NetworkSpace space) => MustAsync("link", "set", space.Outside, "master", _bridge);

    /// <summary>Cuts one off from the other namespaces only: what they send each other goes to an address that nobody has.</summary>
    public async Task CutFromOthersAsync(NetworkSpace space)
    {
        foreach (var other in Spaces.Where(other => other != space))
        {
            await MustAsync("-n", space.Name, "neigh", "replace", $"{other.Address}", "lladdr", NoMac, "nud", "permanent", "dev", "eth0");
            await MustAsync("-n", other.Name, "neigh", "replace", $"{space.Address}", "lladdr", NoMac, "nud", "permanent", "dev", "eth0");
        }
    }

    public async Task HealFromOthersAsync(NetworkSpace space)
    {
        foreach (var other in Spaces.Where(other => other != space))
        {
            await MustAsync("-n", space.Name, "neigh", "del", $"{other.Address}", "dev", "eth0");
            await MustAsync("-n", other.Name, "neigh", "del", $"{space.Address}", "dev", "eth0");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var space in Spaces)
        {
            // The link goes with its namespace, but only when the last process in it has ended: so it is taken away by itself.
            await TryAsync("link", "del", space.Outside);
            await TryAsync("netns", "del", space.Name);
        }

        await TryAsync("link", "del", _bridge);
    }

    /// <summary>Null, or why it cannot be done.</summary>
    private async Task<string?> BuildAsync()
    {
        List<string[]> steps =
        [
            ["link", "add", _bridge, "type", "bridge"],
            ["address", "add", $"{Here}/24", "dev", _bridge],
            ["link", "set", _bridge, "up"],
            .. Spaces.SelectMany(space => new string[][]
            {
                ["netns", "add", space.Name],
                ["link", "add", space.Outside, "type", "veth", "peer", "name", "eth0", "netns", space.Name],
                ["link", "set", space.Outside, "master", _bridge, "up"],
                ["-n", space.Name, "address", "add", $"{space.Address}/24", "dev", "eth0"],
                ["-n", space.Name, "link", "set", "eth0", "up"],
                ["-n", space.Name, "link", "set", "lo", "up"],
            }),
        ];
        foreach (var step in steps)
        {
            var (code, _, errors) = await TryAsync(step);
            if (code != 0)
            {
                return $"ip {string.Join(' ', step)}: {errors.Trim()}";
            }
        }

        return null;
    }

    private static async Task MustAsync(params string[] arguments)
    {
        var (code, _, errors) = await TryAsync(arguments);
        Assert.True(code == 0, $"ip {string.Join(' ', arguments)}: {errors}");
    }

    private static async Task<(int Code, string Output, string Errors)> TryAsync(params string[] arguments)
    {
        try
        {
            return await Processes.RunAsync("ip", arguments);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, "", e.Message); // there is no such program
        }
    }
}
