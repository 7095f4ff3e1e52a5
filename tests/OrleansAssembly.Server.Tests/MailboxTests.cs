using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Progress;
using static OrleansAssembly.Server.Tests.Given.Updates;

namespace OrleansAssembly.Server.Tests;

public sealed class MailboxTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);
    private readonly Mailbox _mailbox = new();

    public void Dispose() => _mailbox.Dispose();

    [Fact]
    public async Task Of_numbers_the_newest_wins()
    {
        for (var i = 1; i <= 1000; i++)
        {
            _mailbox.Post(Of("a", i, progress: i / 100d));
        }

        Assert.Equal([1000], await SequencesAsync());
    }

    [Fact]
    public async Task A_change_of_step_status_or_error_is_never_dropped()
    {
        _mailbox.Post(Of("a", 1, step: 1));
        _mailbox.Post(Of("a", 2, step: 1));
        _mailbox.Post(Of("a", 3, step: 2));
        _mailbox.Post(Of("a", 4, step: 2, status: JobStatus.Paused));
        _mailbox.Post(Of("a", 5, step: 2));
        _mailbox.Post(Of("a", 6, step: 2));
        _mailbox.Post(Of("a", 7, step: 2, error: new ProblemDetailsBody("urn:x", "T", 422, "D")));
        _mailbox.Post(Of("a", 8, step: 2, status: JobStatus.Failed, error: new ProblemDetailsBody("urn:x", "T", 422, "D")));
        Assert.Equal([2, 3, 4, 6, 7, 8], await SequencesAsync());
    }

    [Fact]
    public async Task What_is_not_newer_is_dropped()
    {
        _mailbox.Post(Of("a", 5));
        _mailbox.Post(Of("a", 5, step: 9));
        _mailbox.Post(Of("a", 4, step: 9));
        Assert.Equal([5], await SequencesAsync());
        _mailbox.Post(Of("a", 5, step: 9));
        Assert.Null(await _mailbox.TakeAsync(Soon, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_the_client_has_already_is_not_sent_again()
    {
        _mailbox.StartAfter("a", 10);
        _mailbox.Post(Of("a", 10));
        _mailbox.Post(Of("b", 1));
        Assert.Equal([1], await SequencesAsync());
        _mailbox.Forget("a");
        _mailbox.Post(Of("a", 3));
        Assert.Equal([3], await SequencesAsync());
    }

    [Fact]
    public async Task Who_reads_slowly_gets_of_each_job_the_newest_when_its_turn_comes()
    {
        for (var round = 1; round <= 3; round++)
        {
            for (var job = 0; job < 40; job++)
            {
                _mailbox.Post(Of($"{job}", round));
            }
        }

        var first = await _mailbox.TakeAsync(TestContext.Current.CancellationToken);
        for (var job = 0; job < 40; job++)
        {
            _mailbox.Post(Of($"{job}", 4));
        }

        List<(string Job, long Sequence)> seen = [.. first.Progress.Select(u => (u.JobId, u.Sequence))];
        Assert.InRange(seen.Count, 1, 39);
        Assert.All(seen, update => Assert.Equal(3, update.Sequence));
        while (await _mailbox.TakeAsync(Soon, TestContext.Current.CancellationToken) is { } mail)
        {
            Assert.All(mail.Progress, update => Assert.Equal(4, update.Sequence));
            seen.AddRange(mail.Progress.Select(u => (u.JobId, u.Sequence)));
        }

        Assert.Equal(40, seen.Count(update => update.Sequence == 4));
    }

    [Fact]
    public async Task Who_has_not_read_for_ever_is_given_up_and_holds_nothing()
    {
        for (var i = 1; i <= Mailbox.MostWaiting; i++)
        {
            _mailbox.Post(Of("a", i, step: i % 2));
        }

        Assert.Equal(1, (await _mailbox.TakeAsync(TestContext.Current.CancellationToken)).Progress[0].Sequence);
        for (var i = 1; i <= 20; i++)
        {
            _mailbox.Post(Of("a", Mailbox.MostWaiting + i, step: i % 2));
        }

        await Assert.ThrowsAsync<IOException>(() => _mailbox.TakeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Jobs_do_not_hide_each_other()
    {
        _mailbox.Post(Of("a", 1));
        _mailbox.Post(Of("b", 1));
        _mailbox.Post(Of("a", 2));
        var mail = await _mailbox.TakeAsync(TestContext.Current.CancellationToken);
        Assert.Equal([("a", 2L), ("b", 1L)], mail.Progress.Select(u => (u.JobId, u.Sequence)));
    }

    [Fact]
    public async Task The_board_keeps_the_newest_of_each_job()
    {
        _mailbox.PostBoard([Of("a", 2), Of("b", 1)]);
        _mailbox.PostBoard([Of("a", 1), Of("b", 2, status: JobStatus.Completed)]);
        var mail = await _mailbox.TakeAsync(TestContext.Current.CancellationToken);
        Assert.Equal([("a", 2L), ("b", 2L)], mail.Board.Select(u => (u.JobId, u.Sequence)).Order());
    }

    private async Task<IEnumerable<long>> SequencesAsync() =>
        (await _mailbox.TakeAsync(TestContext.Current.CancellationToken)).Progress.Select(update => update.Sequence);
}
