using OrleansAssembly.Testing;

namespace OrleansAssembly.SystemTests;

/// <summary>Several servers over one Redis and one media root. Each can be killed, ended and replaced by a new one.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    /// <summary>A paused job gives its slots back soon, so that others go on.</summary>
    public static readonly IReadOnlyDictionary<string, string> ShortHold = new Dictionary<string, string> { ["Jobs__HoldLimit"] = "00:00:01" };

    private readonly Lock _lock = new();
    private readonly List<ServerProcess> _all = [];
    private readonly List<ServerProcess> _living = [];
    private readonly DirectoryInfo _tools = Directory.CreateTempSubdirectory("drill-tools-");
    private readonly IReadOnlyList<string> _options;
    private readonly Dictionary<string, string> _environment;

    private SiloCluster(RedisProcess redis, int segmentSeconds, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> options)
    {
        Redis = redis;
        Encodes = new EncodeLog(_tools.FullName);
        _options = ["--redis", redis.Address, .. options];
        _environment = new(environment) { ["Media__SegmentSeconds"] = $"{segmentSeconds}", ["Media__Ffmpeg"] = Encodes.Program };
    }

    public Workplace Place { get; } = new();

    public RedisProcess Redis { get; }

    public EncodeLog Encodes { get; }

    /// <summary>The servers that are up and that nobody has ended.</summary>
    public IReadOnlyList<ServerProcess> Living
    {
        get
        {
            lock (_lock)
            {
                return [.. _living];
            }
        }
    }

    /// <summary>Any server that lives.</summary>
    public ServerProcess Any => Living[0];

    /// <summary>Starts servers on the loopback address.</summary>
    /// <param name="segmentSeconds">Longest segment.</param>
    public static Task<SiloCluster> StartAsync(int silos, int segmentSeconds, params IReadOnlyList<string> options) =>
        StartAsync(silos, segmentSeconds, new Dictionary<string, string>(), options);

    /// <param name="environment">What the servers find in their environment.</param>
    public static async Task<SiloCluster> StartAsync(int silos, int segmentSeconds, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> options)
    {
        var cluster = new SiloCluster(await RedisProcess.StartAsync(), segmentSeconds, environment, options);
        await cluster.StartAllAsync([.. Enumerable.Repeat<NetworkSpace?>(null, silos)]);
        return cluster;
    }

    /// <summary>Starts a server in each network of its own, and Redis where all reach it.</summary>
    public static async Task<SiloCluster> StartAsync(NetworkSpaces networks, int segmentSeconds, params IReadOnlyList<string> options)
    {
        var cluster = new SiloCluster(await RedisProcess.StartAsync(networks.Here), segmentSeconds, new Dictionary<string, string>(), options);
        await cluster.StartAllAsync(networks.Spaces);
        return cluster;
    }

    /// <summary>Starts one more server; it counts as living when it takes calls.</summary>
    public async Task<ServerProcess> AddAsync(NetworkSpace? network = null)
    {
        var environment = new Dictionary<string, string>(_environment);
        IReadOnlyList<string> command = ["dotnet", ServerProcess.Program, "--port", "0", "--media", Place.Media.Root, "--data", Place.Data, .. _options];
        if (network is not null)
        {
            environment["Silo__Address"] = $"{network.Address}";
            command = [.. network.Enter, .. command, "--host", $"{network.Address}"];
        }

        var server = await ServerProcess.StartCommandAsync(command, environment);
        lock (_lock)
        {
            _all.Add(server);
            _living.Add(server);
        }

        return server;
    }

    /// <summary>From now on nobody asks this server any more.</summary>
    public void Leave(ServerProcess server)
    {
        lock (_lock)
        {
            _living.Remove(server);
        }
    }

    /// <summary>Asks a server again that nobody asked for a while.</summary>
    public void Return(ServerProcess server)
    {
        lock (_lock)
        {
            _living.Add(server);
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill(ServerProcess server)
    {
        Leave(server);
        server.Kill();
    }

    /// <summary>The server that took the job in: its grain lives there until something moves it.</summary>
    public ServerProcess OwnerOf(string job) =>
        Living.First(server => server.Lines.Any(line => line.Contains($"Job {job} submitted", StringComparison.Ordinal)));

    public ClusterWatch Watch(string job) => new(() => Living, job);

    private async Task StartAllAsync(IReadOnlyList<NetworkSpace?> networks)
    {
        try
        {
            await Task.WhenAll(networks.Select(AddAsync));
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>What all servers, the dead too, have said of this job, or of trouble, since it was submitted.</summary>
    public string Excerpt(string job)
    {
        var said = _all.SelectMany(server => server.Lines.Select(line => (Line: line, Server: server.Pid))).OrderBy(entry => entry.Line, StringComparer.Ordinal);
        return string.Join('\n', said
            .SkipWhile(entry => !entry.Line.Contains(job, StringComparison.Ordinal))
            .Where(entry => entry.Line.Contains("OrleansAssembly.", StringComparison.Ordinal) || entry.Line.Contains(" fail:", StringComparison.Ordinal))
            .Select(entry => $"[{entry.Server}] {(entry.Line.Length > 300 ? entry.Line[..300] : entry.Line)}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _all)
        {
            await server.DisposeAsync();
        }

        await Redis.DisposeAsync();
        Place.Dispose();
        _tools.Delete(recursive: true);
    }
}
