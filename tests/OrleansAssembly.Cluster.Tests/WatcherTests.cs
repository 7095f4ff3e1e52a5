using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Server.Tests.Given;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>What one watcher is told, and in which order. Who listens is a stand-in: a real one cannot be made to answer at a chosen moment.</summary>
public class WatcherTests
{
    private readonly Listener _listener = new();
    private readonly Watcher _watcher;

    public WatcherTests() => _watcher = new Watcher(_listener.HearAsync, new FakeTimeProvider(), NullLogger.Instance);

    [Fact]
    public async Task TheNext_IsSentOnlyWhenTheLastHasCome_AndOfNumbersOnlyTheNewestWaits()
    {
        for (var sequence = 1; sequence <= 4; sequence++)
        {
            _watcher.Post(Update(sequence));
        }

        _watcher.Post(Update(5, step: 2));
        _watcher.Post(Update(6, step: 2));
        Assert.Equal([1], _listener.Heard);
        Assert.Null(_watcher.Told);

        _listener.Answer();
        await _watcher.Telling.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 4, 6], _listener.Heard);
        Assert.Equal(6, _watcher.Told?.Sequence);
    }

    [Fact]
    public async Task AChangeOfStep_IsNeverDroppedForNewerNumbers()
    {
        _watcher.Post(Update(1));
        foreach (var step in new[] { 2, 3, 4 })
        {
            _watcher.Post(Update(step, step));
        }

        _listener.Answer();
        await _watcher.Telling.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3, 4], _listener.Heard);
    }

    [Fact]
    public async Task WhatIsNotAnswered_IsSentAgain()
    {
        _listener.Answers.Enqueue(Task.FromException(new TimeoutException()));
        _listener.Answer();
        _watcher.Post(Update(1));
        await _watcher.Telling.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 1], _listener.Heard);
    }

    [Fact]
    public async Task WhoCannotBeReached_IsToldNoMore()
    {
        _listener.Answers.Enqueue(Task.FromException(new SiloUnavailableException()));
        _watcher.Post(Update(1));
        await _watcher.Telling.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(_watcher.Gone);
        _watcher.Post(Update(2));
        Assert.Equal([1], _listener.Heard);
        Assert.Null(_watcher.Told);
    }

    private static ProgressUpdate Update(long sequence, int step = 1) => Updates.Of("job", sequence, step);

    private sealed class Listener
    {
        private readonly TaskCompletionSource _answer = new();

        public List<long> Heard { get; } = [];

        /// <summary>What the next messages are answered; after that all wait for <see cref="Answer"/>.</summary>
        public Queue<Task> Answers { get; } = new();

        public void Answer() => _answer.SetResult();

        public Task HearAsync(ProgressUpdate update)
        {
            Heard.Add(update.Sequence);
            return Answers.TryDequeue(out var answer) ? answer : _answer.Task;
        }
    }
}
