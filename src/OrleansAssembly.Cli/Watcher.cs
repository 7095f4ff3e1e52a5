using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using Spectre.Console;

namespace OrleansAssembly.Cli;

/// <summary>Shows a job until it has ended, then where its films are.</summary>
internal sealed class Watcher(IAnsiConsole console, ServerClient server, TimeProvider time)
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);

    /// <param name="media">The server's media root where that is on this machine: then the files' places are told too.</param>
    public async Task<int> WatchAsync(JobDetails job, string? media, CancellationToken cancellation)
    {
        try
        {
            var feed = new ProgressFeed(server, time).WatchAsync(job, cancellation);
            await (console.Profile.Capabilities.Interactive ? LiveAsync(job, feed, cancellation) : LinesAsync(feed, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.WriteLine("No longer watching; the job goes on. Watch it again with:");
            console.WriteLine($"  assembly watch {job.Id}");
            return ExitCode.Interrupted;
        }

        var ended = await server.JobAsync(job.Id, cancellation);
        if (ended.Value is null)
        {
            return Report.Problem(console, ended.Problem!);
        }

        new Report(console, server).End(ended.Value, media);
        return ended.Value.Status == JobStatus.Completed ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task LinesAsync(IAsyncEnumerable<WatchModel> feed, CancellationToken cancellation)
    {
        var lines = new WatchLines();
        await foreach (var model in feed.WithCancellation(cancellation))
        {
            var now = time.GetUtcNow();
            if (lines.Next(model.Show(now, time.LocalTimeZone), now) is { } line)
            {
                // Straight to the output: a log keeps its long lines whole.
                await console.Profile.Out.Writer.WriteLineAsync(line);
                await console.Profile.Out.Writer.FlushAsync(cancellation);
            }
        }
    }

    private async Task LiveAsync(JobDetails job, IAsyncEnumerable<WatchModel> feed, CancellationToken cancellation)
    {
        var model = WatchModel.Of(job, time.GetUtcNow());
        await console.Live(Draw(model)).AutoClear(false).StartAsync(async screen =>
        {
            var reading = ReadAsync();
            using var tick = new PeriodicTimer(Redraw, time);
            while (!reading.IsCompleted)
            {
                await Task.WhenAny(reading, tick.WaitForNextTickAsync(cancellation).AsTask());
                screen.UpdateTarget(Draw(Volatile.Read(ref model)));
            }

            await reading;
        });

        async Task ReadAsync()
        {
            await foreach (var next in feed.WithCancellation(cancellation))
            {
                Volatile.Write(ref model, next);
            }
        }
    }

    private Spectre.Console.Rendering.IRenderable Draw(WatchModel model) =>
        WatchScreen.Draw(model.Show(time.GetUtcNow(), time.LocalTimeZone), console.Profile.Width, console.Profile.Capabilities.Unicode);
}
