using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.SystemTests;

/// <summary>A watcher as a good client is one: when its server goes it asks another one, for what comes after the last that it was told.</summary>
internal sealed class ClusterWatch : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<ServerProcess>> _living;
    private readonly string _job;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _lock = new();
    private readonly List<ProgressUpdate> _told = [];
    private readonly Task _listening;
    private (ServerProcess Server, CancellationTokenSource Connection)? _at;
    private volatile TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClusterWatch(Func<IReadOnlyList<ServerProcess>> living, string job)
    {
        (_living, _job) = (living, job);
        _listening = ListenAsync();
    }

    /// <summary>Everything that it was told, by whichever server.</summary>
    public IReadOnlyList<ProgressUpdate> Told
    {
        get
        {
            lock (_lock)
            {
                return [.. _told];
            }
        }
    }

    public ProgressUpdate? Last => Told is [.., var last] ? last : null;

    /// <summary>How often it was told something that is not newer than what it knew.</summary>
    public int Repeats => Told.Zip(Told.Skip(1)).Count(pair => pair.Second.Sequence <= pair.First.Sequence);

    /// <summary>How often progress fell.</summary>
    public int Falls => Told.Zip(Told.Skip(1)).Count(pair => pair.Second.Progress < pair.First.Progress);

    /// <summary>Waits until it has been told what is expected, or gives null at the limit.</summary>
    public async Task<ProgressUpdate?> FindAsync(Func<ProgressUpdate, bool> expected, TimeSpan limit)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(limit);
        while (true)
        {
            var arrival = _arrival.Task;
            if (Told.FirstOrDefault(expected) is { } found)
            {
                return found;
            }

            if (_listening.IsCompleted)
            {
                return null;
            }

            try
            {
                await Task.WhenAny(arrival, _listening).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    /// <summary>As <see cref="FindAsync"/>, for what must come.</summary>
    public async Task<ProgressUpdate> UntilAsync(Func<ProgressUpdate, bool> expected, TimeSpan limit, string what)
    {
        var found = await FindAsync(expected, limit);
        Assert.True(found is not null, $"{what} did not come within {limit.TotalSeconds} s; last: {Last}");
        return found;
    }

    /// <summary>Hangs up on a server that is cut off: no packet would tell that it is.</summary>
    public void HangUp(ServerProcess server)
    {
        lock (_lock)
        {
            if (_at?.Server == server)
            {
                _at.Value.Connection.Cancel();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _listening;
        _over.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            for (var turn = 0; Last is not { } last || !JobWatch.Ended(last); turn++)
            {
                var living = _living();
                if (living.Count > 0)
                {
                    await ListenAsync(living[turn % living.Count]);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test ended it.
        }
    }

    private async Task ListenAsync(ServerProcess server)
    {
        using var connection = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        lock (_lock)
        {
            _at = (server, connection);
        }

        try
        {
            await ListenAsync(server, connection.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException || (e is OperationCanceledException && !_over.IsCancellationRequested))
        {
            // This server is gone, or does not know at the moment: another one may.
        }
        finally
        {
            lock (_lock)
            {
                _at = null;
            }
        }
    }

    private async Task ListenAsync(ServerProcess server, CancellationToken over)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{JobCalls.Jobs}/{_job}/events");
        if (Last is { } last)
        {
            request.Headers.Add("Last-Event-ID", last.Sequence.ToString(CultureInfo.InvariantCulture));
        }

        using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(over);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(over))
        {
            lock (_lock)
            {
                _told.Add(JsonSerializer.Deserialize<ProgressMessage>(item.Data, AssemblyJson.Options)!.Data);
            }

            Interlocked.Exchange(ref _arrival, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
