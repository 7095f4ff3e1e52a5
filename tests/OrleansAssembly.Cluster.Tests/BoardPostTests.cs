using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Server.Tests.Given;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>What the board is told of a silo's jobs. The board is a stand-in: a real one cannot be made to fail at a chosen moment.</summary>
public class BoardPostTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly System.Threading.Channels.Channel<string[]> _heard = System.Threading.Channels.Channel.CreateUnbounded<string[]>();
    private readonly Queue<Exception> _failures = new();
    private readonly TaskCompletionSource _first = new(); // goes on at once: no time passes in between

    [Fact]
    public async Task AThousandJobs_AreOneCall_WithTheNewestOfEach()
    {
        var post = NewPost();
        post.Post(Updates.Of("first", 1), "harbour");

        // It needs no clock to come; one that goes meanwhile lets the call, which has no answer yet, run out of its time.
        Assert.Equal(["first 1"], await _heard.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken));
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            for (var job = 0; job < 1000; job++)
            {
                post.Post(Updates.Of($"{job}", sequence), "harbour");
            }
        }

        _first.SetResult();
        var all = await HeardAsync();
        Assert.Equal(Enumerable.Range(0, 1000).Select(job => $"{job} 3"), all);
    }

    [Fact]
    public async Task WhatTheBoardDidNotHear_IsToldAgain_ButNotInPlaceOfWhatIsNewer()
    {
        _failures.Enqueue(new SiloUnavailableException());
        _first.SetResult();
        var post = NewPost();
        post.Post(Updates.Of("a", 1), "harbour");
        post.Post(Updates.Of("b", 1), "harbour");
        List<string> heard = [];
        while (!heard.Contains("a 2") || !heard.Contains("b 1"))
        {
            heard = [.. heard, .. await HeardAsync()];
            post.Post(Updates.Of("a", 2), "harbour");
        }

        Assert.True(heard.LastIndexOf("a 1") < heard.IndexOf("a 2"), string.Join(", ", heard));
    }

    private BoardPost NewPost()
    {
        var board = Double.Of<IBoardGrain>((_, arguments) => HearAsync((BoardChange[])arguments[0]!));
        return new BoardPost(Double.Of<IGrainFactory>((_, _) => board), _time, NullLogger<BoardPost>.Instance);
    }

    /// <summary>The answer is the task itself: an awaiting method could come to it a moment later, and the clock would have run out by then.</summary>
    private Task HearAsync(BoardChange[] changes)
    {
        _heard.Writer.TryWrite([.. changes.Select(change => $"{change.Progress.JobId} {change.Progress.Sequence}")]);
        return _failures.TryDequeue(out var failure) ? Task.FromException(failure) : _first.Task;
    }

    /// <summary>The next call, as soon as it comes; meanwhile the clock goes.</summary>
    private async Task<string[]> HeardAsync()
    {
        var next = _heard.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (!next.IsCompleted)
        {
            Assert.False(limit.IsCancellationRequested, "no call came");
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return await next;
    }

    /// <summary>An interface, all of whose calls are answered by a function.</summary>
    public class Double : DispatchProxy
    {
        private Func<MethodInfo, object?[], object?> _answer = (_, _) => null;

        public static T Of<T>(Func<MethodInfo, object?[], object?> answer)
            where T : class
        {
            var made = Create<T, Double>();
            ((Double)(object)made)._answer = answer;
            return made;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!, args ?? []);
    }
}
