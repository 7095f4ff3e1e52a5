using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace OrleansAssembly.Media.Tests.Sources;

public sealed class OrphanTests
{
    private const string PidFile = "MEDIA_TESTS_PID_FILE";

    [Fact]
    public async Task KillOfTheServer_LeavesNoChild()
    {
        var pidFile = Path.Combine(Path.GetTempPath(), $"media-tests-{Guid.NewGuid():N}.pid");
        using var timely = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timely.CancelAfter(TimeSpan.FromSeconds(40));

        // This very program, running only the test below, stands for the server.
        var program = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "OrleansAssembly.Media.Tests"),
            ["-explicit", "only", "-method", $"{typeof(OrphanTests).FullName}.{nameof(Server_ThatEncodesForEver)}"])
        {
            RedirectStandardOutput = true,
            Environment = { [PidFile] = pidFile },
        };
        using var server = Process.Start(program)!;
        try
        {
            await UntilAsync(() => File.Exists(pidFile) && File.ReadAllText(pidFile).EndsWith('\n'), "The server's child did not start", timely.Token);
            var child = File.ReadAllText(pidFile).Trim();
            Assert.Equal("ffmpeg", File.ReadAllText($"/proc/{child}/comm").Trim());

            server.Kill();
            await UntilAsync(() => !Directory.Exists($"/proc/{child}") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z ", StringComparison.Ordinal), "The child outlived its server", timely.Token);
        }
        finally
        {
            server.Kill();
            File.Delete(pidFile);
        }
    }

    [Fact(Explicit = true)]
    public async Task Server_ThatEncodesForEver()
    {
        var pidFile = Environment.GetEnvironmentVariable(PidFile);
        Assert.SkipWhen(pidFile is null, "Only the test above runs this, in a process of its own");
        var runner = new FfmpegRunner(Options.Create(new MediaOptions()), TimeProvider.System, NullLogger<FfmpegRunner>.Instance);
        var pid = 0;
        await runner.RunAsync(
            ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25", "-f", "null", "-"],
            Path.GetTempPath(),
            _ => File.WriteAllText(pidFile!, pid == 0 ? "" : pid.ToString(CultureInfo.InvariantCulture) + "\n"), // its first word may come before its number
            TestContext.Current.CancellationToken,
            id => pid = id);
    }

    private static async Task UntilAsync(Func<bool> condition, string otherwise, CancellationToken cancel)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        try
        {
            while (!condition())
            {
                await tick.WaitForNextTickAsync(cancel);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(otherwise);
        }
    }
}
