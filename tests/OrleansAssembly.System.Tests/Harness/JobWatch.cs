using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests;

/// <summary>All that a watcher of a job is told by server-sent events, in order.</summary>
internal sealed class JobWatch : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ServerProcess _server;
    private readonly string _job;
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentQueue<ProgressUpdate> _seen = new();
    private readonly Task _listening;
    private volatile TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JobWatch(ServerProcess server, string job)
    {
        (_server, _job) = (server, job);
        _listening = ListenAsync();
    }

    public static Func<ProgressUpdate, bool> Ended { get; } = update => update.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    public IReadOnlyList<ProgressUpdate> Seen => [.. _seen];

    /// <summary>In the middle of making segments.</summary>
    /// <param name="from">Percent of the step that must be done.</param>
    public static Func<ProgressUpdate, bool> EncodingFrom(double from) =>
        update => update.CurrentStep == "Apply format encoding" && update.StepProgress >= from && update.Message.StartsWith("Encoding", StringComparison.Ordinal);

    /// <summary>Waits until the watcher has been told what is expected.</summary>
    public async Task<ProgressUpdate> UntilAsync(Func<ProgressUpdate, bool> expected, string what)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (true)
        {
            var arrival = _arrival.Task;
            if (_seen.FirstOrDefault(expected) is { } found)
            {
                return found;
            }

            var last = _seen.LastOrDefault();
            Assert.False(last is not null && Ended(last), $"The job ended before {what}: {last}\n{_server.Log}");
            Assert.False(_listening.IsCompleted, $"The events ended before {what}: {last}\n{_server.Log}");
            try
            {
                await Task.WhenAny(arrival, _listening).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{what} did not come within {Patience}; last: {last}\n{_server.Log}");
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
            await using var stream = await _server.Http.GetStreamAsync(new Uri($"{JobCalls.Jobs}/{_job}/events", UriKind.Relative), _over.Token);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(_over.Token))
            {
                _seen.Enqueue(JsonSerializer.Deserialize<ProgressMessage>(item.Data, AssemblyJson.Options)!.Data);
                Interlocked.Exchange(ref _arrival, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            // The test or the server ended it.
        }
    }
}
