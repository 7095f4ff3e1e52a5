using StackExchange.Redis;

namespace OrleansAssembly.Grains;

/// <summary>Whether the store answers, as its connection tells.</summary>
public sealed class StoreWatch : IDisposable
{
    private readonly IConnectionMultiplexer _store;
    private int _returns;

    public StoreWatch(IConnectionMultiplexer store)
    {
        _store = store;
        store.ConnectionRestored += OnRestored;
    }

    public bool IsAway => !_store.IsConnected;

    /// <summary>
    /// How often the store has come back. What was written just before it went may be gone: its log is synced once a second,
    /// so whoever wrote lately writes again when this grows.
    /// </summary>
    public int Returns => Volatile.Read(ref _returns);

    public void Dispose() => _store.ConnectionRestored -= OnRestored;

    private void OnRestored(object? sender, ConnectionFailedEventArgs e) => Interlocked.Increment(ref _returns);
}
