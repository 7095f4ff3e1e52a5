using System.Net;
using System.Security.Cryptography;
using Garnet;
using Garnet.server;
using Garnet.server.Auth.Settings;
using StackExchange.Redis;
using Tsavorite.core;

namespace OrleansAssembly.Server.Hosting;

/// <summary>
/// A store that speaks Redis, inside this process and durable in a folder: what the server uses where no Redis is configured.
/// A write is acknowledged after it is on disk.
/// </summary>
public sealed class EmbeddedStore : IDisposable
{
    private readonly GarnetServer _garnet;
    private readonly FileStream _lock;

    private EmbeddedStore(GarnetServer garnet, FileStream held, string connectionString)
    {
        _garnet = garnet;
        _lock = held;
        ConnectionString = connectionString;
    }

    /// <summary>How to reach it from this machine. Changes with every start.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts the store on a free port of the loopback address with what an earlier life left in <paramref name="data"/><c>/store</c>.</summary>
    /// <exception cref="StartException">When another process uses the folder, or it cannot be written.</exception>
    public static async Task<EmbeddedStore> StartAsync(string data, ILoggerFactory? loggers = null)
    {
        var folder = Path.Combine(data, "store");
        var held = Lock(data, folder);
        GarnetServer? garnet = null;
        try
        {
            var port = FreePort.Next();

            // Without a secret any page in a browser on this machine could post commands to the port.
            var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
            garnet = new GarnetServer(Options(folder, port, secret), loggers);
            garnet.Start();
            var store = new EmbeddedStore(garnet, held, $"127.0.0.1:{port},password={secret}");
            await store.BeginAnewAsync();
            return store;
        }
        catch
        {
            garnet?.Dispose();
            held.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _garnet.Dispose();
        _lock.Dispose();
    }

    /// <summary>
    /// Makes a checkpoint of what was recovered, before anything is written: the log of the earlier life is cut by it. If that life was killed within a MULTI, the log holds
    /// its beginning without an end; sessions are numbered from 0 in each life, so a MULTI of this one would seem to be nested in it, and no later start could read the log (seen).
    /// </summary>
    private async Task BeginAnewAsync()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString + ",allowAdmin=true");
        await connection.GetDatabase().ExecuteAsync("SAVE");
    }

    private static FileStream Lock(string data, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The data folder {data} cannot be made or written: choose another with --data.", e);
        }

        try
        {
            // Held for as long as the process lives; the system lets go of it even after kill -9.
            return new FileStream(Path.Combine(data, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new StartException($"Another server uses the data folder {data}: stop it, or choose another folder with --data.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartException($"The data folder {data} cannot be written: choose another with --data.", e);
        }
    }

    private static GarnetServerOptions Options(string folder, int port, string secret) => new(null)
    {
        EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
        AuthSettings = new PasswordAuthenticationSettings(secret),
        QuietMode = true,
        MaxDatabases = 1,

        // Orleans writes its state with EVAL.
        EnableLua = true,
        LuaOptions = new LuaOptions(),

        // What does not fit in memory goes to disk; without the tier the store forgets it silently (measured: 300 MB written, 235 MB gone).
        EnableStorageTier = true,
        LogDir = Path.Combine(folder, "log"),
        CompactionFrequencySecs = 60,
        CompactionType = LogCompactionType.Lookup,
        CompactionMaxSegments = 4,

        // Durable: each write waits for its log record to be on disk.
        CheckpointDir = folder,
        EnableAOF = true,
        Recover = true,
        FailOnRecoveryError = true,
        CommitFrequencyMs = 0,
        WaitForCommit = true,

        // The default native device ends the process at its first write where libaio or a new glibc is missing.
        DeviceType = DeviceType.RandomAccess,

        // A small machine beside encoders: about 60 MB idle, at most some 400 MB. At the size limit the log is checkpointed and cut, so the disk stays bounded.
        LogMemorySize = "256m",
        PageSize = "1m",
        SegmentSize = "64m",
        ObjectLogSegmentSize = "64m",
        IndexMemorySize = "1m",
        IndexMaxMemorySize = "64m",
        AofMemorySize = "16m",
        AofPageSize = "4m",
        AofSegmentSize = "64m",
        AofSizeLimit = "64m",
        BufferPoolMemoryBudget = "64m",
    };
}
