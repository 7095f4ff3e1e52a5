namespace OrleansAssembly.Grains;

/// <summary>How a silo leaves: it takes nothing new, lets what runs come to its end for a while, and gives the rest back.</summary>
public sealed partial class EncoderHost
{
    /// <summary>So long the last reports are on their way to their jobs. One that comes too late costs nothing but time: the job sees that the silo is gone.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationTokenSource _hurry = new();
    private Task? _drained;

    /// <summary>True from the moment on at which the silo was asked to leave.</summary>
    public bool Draining => _leaving.IsCancellationRequested;

    /// <summary>Gives back what has not ended after <see cref="EncoderOptions.DrainLimit"/>. Asked again it is the same drain.</summary>
    /// <param name="hurry">Gives back at once what still runs.</param>
    public async Task DrainAsync(CancellationToken hurry)
    {
        await using var cut = hurry.UnsafeRegister(_ => _hurry.Cancel(), null);
        Task drained;
        lock (_gate)
        {
            drained = _drained ??= DrainOnceAsync();
        }

        await drained;
    }

    /// <summary>
    /// Stopped before everything else of the silo: grains still get calls and streams still bring reports, so that the jobs hear of each end.
    /// At the next stage the streams of this silo stand still.
    /// </summary>
    private void ParticipateInLeaving(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(EncoderHost), ServiceLifecycleStage.Last, _ => Task.CompletedTask, DrainAsync);

    private async Task DrainOnceAsync()
    {
        await _leaving.CancelAsync(); // from here on nothing is begun, and the scheduler is told
        var running = _running.Values.ToList();
        if (running.Count == 0)
        {
            return;
        }

        LogDraining(log, running.Count, options.Value.DrainLimit);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.DrainLimit), time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _hurry.Token);
        try
        {
            await GiveBackAsync(running.Where(work => work.Held)); // paused: nobody knows for how long
            await Task.WhenAll(running.Select(work => work.Completion)).WaitAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            await GiveBackAsync(running);
        }

        if (!_hurry.IsCancellationRequested)
        {
            await Task.Delay(Farewell, time);
        }
    }

    private Task GiveBackAsync(IEnumerable<RunningWork> works)
    {
        var rest = works.Where(work => !work.Completion.IsCompleted).ToList();
        if (rest.Count > 0)
        {
            LogGivenBack(log, rest.Count);
        }

        return Task.WhenAll(rest.Select(work => work.StopAsync()));
    }
}
