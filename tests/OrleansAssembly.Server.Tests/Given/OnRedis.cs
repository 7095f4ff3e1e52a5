using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Testing;

namespace OrleansAssembly.Server.Tests.Given;

/// <summary>A Redis and a folder for servers that a test starts itself, gone with the test.</summary>
public abstract class OnRedis : IAsyncLifetime
{
    protected TempFolder Folder { get; } = new();

    protected RedisProcess Redis { get; } = new();

    public ValueTask InitializeAsync() => Redis.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await Redis.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <param name="media">The media root.</param>
    /// <param name="more">Further options of the command line.</param>
    protected Task<AssemblyServer> StartAsync(string media, params string[] more) => AssemblyServer.StartAsync(ServerSettings.Read(
        ["--port", "0", "--redis", Redis.Address, "--data", Folder.Below("data"), "--media", media, .. more],
        new ConfigurationBuilder().Build()).Settings!);
}
