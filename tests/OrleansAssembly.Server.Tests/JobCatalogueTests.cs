using Microsoft.Extensions.Logging.Abstractions;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Server.Tests.Given;
using OrleansAssembly.Testing;
using StackExchange.Redis;
using static OrleansAssembly.Server.Tests.Given.Updates;

namespace OrleansAssembly.Server.Tests;

public sealed class JobCatalogueOnRedisTests(RedisProcess redis) : JobCatalogueTests, IClassFixture<RedisProcess>
{
    protected override Task<IConnectionMultiplexer> ConnectAsync() => Task.FromResult(redis.Connect());
}

public sealed class JobCatalogueOnEmbeddedStoreTests : JobCatalogueTests, IDisposable
{
    private readonly TempFolder _folder = new();
    private EmbeddedStore? _store;

    public void Dispose()
    {
        _store?.Dispose();
        _folder.Dispose();
    }

    protected override async Task<IConnectionMultiplexer> ConnectAsync()
    {
        _store = await EmbeddedStore.StartAsync(_folder.Path);
        return await ConnectionMultiplexer.ConnectAsync(_store.ConnectionString + ",allowAdmin=true");
    }
}

/// <summary>The same behaviour on both stores.</summary>
public abstract class JobCatalogueTests : IAsyncLifetime
{
    private IConnectionMultiplexer? _connection;

    private JobCatalogue Catalogue { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await ConnectAsync();
        await _connection.GetServers()[0].FlushAllDatabasesAsync();
        Catalogue = new JobCatalogue(_connection, NullLogger<JobCatalogue>.Instance);
    }

    public async ValueTask DisposeAsync() => await _connection!.DisposeAsync();

    [Fact]
    public async Task Pages_are_newest_first_and_end_with_no_cursor()
    {
        var ids = await PutAsync(7);
        var first = await Catalogue.ListAsync(null, null, 3, null);
        var second = await Catalogue.ListAsync(null, null, 3, first!.NextCursor);
        var third = await Catalogue.ListAsync(null, null, 3, second!.NextCursor);
        Assert.Equal(ids.Reverse(), [.. Ids(first), .. Ids(second), .. Ids(third!)]);
        Assert.Null(third!.NextCursor);
    }

    [Fact]
    public async Task A_full_last_page_has_no_cursor()
    {
        await PutAsync(3);
        Assert.Null((await Catalogue.ListAsync(null, null, 3, null))!.NextCursor);
    }

    [Fact]
    public async Task Paging_neither_repeats_nor_hides_jobs_while_others_are_added_and_change()
    {
        var ids = await PutAsync(20);
        var seen = new List<string>();
        string? cursor = null;
        var added = 100;
        do
        {
            var page = await Catalogue.ListAsync(null, null, 4, cursor);
            seen.AddRange(Ids(page!));
            cursor = page!.NextCursor;
            await Catalogue.PutAsync(Summary(Id(added++)));
            await Catalogue.PutAsync(Summary(ids[added % 20], JobStatus.Running));
        }
        while (cursor is not null);
        Assert.Equal(ids.Reverse(), seen);
    }

    [Fact]
    public async Task A_status_filter_follows_the_status()
    {
        var ids = await PutAsync(3);
        await Catalogue.PutAsync(Summary(ids[1], JobStatus.Running));
        Assert.Equal([ids[2], ids[0]], Ids((await Catalogue.ListAsync(JobStatus.Pending, null, 10, null))!));
        Assert.Equal([ids[1]], Ids((await Catalogue.ListAsync(JobStatus.Running, null, 10, null))!));
        await Catalogue.PutAsync(Summary(ids[1], JobStatus.Completed));
        Assert.Empty((await Catalogue.ListAsync(JobStatus.Running, null, 10, null))!.Items);
        Assert.Equal([ids[1]], Ids((await Catalogue.ListAsync(JobStatus.Completed, "harbour", 10, null))!));
    }

    [Fact]
    public async Task Numbers_show_until_the_next_change_and_never_what_is_older_or_of_another_status()
    {
        var id = Id(1);
        await Catalogue.PutAsync(Summary(id, JobStatus.Running) with { Progress = Of(id, 5, status: JobStatus.Running) });

        await Catalogue.PutNumbersAsync(Of(id, 4, status: JobStatus.Running));
        Assert.Equal(5, (await Catalogue.GetAsync(id))!.Progress.Sequence);
        await Catalogue.PutNumbersAsync(Of(id, 6, status: JobStatus.Running));
        Assert.Equal(6, (await Catalogue.GetAsync(id))!.Progress.Sequence);
        Assert.Equal(6, Assert.Single((await Catalogue.ListAsync(JobStatus.Running, null, 10, null))!.Items).Progress.Sequence);

        await Catalogue.PutAsync(Summary(id, JobStatus.Completed) with { Progress = Of(id, 7, status: JobStatus.Completed) });
        Assert.Equal(7, (await Catalogue.GetAsync(id))!.Progress.Sequence);
        await Catalogue.PutNumbersAsync(Of(id, 8, status: JobStatus.Running)); // of a silo that was cut off
        var ended = (await Catalogue.GetAsync(id))!;
        Assert.Equal((JobStatus.Completed, JobStatus.Completed, 7), (ended.Status, ended.Progress.Status, ended.Progress.Sequence));

        await Catalogue.RemoveAsync(id);
        await Catalogue.PutNumbersAsync(Of(id, 9, status: JobStatus.Running));
        Assert.Null(await Catalogue.GetAsync(id));
    }

    [Fact]
    public async Task Projects_are_listed_and_filter_jobs()
    {
        await Catalogue.PutAsync(Summary(Id(1), project: "river"));
        await Catalogue.PutAsync(Summary(Id(2), project: "harbour"));
        Assert.Equal(["harbour", "river"], await Catalogue.ListProjectsAsync());
        Assert.Equal([Id(1)[..12]], Ids((await Catalogue.ListAsync(null, "river", 10, null))!).Select(id => id[..12]));
        Assert.Empty((await Catalogue.ListAsync(null, "nowhere", 10, null))!.Items);
    }

    [Fact]
    public async Task A_removed_job_is_in_no_list()
    {
        var ids = await PutAsync(2);
        await Catalogue.RemoveAsync(ids[0]);
        await Catalogue.RemoveAsync(ids[0]);
        Assert.Equal([ids[1]], Ids((await Catalogue.ListAsync(null, null, 10, null))!));
        Assert.Equal([ids[1]], Ids((await Catalogue.ListAsync(JobStatus.Pending, "harbour", 10, null))!));
        Assert.Equal([ids[1]], await ActiveAsync());
        Assert.Null(await Catalogue.GetAsync(ids[0]));
    }

    [Fact]
    public async Task Active_are_those_that_have_not_ended_oldest_first_however_many()
    {
        var ids = await PutAsync(1203);
        await Catalogue.PutAsync(Summary(ids[0], JobStatus.Failed));
        await Catalogue.PutAsync(Summary(ids[1], JobStatus.Paused));
        await Catalogue.PutAsync(Summary(ids[2], JobStatus.Cancelled));
        Assert.Equal([ids[1], .. ids[3..]], await ActiveAsync());
    }

    [Fact]
    public async Task A_summary_comes_back_as_it_was_put()
    {
        var job = Summary(NewId(), JobStatus.Failed) with { EndedAt = DateTimeOffset.UnixEpoch, Progress = Of("x", 5, error: new("urn:x", "T", 422, "D")) };
        await Catalogue.PutAsync(job);
        Assert.Equivalent(job, await Catalogue.GetAsync(job.Id), strict: true);
    }

    [Fact]
    public async Task A_search_finds_parts_of_title_project_and_id_in_any_case_and_filters_go_with_it()
    {
        var ids = Enumerable.Range(1, 3).Select(Id).ToArray();
        await Catalogue.PutAsync(Summary(ids[0]) with { Title = "Harbour, cut 3" });
        await Catalogue.PutAsync(Summary(ids[1], project: "river") with { Title = "Ébauche" });
        await Catalogue.PutAsync(Summary(ids[2], JobStatus.Failed, "river"));
        Assert.Equal([ids[0]], await SearchAsync("CUT 3"));
        Assert.Equal([ids[1]], await SearchAsync("éBAU"));
        Assert.Equal([ids[2], ids[1]], await SearchAsync("River"));
        Assert.Equal([ids[2]], await SearchAsync("river", JobStatus.Failed));
        Assert.Equal([ids[1]], await SearchAsync(ids[1][8..]));
        Assert.Empty(await SearchAsync("nothing of the kind"));
        await Catalogue.RemoveAsync(ids[1]);
        Assert.Empty(await SearchAsync("ébau"));

        async Task<IEnumerable<string>> SearchAsync(string search, JobStatus? status = null) => Ids((await Catalogue.ListAsync(status, null, 10, null, search))!);
    }

    [Fact]
    public async Task A_search_through_thousands_of_jobs_is_paged_like_any_list()
    {
        var ids = await PutAsync(2200); // more than are looked through at a time
        var wanted = ids.Where((_, n) => n % 88 == 0).Reverse().ToList();
        foreach (var id in wanted)
        {
            await Catalogue.PutAsync(Summary(id) with { Title = "The needle" });
        }

        var seen = new List<string>();
        var pages = 0;
        for (string? cursor = null; pages == 0 || cursor is not null; pages++)
        {
            var page = await Catalogue.ListAsync(null, null, 10, cursor, "needle");
            seen.AddRange(Ids(page!));
            cursor = page!.NextCursor;
        }

        Assert.Equal(wanted, seen);
        Assert.Equal(3, pages);
    }

    [Fact]
    public async Task Jobs_that_an_older_version_entered_are_found_too()
    {
        var ids = await PutAsync(3);
        await _connection!.GetDatabase().KeyDeleteAsync("{assembly}:words");
        Assert.Equal(ids.Reverse(), Ids((await Catalogue.ListAsync(null, null, 10, null, "film"))!));
    }

    [Fact]
    public async Task Jobs_are_counted_by_status_and_project()
    {
        var ids = await PutAsync(5);
        await Catalogue.PutAsync(Summary(ids[0], JobStatus.Running));
        await Catalogue.PutAsync(Summary(ids[1], JobStatus.Failed));
        Assert.Equal(new JobCounts(3, 1, 0, 0, 1, 0), await Catalogue.CountAsync());
        Assert.Equal((5, 0), (await Catalogue.CountAsync("harbour"), await Catalogue.CountAsync("river")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("!!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("MDE5YTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA")]
    public async Task A_cursor_that_no_page_gave_is_refused(string cursor) => Assert.Null(await Catalogue.ListAsync(null, null, 10, cursor));

    protected abstract Task<IConnectionMultiplexer> ConnectAsync();

    private static IEnumerable<string> Ids(Page<JobSummary> page) => page.Items.Select(job => job.Id);

    private async Task<string[]> PutAsync(int count)
    {
        var ids = Enumerable.Range(0, count).Select(Id).ToArray();
        foreach (var some in ids.Chunk(200))
        {
            await Task.WhenAll(some.Select(id => Catalogue.PutAsync(Summary(id))));
        }

        return ids;
    }

    private async Task<List<string>> ActiveAsync()
    {
        var ids = new List<string>();
        await foreach (var id in Catalogue.ListActiveAsync(TestContext.Current.CancellationToken))
        {
            ids.Add(id);
        }

        return ids;
    }
}
