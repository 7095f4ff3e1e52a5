using System.Globalization;
using System.Net;

namespace OrleansAssembly.Server.Hosting;

/// <summary>Which part of the work a server does.</summary>
[Flags]
public enum ServerRole
{
    /// <summary>Answers people and scripts; runs no encoder.</summary>
    Frontend = 1,

    /// <summary>Lends encoder slots; its HTTP side only tells whether it is well.</summary>
    Encoder = 2,

    Both = Frontend | Encoder,
}

/// <summary>What a server is started with. Each has a command line option and, in brackets, a configuration key.</summary>
public sealed record ServerSettings
{
    public const string Usage = """
        OrleansAssembly.Server: the assembly service

          --port N            port of the HTTP API and page; 0 takes a free one    [Server:Port]             default: 8080
          --host ADDRESS      address to listen on                                 [Server:Host]             default: 127.0.0.1
          --media DIR         media root: sources, work and exports                [Media:Root]              default: media
          --data DIR          folder of the embedded store                         [Server:Data]             default: data
          --redis HOST:PORT   use this Redis 7 instead of the embedded store       [ConnectionStrings:Redis]
          --slots N           encodes at once; 0 for none                          [Encoder:Slots]           default: one per core
          --role ROLE         frontend, encoder or both                            [Server:Role]             default: both
          --path-base PATH    everything also answers below this path, e.g. /films [Server:PathBase]         default: none
          --drain SECONDS     on SIGTERM running pieces get so long to finish      [Encoder:DrainLimit]      default: 25
          --silo-address IP   where the other servers of the cluster reach this    [Silo:Address]            default: 127.0.0.1
          --silo-port N       its port; 0 takes a free one                         [Silo:Port]               default: 0
          --help              this text

        Settings may also come from the environment: Server__Port, ConnectionStrings__Redis, ...
        Servers with the same --redis are one cluster: they share the jobs, the encoder slots, and the media root, which must be the same files to all.
        SIGTERM drains: no new work, and what runs may finish. Ctrl-C, or a second SIGTERM, stops at once; what ran is done again at the next start.
        """;

    private static readonly Dictionary<string, string> Options = new(StringComparer.Ordinal)
    {
        ["--port"] = "Server:Port",
        ["--host"] = "Server:Host",
        ["--media"] = "Media:Root",
        ["--data"] = "Server:Data",
        ["--redis"] = "ConnectionStrings:Redis",
        ["--slots"] = "Encoder:Slots",
        ["--role"] = "Server:Role",
        ["--path-base"] = "Server:PathBase",
        ["--drain"] = "Encoder:DrainLimit",
        ["--silo-address"] = "Silo:Address",
        ["--silo-port"] = "Silo:Port",
    };

    /// <summary>TCP port; 0 takes a free one.</summary>
    public required int Port { get; init; }

    public required IPAddress Host { get; init; }

    /// <summary>Absolute path.</summary>
    public required string Media { get; init; }

    /// <summary>Absolute path.</summary>
    public required string Data { get; init; }

    /// <summary>StackExchange.Redis configuration; null for the embedded store.</summary>
    public required string? Redis { get; init; }

    /// <summary>Encoder slots that this silo lends.</summary>
    public required int Slots { get; init; }

    public required ServerRole Role { get; init; }

    /// <summary>Path prefix below which people reach the server, with a leading and without a trailing slash; empty for none.</summary>
    public string PathBase { get; init; } = "";

    /// <summary>Seconds that running pieces get to finish when the server is asked to stop.</summary>
    public required int Drain { get; init; }

    /// <summary>Where the other silos reach this one.</summary>
    public required IPAddress SiloAddress { get; init; }

    /// <summary>TCP port of the silo; 0 takes a free one.</summary>
    public required int SiloPort { get; init; }

    /// <summary>Reads the command line over the environment. Either the settings or one line that says what is wrong.</summary>
    public static (ServerSettings? Settings, string? Mistake) Read(IReadOnlyList<string> args, IConfiguration environment)
    {
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Count; i++)
        {
            var split = args[i].IndexOf('=', StringComparison.Ordinal);
            var option = split < 0 ? args[i] : args[i][..split];
            if (!Options.TryGetValue(option, out var key))
            {
                return (null, $"Unknown option '{args[i]}'; --help lists them.");
            }

            if (split < 0 && i + 1 >= args.Count)
            {
                return (null, $"{option} needs a value.");
            }

            given[key] = split < 0 ? args[++i] : args[i][(split + 1)..];
        }

        string Value(string key, string fallback) => given.GetValueOrDefault(key) ?? environment[key] ?? fallback;

        var redis = Value("ConnectionStrings:Redis", "");
        if (!TryNumber(Value("Server:Port", "8080"), 65535, out var port))
        {
            return (null, $"--port must be a number from 0 to 65535, not '{Value("Server:Port", "")}'.");
        }

        if (!TryHost(Value("Server:Host", "127.0.0.1"), out var host))
        {
            return (null, $"--host must be an IP address or localhost, not '{Value("Server:Host", "")}'.");
        }

        if (!TryRole(Value("Server:Role", "both"), out var role))
        {
            return (null, $"--role must be frontend, encoder or both, not '{Value("Server:Role", "")}'.");
        }

        if (!TryNumber(Value("Encoder:Slots", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)), 1024, out var slots))
        {
            return (null, $"--slots must be a number from 0 to 1024, not '{Value("Encoder:Slots", "")}'.");
        }

        if (role != ServerRole.Both && redis.Length == 0)
        {
            return (null, $"--role {Value("Server:Role", "")} needs --redis: nobody else can join the embedded store, and one role alone makes no film.");
        }

        if (!TryPathBase(Value("Server:PathBase", ""), out var pathBase))
        {
            return (null, $"--path-base must be a path of letters, digits, '-', '_', '.' and '/', such as /films, not '{Value("Server:PathBase", "")}'.");
        }

        if (!TryNumber(Value("Encoder:DrainLimit", "25"), 86400, out var drain))
        {
            return (null, $"--drain must be a number of seconds from 0 to 86400, not '{Value("Encoder:DrainLimit", "")}'.");
        }

        if (!TryHost(Value("Silo:Address", "127.0.0.1"), out var siloAddress) || siloAddress.Equals(IPAddress.Any) || siloAddress.Equals(IPAddress.IPv6Any))
        {
            return (null, $"--silo-address must be one IP address of this machine, not '{Value("Silo:Address", "")}'.");
        }

        if (!TryNumber(Value("Silo:Port", "0"), 65535, out var siloPort))
        {
            return (null, $"--silo-port must be a number from 0 to 65535, not '{Value("Silo:Port", "")}'.");
        }

        return (new ServerSettings
        {
            Port = port,
            Host = host,
            Media = Path.GetFullPath(Value("Media:Root", "media")),
            Data = Path.GetFullPath(Value("Server:Data", "data")),
            Redis = redis.Length == 0 ? null : redis,
            Slots = role.HasFlag(ServerRole.Encoder) ? slots : 0,
            Role = role,
            PathBase = pathBase,
            Drain = drain,
            SiloAddress = siloAddress,
            SiloPort = siloPort,
        }, null);
    }

    /// <summary>The settings as configuration, for the options of the other rooms.</summary>
    public IEnumerable<KeyValuePair<string, string?>> AsConfiguration() =>
    [
        new("Media:Root", Media),
        new("Server:Role", Role.ToString().ToLowerInvariant()),
        new("Encoder:Slots", Slots.ToString(CultureInfo.InvariantCulture)),
        new("Encoder:DrainLimit", Drain.ToString(CultureInfo.InvariantCulture)),
        new("Silo:Address", SiloAddress.ToString()),
        new("Silo:Port", SiloPort.ToString(CultureInfo.InvariantCulture)),
    ];

    private static bool TryNumber(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;

    private static bool TryPathBase(string text, out string path)
    {
        path = "/" + text.Trim('/');
        var parts = path[1..].Split('/');
        if (path == "/")
        {
            path = "";
            return true;
        }

        return parts.All(part => part is not ("" or "." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
    }

    private static bool TryHost(string text, out IPAddress host)
    {
        if (text == "localhost")
        {
            host = IPAddress.Loopback;
            return true;
        }

        return IPAddress.TryParse(text, out host!);
    }

    private static bool TryRole(string text, out ServerRole role) =>
        Enum.TryParse(text, ignoreCase: true, out role) && Enum.IsDefined(role) && !char.IsAsciiDigit(text[0]);
}
