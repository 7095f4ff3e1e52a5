using Microsoft.AspNetCore.SignalR;

namespace OrleansAssembly.Server.Progress;

/// <summary>Sends what comes into one hub connection's mailbox, as fast as the connection takes it. A slow one holds up nobody else.</summary>
public sealed partial class HubPump(ProgressRelay relay, ISingleClientProxy client, Action abort, ILogger logger) : IAsyncDisposable
{
    /// <summary>What a push of a watched job's update is called.</summary>
    internal const string Progress = "progress";

    private readonly CancellationTokenSource _closed = new();
    private Task _pumping = Task.CompletedTask;

    public Mailbox Mailbox { get; } = new();

    /// <summary>The jobs that the connection watches. Calls of one connection come one after the other.</summary>
    public HashSet<string> Jobs { get; } = [];

    public void Start()
    {
        relay.Join(Mailbox);
        _pumping = Task.Run(PumpAsync);
    }

    public async ValueTask DisposeAsync()
    {
        relay.Leave(Mailbox);
        foreach (var jobId in Jobs)
        {
            await relay.UnwatchAsync(jobId, Mailbox);
        }

        await _closed.CancelAsync();
        await _pumping;
        _closed.Dispose();
        Mailbox.Dispose();
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                var mail = await Mailbox.TakeAsync(_closed.Token);
                foreach (var update in mail.Progress)
                {
                    await client.SendAsync(Progress, update, _closed.Token);
                }

                if (mail.Board.Length > 0)
                {
                    await client.SendAsync("board", mail.Board, _closed.Token);
                }

                foreach (var notification in mail.Notifications)
                {
                    await client.SendAsync("notification", notification, _closed.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection is closed.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogEnded(logger, e);
            abort(); // the client comes again
        }
    }

    [LoggerMessage(LogLevel.Warning, "A hub connection cannot be sent to")]
    private static partial void LogEnded(ILogger logger, Exception exception);
}
