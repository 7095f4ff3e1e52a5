using StackExchange.Redis;

namespace OrleansAssembly.Server.Hosting;

/// <summary>The connection to the store, and the store itself where it is the embedded one. Opened before the silo, closed after it.</summary>
public sealed class Store : IAsyncDisposable
{
    private const int ReconnectMilliseconds = 500;
    private const int ConnectMilliseconds = 2000;
    private const int KeepAliveSeconds = 5;
    private const int AnswerMilliseconds = 5000;

    private readonly EmbeddedStore? _embedded;

    private Store(IConnectionMultiplexer connection, EmbeddedStore? embedded)
    {
        Connection = connection;
        _embedded = embedded;
    }

    public IConnectionMultiplexer Connection { get; }

    /// <exception cref="StartException">When the store cannot be started or does not answer.</exception>
    public static async Task<Store> OpenAsync(ServerSettings settings)
    {
        if (settings.Redis is { } redis)
        {
            return new Store(await ConnectAsync(redis), null);
        }

        var embedded = await EmbeddedStore.StartAsync(settings.Data);
        try
        {
            var connection = await ConnectAsync(embedded.ConnectionString);
            await SiloWiring.ForgetSilosAsync(connection);
            return new Store(connection, embedded);
        }
        catch
        {
            embedded.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        _embedded?.Dispose();
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(string text)
    {
        try
        {
            var options = ConfigurationOptions.Parse(text);
            options.ClientName = "orleans-assembly";

            // A store that is away is told at once, not after a queue has run into its limit; and it is soon seen to be back.
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.ReconnectRetryPolicy = new LinearRetry(ReconnectMilliseconds);
            options.ConnectTimeout = ConnectMilliseconds;
            options.KeepAlive = KeepAliveSeconds;
            options.AsyncTimeout = AnswerMilliseconds;
            return await ConnectionMultiplexer.ConnectAsync(options);
        }
        catch (Exception e) when (e is RedisException or ArgumentException or FormatException)
        {
            var place = text.Split(',')[0];
            throw new StartException($"No Redis answers at {place}: start it, or leave out --redis to use the embedded store.", e);
        }
    }
}
