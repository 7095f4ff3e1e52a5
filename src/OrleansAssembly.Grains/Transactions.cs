using StackExchange.Redis;

namespace OrleansAssembly.Grains;

internal static class Transactions
{
    /// <summary>
    /// Executes a transaction away from the caller's thread: where it has conditions the client waits for the store's answer on the thread that it is called on
    /// (StackExchange.Redis issue 2683), and where the store hangs a grain would stand still for as long. False where a condition did not hold.
    /// </summary>
    public static Task<bool> CommitAsync(this ITransaction change) => Task.Run(() => change.ExecuteAsync());
}
