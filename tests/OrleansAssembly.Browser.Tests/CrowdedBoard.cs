using OrleansAssembly.SystemTests;

namespace OrleansAssembly.Browser.Tests;

/// <summary>A server with a thousand jobs that all wait, because it has no encoder.</summary>
public sealed class CrowdedBoard : Chromium
{
    internal const int Jobs = 1000;

    private const int AtOnce = 16;

    private protected override int Slots => 0;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForAsync(0, Jobs, options, async (i, _) => await Server.SubmitAsync(Workplace.Small($"Scene {i:0000}", project: i % 10 == 0 ? "lighthouse" : "harbour")));
    }
}
