using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;

namespace OrleansAssembly.Server.Hosting;

/// <summary>
/// Before this silo joins, takes out of the membership those that are certainly gone: nobody listens at their address any more (the connection is refused, and not just
/// unanswered), and they have not written their sign of life. A server that was killed and starts again need not wait until its earlier life counts as dead.
/// </summary>
internal sealed partial class DepartedSilos(
    IClusterMembershipService cluster,
    IMembershipTable table,
    ILocalSiloDetails local,
    Microsoft.Extensions.Options.IOptions<ClusterMembershipOptions> options,
    TimeProvider time,
    ILogger<DepartedSilos> log) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>Signs of life that must be missing.</summary>
    private const int Missed = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Answer = TimeSpan.FromMilliseconds(500);

    /// <summary>After the table is open, and before the members are asked whether they can be reached.</summary>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(DepartedSilos), ServiceLifecycleStage.RuntimeGrainServices + 1, RemoveAsync);

    private async Task RemoveAsync(CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        try
        {
            while (await AnyYetAsync(cancel) && time.GetElapsedTime(started) < Limit)
            {
                await Task.Delay(Period, time, cancel);
            }
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            LogFailed(log, failure); // then they count as dead when the others have noticed
        }
    }

    /// <summary>Removes who is gone; true where somebody is left who is, or whose last sign of life is too fresh to tell.</summary>
    private async Task<bool> AnyYetAsync(CancellationToken cancel)
    {
        var waiting = false;
        var fresh = options.Value.IAmAliveTablePublishTimeout * Missed;
        foreach (var (entry, _) in (await table.ReadAllAsync(cancel)).Members)
        {
            if (entry.Status != SiloStatus.Active || entry.SiloAddress.Equals(local.SiloAddress) || !await RefusesAsync(entry.SiloAddress.Endpoint, cancel))
            {
                continue;
            }

            if (time.GetUtcNow().UtcDateTime - entry.IAmAliveTime > fresh)
            {
                LogRemoved(log, entry.SiloAddress);
                await cluster.TryKill(entry.SiloAddress); // begun, and not yet done: the next look tells
            }

            waiting = true;
        }

        return waiting;
    }

    private static async Task<bool> RefusesAsync(IPEndPoint place, CancellationToken cancel)
    {
        using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Answer);
        try
        {
            await socket.ConnectAsync(place, limit.Token);
            return false;
        }
        catch (SocketException refusal)
        {
            return refusal.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false; // no answer says nothing
        }
    }

    [LoggerMessage(LogLevel.Information, "{Silo} is gone: nobody listens there any more. It is removed from the membership.")]
    private static partial void LogRemoved(ILogger log, SiloAddress silo);

    [LoggerMessage(LogLevel.Warning, "Silos of an earlier life could not be looked for; the start may take longer.")]
    private static partial void LogFailed(ILogger log, Exception failure);
}
