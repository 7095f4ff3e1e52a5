using System.ComponentModel;
using System.Diagnostics;

namespace OrleansAssembly.Cli.Demo;

/// <summary>Runs ffmpeg for the demo's footage, on this machine and beside any server.</summary>
internal static class DemoFfmpeg
{
    /// <summary>Runs it; a <see cref="DemoException"/> tells what went wrong.</summary>
    public static async Task RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var (code, log) = await StartAsync(arguments, cancellation);
        if (code != 0)
        {
            throw new DemoException($"ffmpeg could not make {Path.GetFileName(arguments[^1])} (exit code {code}): {log}");
        }
    }

    public static async Task<bool> TryAsync(IReadOnlyList<string> arguments, CancellationToken cancellation) =>
        (await StartAsync(arguments, cancellation)).Code == 0;

    private static async Task<(int Code, string Log)> StartAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        string[] common = ["-nostdin", "-v", "error", "-y"];
        using var process = new Process { StartInfo = new ProcessStartInfo("ffmpeg", [.. common, .. arguments]) { RedirectStandardError = true } };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            throw new DemoException("ffmpeg is not installed here, and the demo's footage is made with it: apt-get install ffmpeg");
        }

        try
        {
            var log = await process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, log.Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
