using Microsoft.Extensions.Logging;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>Wakes the jobs that are not ended when a silo starts, and whenever one leaves: whoever ran them may be gone.</summary>
public sealed partial class Recovery(
    JobCatalogue catalogue,
    IGrainFactory grains,
    ISiloStatusOracle membership,
    TimeProvider time,
    ILogger<Recovery> log) : ILifecycleParticipant<ISiloLifecycle>, ISiloStatusListener, IDisposable
{
    private const int Parallel = 16;
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _wanted = new(1);
    private Task _loop = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(Recovery), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead && _wanted.CurrentCount == 0)
        {
            _wanted.Release();
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _wanted.Dispose();
    }

    private Task StartAsync(CancellationToken cancel)
    {
        membership.SubscribeToSiloStatusEvents(this);
        _loop = Task.Run(LoopAsync, cancel);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancel)
    {
        membership.UnSubscribeFromSiloStatusEvents(this);
        await _stopping.CancelAsync();
        await _loop;
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                await _wanted.WaitAsync(_stopping.Token);
                while (!await TouchAllAsync())
                {
                    await Task.Delay(Again, time, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task<bool> TouchAllAsync()
    {
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = _stopping.Token };
            await System.Threading.Tasks.Parallel.ForEachAsync(
                catalogue.ListActiveAsync(_stopping.Token), options, async (id, _) => await grains.GetGrain<IJobGrain>(id).TouchAsync());
            return true;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            LogFailed(log, failure);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Not every unfinished job could be woken; trying again.")]
    private static partial void LogFailed(ILogger log, Exception failure);
}
