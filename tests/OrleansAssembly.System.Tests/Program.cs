using OrleansAssembly.SystemTests.Drill;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace OrleansAssembly.SystemTests;

/// <summary>Runs the tests, as the entry point that xunit generates would, or by hand what is too long for a test.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        ["drill" or "load" or "--help", ..] => ByHand.RunAsync(args),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
