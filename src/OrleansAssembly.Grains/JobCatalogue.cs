using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using StackExchange.Redis;

namespace OrleansAssembly.Grains;

/// <summary>
/// The list of all jobs, straight in the store: one summary a job, the words that a search looks through, and sorted sets of ids by status and project.
/// All members have score 0, so a set is in the order of its ids, and those sort by time of creation; a page is one range of a set.
/// Every change is one MULTI. JobGrain owns the truth: the catalogue follows it. Between two changes only numbers are written, by themselves and with no condition:
/// one that comes late is told from the summary by its sequence, while the client of the store stands still for all others until it knows whether a condition holds.
/// </summary>
public sealed partial class JobCatalogue(IConnectionMultiplexer store, ILogger<JobCatalogue> logger)
{
    public const int MaxLimit = 200;
    private const int ActivePage = 500;

    // One hash slot for all of it, so that MULTI also works on a Redis cluster.
    private const string Root = "{assembly}:";
    private const string Summaries = Root + "summaries";
    private const string Numbers = Root + "numbers";
    private const string Projects = Root + "projects";
    private const string Active = Root + "jobs:active";

    private static readonly JobStatus[] Statuses = Enum.GetValues<JobStatus>();

    private IDatabase Database => store.GetDatabase();

    /// <summary>Enters a job, or what it is now. The same again changes nothing, and nothing older replaces what is there: a silo that was cut off may be late with it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="owes">It has ended, but has something left to do: after a crash it is woken for it.</param>
    public async Task PutAsync(JobSummary job, bool owes = false)
    {
        while (true)
        {
            var there = await Database.HashGetAsync(Summaries, job.Id);
            if (Read(job.Id, there) is { } known && known.Progress.Sequence > job.Progress.Sequence)
            {
                return;
            }

            if (await TryPutAsync(job, owes, there))
            {
                return;
            }
        }
    }

    /// <summary>Notes where an entered job is, its status being what it was.</summary>
    public Task PutNumbersAsync(ProgressUpdate progress) =>
        Database.HashSetAsync(Numbers, progress.JobId, JsonSerializer.SerializeToUtf8Bytes(progress, AssemblyJson.Options));

    /// <summary>False where somebody else was quicker.</summary>
    private Task<bool> TryPutAsync(JobSummary job, bool owes, RedisValue there)
    {
        var change = Database.CreateTransaction();
        change.AddCondition(there.IsNull ? Condition.HashNotExists(Summaries, job.Id) : Condition.HashEqual(Summaries, job.Id, there));
        List<Task> parts =
        [
            change.HashSetAsync(Summaries, job.Id, JsonSerializer.SerializeToUtf8Bytes(job, AssemblyJson.Options)),
            change.HashDeleteAsync(Numbers, job.Id),
            change.HashSetAsync(Words, job.Id, WordsOf(job)),
            change.SortedSetAddAsync(Projects, job.ProjectId, 0),
            change.SortedSetAddAsync(Key(null, null), job.Id, 0),
            change.SortedSetAddAsync(Key(null, job.ProjectId), job.Id, 0),
            IsActive(job.Status) || owes ? change.SortedSetAddAsync(Active, job.Id, 0) : change.SortedSetRemoveAsync(Active, job.Id),
        ];
        foreach (var status in Statuses)
        {
            // What it was before is not known here, so it leaves every set but one.
            foreach (var key in new[] { Key(status, null), Key(status, job.ProjectId) })
            {
                parts.Add(status == job.Status ? change.SortedSetAddAsync(key, job.Id, 0) : change.SortedSetRemoveAsync(key, job.Id));
            }
        }

        return CommitAsync(change, parts);
    }

    /// <summary>A job is about to be stored: whatever happens before it is put here, it will be looked after. False where the store is away.</summary>
    public async Task<bool> ExpectAsync(string id)
    {
        try
        {
            await Database.SortedSetAddAsync(Active, id, 0);
            return true;
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Takes a job out; one that is only expected too. Nothing happens where there is none.</summary>
    public async Task RemoveAsync(string id)
    {
        if (await GetAsync(id) is not { } job)
        {
            await Database.SortedSetRemoveAsync(Active, id);
            return;
        }

        var change = Database.CreateTransaction();
        List<Task> parts = [change.HashDeleteAsync(Summaries, id), change.HashDeleteAsync(Numbers, id), change.HashDeleteAsync(Words, id), change.SortedSetRemoveAsync(Active, id)];
        foreach (var status in Statuses.Cast<JobStatus?>().Append(null))
        {
            parts.Add(change.SortedSetRemoveAsync(Key(status, null), id));
            parts.Add(change.SortedSetRemoveAsync(Key(status, job.ProjectId), id));
        }

        await CommitAsync(change, parts);
    }

    public async Task<JobSummary?> GetAsync(string id) => (await ReadAsync([id]))[0];

    /// <summary>A page of jobs, newest first. Jobs that are added or change while somebody pages neither repeat nor hide others.</summary>
    /// <param name="status">Only these, or null.</param>
    /// <param name="projectId">Only this project's, or null.</param>
    /// <param name="limit">1 to <see cref="MaxLimit"/>.</param>
    /// <param name="cursor">Where the page before ended, or null for the first.</param>
    /// <param name="search">Only those whose title, project or id has this in it, whatever the case; null for all. A page of a search through very many jobs may hold fewer than others do.</param>
    /// <returns>Null where <paramref name="cursor"/> is none that a page gave.</returns>
    public async Task<Page<JobSummary>?> ListAsync(JobStatus? status, string? projectId, int limit, string? cursor, string? search = null)
    {
        RedisValue before = default;
        if (cursor is not null)
        {
            if (!TryReadCursor(cursor, out var last))
            {
                return null;
            }

            before = last;
        }

        limit = Math.Clamp(limit, 1, MaxLimit);
        var (page, next) = string.IsNullOrEmpty(search)
            ? await RangeAsync(Key(status, projectId), before, limit)
            : await SearchAsync(Key(status, projectId), before, limit, search);
        var found = page.Count == 0 ? [] : await ReadAsync([.. page]);

        // A job may have been removed, or have changed its status, since the ids were read.
        var items = found
            .OfType<JobSummary>()
            .Where(job => status is null || job.Status == status)
            .ToList();
        return new Page<JobSummary>(items, next.IsNull ? null : WriteCursor(next!));
    }

    /// <summary>How many jobs there are of each status.</summary>
    public async Task<JobCounts> CountAsync()
    {
        var counts = await Task.WhenAll(Statuses.Select(status => Database.SortedSetLengthAsync(Key(status, null))));
        return new JobCounts(Of(JobStatus.Pending), Of(JobStatus.Running), Of(JobStatus.Paused), Of(JobStatus.Completed), Of(JobStatus.Failed), Of(JobStatus.Cancelled));

        int Of(JobStatus status) => (int)counts[Array.IndexOf(Statuses, status)];
    }

    /// <summary>How many jobs a project has.</summary>
    public async Task<int> CountAsync(string projectId) => (int)await Database.SortedSetLengthAsync(Key(null, projectId));

    /// <summary>The ids of a page, and the last of them where there are more.</summary>
    private async Task<(IReadOnlyList<RedisValue> Ids, RedisValue Next)> RangeAsync(RedisKey key, RedisValue before, int limit)
    {
        var ids = await Database.SortedSetRangeByValueAsync(key, default, before, Exclude.Stop, Order.Descending, 0, limit + 1);
        return ids.Length > limit ? (ids[..limit], ids[limit - 1]) : (ids, RedisValue.Null);
    }

    /// <summary>The ids of all jobs that are not ended, or have something left to do, oldest first.</summary>
    public async IAsyncEnumerable<string> ListActiveAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        RedisValue after = default;
        while (!cancellation.IsCancellationRequested)
        {
            var ids = await Database.SortedSetRangeByValueAsync(Active, after, default, Exclude.Start, Order.Ascending, 0, ActivePage);
            foreach (var id in ids)
            {
                yield return id!;
            }

            if (ids.Length < ActivePage)
            {
                yield break;
            }

            after = ids[^1];
        }
    }

    /// <summary>The ids of all projects that ever had a job, in alphabetical order.</summary>
    public async Task<IReadOnlyList<string>> ListProjectsAsync() =>
        [.. (await Database.SortedSetRangeByValueAsync(Projects)).Select(id => id.ToString())];

    /// <summary>False where a condition did not hold, and nothing was changed.</summary>
    private static async Task<bool> CommitAsync(ITransaction change, List<Task> parts)
    {
        var done = await change.CommitAsync();
        if (done)
        {
            await Task.WhenAll(parts);
        }

        return done;
    }

    private static bool IsActive(JobStatus status) => status is JobStatus.Pending or JobStatus.Running or JobStatus.Paused;

    private static RedisKey Key(JobStatus? status, string? projectId) => (status, projectId) switch
    {
        (null, null) => Root + "jobs",
        ({ } s, null) => $"{Root}jobs:status:{s}",
        (null, { } p) => $"{Root}jobs:project:{p}",
        ({ } s, { } p) => $"{Root}jobs:project:{p}:status:{s}",
    };

    private static string WriteCursor(string id) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(id));

    private static bool TryReadCursor(string cursor, out string id)
    {
        id = "";
        Span<byte> bytes = stackalloc byte[32];
        if (cursor.Length != 43 || !Base64Url.IsValid(cursor) || !Base64Url.TryDecodeFromChars(cursor, bytes, out var length) || length != 32)
        {
            return false;
        }

        id = Encoding.ASCII.GetString(bytes);
        return id.All(char.IsAsciiHexDigitLower);
    }

    /// <summary>The summaries of these jobs with their newest numbers; null where there is none.</summary>
    private async Task<JobSummary?[]> ReadAsync(RedisValue[] ids)
    {
        var (reading, adding) = (Database.HashGetAsync(Summaries, ids), Database.HashGetAsync(Numbers, ids));
        var (summaries, numbers) = (await reading, await adding);
        return [.. ids.Select((id, place) => Read(id!, summaries[place]) is not { } job ? null
            : Read<ProgressUpdate>(id!, numbers[place]) is { } newer && newer.Status == job.Status && newer.Sequence > job.Progress.Sequence ? job with { Progress = newer }
            : job)];
    }

    private JobSummary? Read(string id, RedisValue text) => Read<JobSummary>(id, text);

    private T? Read<T>(string id, RedisValue text)
        where T : class
    {
        if (text.IsNull)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<T>((byte[])text!, AssemblyJson.Options);
        }
        catch (JsonException e)
        {
            LogUnreadable(e, id);
            return null;
        }
    }
}
