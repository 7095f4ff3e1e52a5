using StackExchange.Redis;

namespace OrleansAssembly.Grains;

/// <summary>Whether the store answers: its connection tells, and a ping each second, since a store that hangs keeps its connections.</summary>
public sealed class StoreWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    private readonly IConnectionMultiplexer _store;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private Task _ping = Task.CompletedTask;
    private long _pingedAt;
    private volatile bool _hangs;
    private int _returns;
    private long _latency;

    public StoreWatch(IConnectionMultiplexer store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        store.ConnectionRestored += OnRestored;
        _timer = time.CreateTimer(_ => Look(), null, Period, Period);
    }

    /// <summary>How long the last answer took; null where none came, or the store is away.</summary>
    public TimeSpan? Latency => IsAway || Volatile.Read(ref _latency) is not (> 0 and var ticks) ? null : TimeSpan.FromTicks(ticks);

    public bool IsAway => _hangs || !_store.IsConnected;

    /// <summary>
    /// How often the store has come back. What was written just before it went may be gone: its log is synced once a second,
    /// so whoever wrote lately writes again when this grows.
    /// </summary>
    public int Returns => Volatile.Read(ref _returns);

    public void Dispose()
    {
        _timer.Dispose();
        _store.ConnectionRestored -= OnRestored;
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs e) => Interlocked.Increment(ref _returns);

    private void Look()
    {
        lock (_gate)
        {
            if (!_ping.IsCompleted)
            {
                _hangs = _hangs || _time.GetElapsedTime(_pingedAt) > Limit;
                return;
            }

            var answered = _ping.Exception is null && !_ping.IsCanceled;
            if (_hangs && answered)
            {
                Interlocked.Increment(ref _returns);
            }

            _hangs = !answered;
            _pingedAt = _time.GetTimestamp();
            _ping = PingAsync();
        }
    }

    private async Task PingAsync() => Volatile.Write(ref _latency, (await _store.GetDatabase().PingAsync()).Ticks);
}
