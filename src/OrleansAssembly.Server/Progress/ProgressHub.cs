using Microsoft.AspNetCore.SignalR;
using OrleansAssembly.Contracts;
using OrleansAssembly.Server.Api;

namespace OrleansAssembly.Server.Progress;

/// <summary>The hub of the contract: <c>WatchJob</c>, <c>UnwatchJob</c>, <c>WatchBoard</c>, <c>UnwatchBoard</c>. Each connection has a mailbox and a pump that empties it.</summary>
public sealed class ProgressHub(ProgressRelay relay, IGrainFactory grains, IHubContext<ProgressHub> hub, ILogger<ProgressHub> logger) : Hub
{
    public const string Path = "/hubs/progress";

    private HubPump Pump => (HubPump)Context.Items[typeof(HubPump)]!;

    public override Task OnConnectedAsync()
    {
        var pump = new HubPump(relay, hub.Clients.Client(Context.ConnectionId), Context.Abort, logger);
        Context.Items[typeof(HubPump)] = pump;
        pump.Start();
        return base.OnConnectedAsync();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        await Pump.DisposeAsync();
        await base.OnDisconnectedAsync(exception);
    }

    /// <summary>Pushes each change of the job as <c>progress</c> from now on. Answers the newest; null where there is no such job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="afterSequence">What the caller has already: nothing that is not newer is pushed. May be left out.</param>
    public Task<ProgressUpdate?> WatchJob(string jobId, long? afterSequence) =>
        IsJob(jobId) ? Pump.WatchAsync(jobId, afterSequence) : Task.FromResult<ProgressUpdate?>(null);

    public Task UnwatchJob(string jobId) => IsJob(jobId) ? Pump.UnwatchAsync(jobId) : Task.CompletedTask;

    /// <summary>Pushes the changes of many jobs, a few times a second, as <c>board</c> from now on.</summary>
    public Task WatchBoard(BoardFilter? filter) => relay.WatchBoardAsync(Pump.Mailbox, filter ?? new BoardFilter());

    public void UnwatchBoard() => relay.UnwatchBoard(Pump.Mailbox);

    private bool IsJob(string? jobId) => jobId is not null && grains.Find(jobId) is not null;
}
