using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Benchmarks.Eta;

/// <summary>Watches a job as a script does, by server-sent events, and notes each second what is known.</summary>
internal sealed class EtaWatch(HttpClient server, string job)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Stopwatch _wall = new();
    private readonly Stopwatch _ran = new();
    private readonly List<EtaSample> _samples = [];
    private ProgressUpdate? _newest;
    private double? _encoded;
    private double _cameAt;
    private (double Progress, double StepProgress) _place;
    private double _movedAt;
    private double _still;

    /// <summary>Follows it to its end.</summary>
    /// <param name="heard">Is given each update.</param>
    public async Task<EtaLog> FollowAsync(Action<ProgressUpdate> heard)
    {
        using var over = new CancellationTokenSource();
        var sampling = SampleAsync(over.Token);
        try
        {
            await using var stream = await server.GetStreamAsync(new Uri($"/api/v1/assembly/jobs/{job}/events", UriKind.Relative));
            await foreach (var item in SseParser.Create(stream).EnumerateAsync())
            {
                var update = JsonSerializer.Deserialize<ProgressMessage>(item.Data, AssemblyJson.Options)!.Data;
                Hear(update);
                heard(update);
            }
        }
        finally
        {
            await over.CancelAsync();
            await sampling;
        }

        return _newest is { Status: JobStatus.Completed }
            ? new EtaLog(_samples, _ran.Elapsed.TotalSeconds, _cameAt, _still)
            : throw new InvalidOperationException($"The job is not completed but {_newest?.Status}: {_newest?.Error?.Detail}");
    }

    /// <summary>Another job or server has come, which nobody could foresee.</summary>
    public void SomebodyCame()
    {
        lock (_gate)
        {
            _cameAt = _ran.Elapsed.TotalSeconds;
        }
    }

    private void Hear(ProgressUpdate update)
    {
        lock (_gate)
        {
            if (update.Status == JobStatus.Running)
            {
                _wall.Start();
                _ran.Start();
            }
            else
            {
                _ran.Stop();
            }

            if (update.StepIndex >= EtaSample.Encoding)
            {
                _encoded ??= _ran.Elapsed.TotalSeconds;
            }

            if (_place != (update.Progress, update.StepProgress))
            {
                var now = _ran.Elapsed.TotalSeconds;
                (_still, _movedAt, _place) = (Math.Max(_still, now - _movedAt), now, (update.Progress, update.StepProgress));
            }

            _newest = update;
        }
    }

    private async Task SampleAsync(CancellationToken over)
    {
        using var timer = new PeriodicTimer(Period, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                lock (_gate)
                {
                    if (_newest is { Status: JobStatus.Running or JobStatus.Paused } update)
                    {
                        _samples.Add(new EtaSample(_wall.Elapsed.TotalSeconds, _ran.Elapsed.TotalSeconds, _encoded, update));
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job has ended.
        }
    }
}
