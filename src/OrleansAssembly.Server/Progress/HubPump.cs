using Microsoft.AspNetCore.SignalR;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Server.Progress;

/// <summary>
/// Sends what comes into one hub connection's mailbox, as fast as the connection takes it. A slow one holds up nobody else: whoever puts something in sends it
/// at once where the connection is idle, up to where it would have to wait, and then leaves.
/// </summary>
public sealed partial class HubPump : IAsyncDisposable
{
    /// <summary>What a push of a watched job's update is called.</summary>
    internal const string Progress = "progress";

    private const int MostJobs = 1000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _jobs = []; // that the connection watches
    private readonly ProgressRelay _relay;
    private readonly ISingleClientProxy _client;
    private readonly Action _abort;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _leaves;
    private int _signals; // since the pump last rested: whoever makes it 1 pumps

    public HubPump(ProgressRelay relay, ISingleClientProxy client, Action abort, ILogger logger)
    {
        (_relay, _client, _abort, _logger) = (relay, client, abort, logger);
        Mailbox = new Mailbox(Signal);
    }

    public Mailbox Mailbox { get; }

    public void Start() => _relay.Join(Mailbox);

    /// <summary>Sends every change of the job from now on. Answers the newest; null where there is no such job, or the connection has gone meanwhile: its end waits for no call.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="afterSequence">What the connection has already; null for nothing.</param>
    /// <exception cref="HubException">It watches as many as it may.</exception>
    public async Task<ProgressUpdate?> WatchAsync(string jobId, long? afterSequence)
    {
        lock (_gate)
        {
            if (_jobs.Count >= MostJobs && !_jobs.Contains(jobId))
            {
                throw new HubException($"A connection watches at most {MostJobs} jobs; WatchBoard tells of all of them.");
            }
        }

        if (afterSequence is { } has)
        {
            Mailbox.StartAfter(jobId, has);
        }

        var watched = false;
        try
        {
            if (await _relay.WatchAsync(jobId, Mailbox) is not { } newest || !TryKeep(jobId))
            {
                return null;
            }

            watched = true;
            Mailbox.StartAfter(jobId, newest.Sequence);
            return newest;
        }
        finally
        {
            if (!watched)
            {
                await UnwatchAsync(jobId);
            }
        }
    }

    public async Task UnwatchAsync(string jobId)
    {
        lock (_gate)
        {
            _jobs.Remove(jobId);
        }

        await _relay.UnwatchAsync(jobId, Mailbox);
        Mailbox.Forget(jobId);
    }

    public async ValueTask DisposeAsync()
    {
        string[] jobs;
        lock (_gate)
        {
            if (_leaves)
            {
                return;
            }

            (_leaves, jobs) = (true, [.. _jobs]);
        }

        _relay.Leave(Mailbox);
        foreach (var jobId in jobs)
        {
            await _relay.UnwatchAsync(jobId, Mailbox);
        }

        await _closed.CancelAsync();
        if (Interlocked.Increment(ref _signals) > 1)
        {
            await _ended.Task;
        }

        _closed.Dispose();
        Mailbox.Dispose();
    }

    /// <summary>False where the connection has gone.</summary>
    private bool TryKeep(string jobId)
    {
        lock (_gate)
        {
            if (!_leaves)
            {
                _jobs.Add(jobId);
            }

            return !_leaves;
        }
    }

    private void Signal()
    {
        if (Interlocked.Increment(ref _signals) == 1)
        {
            _ = PumpAsync(); // never faults; waited for by its signals
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            int seen;
            do
            {
                seen = Volatile.Read(ref _signals);
                while (Mailbox.TryTake() is { } mail)
                {
                    await SendAsync(mail);
                }

                _closed.Token.ThrowIfCancellationRequested();
            }
            while (Interlocked.Add(ref _signals, -seen) > 0);
            return;
        }
        catch (OperationCanceledException)
        {
            // The connection is closed.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogEnded(_logger, e);
            _abort(); // the client comes again
        }

        _ended.SetResult(); // its signals stay, so that no other pump begins
    }

    private async ValueTask SendAsync(Mail mail)
    {
        foreach (var update in mail.Progress)
        {
            await _client.SendAsync(Progress, update, _closed.Token);
        }

        if (mail.Board.Length > 0)
        {
            await _client.SendAsync("board", mail.Board, _closed.Token);
        }

        foreach (var notification in mail.Notifications)
        {
            await _client.SendAsync("notification", notification, _closed.Token);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A hub connection cannot be sent to")]
    private static partial void LogEnded(ILogger logger, Exception exception);
}
