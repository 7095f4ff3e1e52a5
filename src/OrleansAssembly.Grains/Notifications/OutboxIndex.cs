using StackExchange.Redis;

namespace OrleansAssembly.Grains.Notifications;

/// <summary>Which outboxes have something to send: entered before it is stored, so that after a crash none is forgotten.</summary>
public sealed class OutboxIndex(IConnectionMultiplexer store)
{
    private const string Key = "{assembly}:outboxes";

    public Task EnterAsync(string scope) => store.GetDatabase().SetAddAsync(Key, scope);

    public Task LeaveAsync(string scope) => store.GetDatabase().SetRemoveAsync(Key, scope);

    public async IAsyncEnumerable<string> ListAsync()
    {
        await foreach (var scope in store.GetDatabase().SetScanAsync(Key))
        {
            yield return scope!;
        }
    }
}
