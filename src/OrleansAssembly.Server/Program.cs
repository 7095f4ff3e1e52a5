using OrleansAssembly.Server.Hosting;

namespace OrleansAssembly.Server;

/// <summary>The one executable: silo, HTTP API, hub and page.</summary>
public static class Program
{
    private const int BadOptions = 2;
    private const int CannotStart = 3;

    public static async Task<int> Main(string[] args)
    {
        if (args.Contains("--help"))
        {
            Console.WriteLine(ServerSettings.Usage);
            return 0;
        }

        var (settings, mistake) = ServerSettings.Read(args, new ConfigurationBuilder().AddEnvironmentVariables().Build());
        if (settings is null)
        {
            await Console.Error.WriteLineAsync(mistake);
            return BadOptions;
        }

        try
        {
            await using var server = await AssemblyServer.StartAsync(settings);
            Console.WriteLine($"ready {server.Address.GetLeftPart(UriPartial.Authority)}");
            await server.RunAsync();
            return 0;
        }
        catch (StartException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return CannotStart;
        }
    }
}
