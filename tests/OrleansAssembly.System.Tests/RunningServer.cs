namespace OrleansAssembly.SystemTests;

/// <summary>A server of two slots over the embedded store, for tests that leave it running.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    public const int Slots = 2;

    internal Workplace Place { get; } = new();

    internal ServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await Place.StartAsync("--slots", $"{Slots}");

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Place.Dispose();
    }
}
