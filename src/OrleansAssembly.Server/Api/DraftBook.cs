using System.Globalization;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using StackExchange.Redis;

namespace OrleansAssembly.Server.Api;

/// <summary>What came of writing a draft.</summary>
public enum DraftOutcome
{
    Written,

    /// <summary>There is no such draft.</summary>
    Missing,

    /// <summary>Somebody else has changed it since.</summary>
    Stale,

    /// <summary>There are <see cref="DraftBook.Most"/> already.</summary>
    Full,
}

/// <summary>The drafts, straight in the store: what lists need and what was written, by id, and a sorted set in the order of change. Every change is one MULTI.</summary>
public sealed class DraftBook(IConnectionMultiplexer store, TimeProvider time)
{
    /// <summary>Drafts that are kept at most.</summary>
    public const int Most = 1000;

    private const string Root = "{assembly}:drafts";
    private const string Heads = Root + ":heads";
    private const string Bodies = Root + ":bodies";

    private IDatabase Database => store.GetDatabase();

    /// <summary>A page, last changed first.</summary>
    /// <param name="after">The place behind which it begins, as the page before gave it; null for the first.</param>
    public async Task<(IReadOnlyList<DraftSummary> Items, string? Next)> ListAsync(int limit, string? after)
    {
        var places = await Database.SortedSetRangeByValueAsync(Root, default, after is null ? default : (RedisValue)after, Exclude.Stop, Order.Descending, 0, limit + 1);
        var page = places.Length > limit ? places[..limit] : places;
        var heads = page.Length == 0 ? [] : await Database.HashGetAsync(Heads, [.. page.Select(place => (RedisValue)IdAt(place!))]);
        return ([.. heads.Select(Read<DraftSummary>).OfType<DraftSummary>()], places.Length > limit ? page[^1].ToString() : null);
    }

    public async Task<Draft?> GetAsync(string id) => Read<Draft>(await Database.HashGetAsync(Bodies, id));

    public async Task<(DraftOutcome Outcome, Draft? Draft)> AddAsync(JobSpec spec)
    {
        if (await Database.SortedSetLengthAsync(Root) >= Most)
        {
            return (DraftOutcome.Full, null);
        }

        var now = time.GetUtcNow();
        var draft = Make(Guid.CreateVersion7(now).ToString("N"), 1, spec, now);
        var change = Database.CreateTransaction();
        List<Task> parts = Write(change, draft);
        await change.ExecuteAsync();
        await Task.WhenAll(parts);
        return (DraftOutcome.Written, draft);
    }

    /// <param name="revision">The revision that is to be changed; null for whichever there is.</param>
    public async Task<(DraftOutcome Outcome, Draft? Draft)> ReplaceAsync(string id, JobSpec spec, long? revision)
    {
        while (true)
        {
            var text = await Database.HashGetAsync(Bodies, id);
            if (Read<Draft>(text) is not { } there)
            {
                return (DraftOutcome.Missing, null);
            }

            if (revision is { } known && known != there.Revision)
            {
                return (DraftOutcome.Stale, there);
            }

            var next = Make(id, there.Revision + 1, spec, time.GetUtcNow());
            var change = Database.CreateTransaction();
            change.AddCondition(Condition.HashEqual(Bodies, id, text));
            List<Task> parts = [change.SortedSetRemoveAsync(Root, PlaceOf(there)), .. Write(change, next)];
            if (await change.ExecuteAsync())
            {
                await Task.WhenAll(parts);
                return (DraftOutcome.Written, next);
            }
        }
    }

    /// <summary>False where there is none.</summary>
    public async Task<bool> RemoveAsync(string id)
    {
        while (true)
        {
            var text = await Database.HashGetAsync(Bodies, id);
            if (Read<Draft>(text) is not { } there)
            {
                return false;
            }

            var change = Database.CreateTransaction();
            change.AddCondition(Condition.HashEqual(Bodies, id, text));
            List<Task> parts = [change.SortedSetRemoveAsync(Root, PlaceOf(there)), change.HashDeleteAsync(Heads, id), change.HashDeleteAsync(Bodies, id)];
            if (await change.ExecuteAsync())
            {
                await Task.WhenAll(parts);
                return true;
            }
        }
    }

    /// <summary>A draft keeps no secrets: they are sealed where they are used, and who submits gives them once more.</summary>
    private static Draft Make(string id, long revision, JobSpec spec, DateTimeOffset now) =>
        new(id, revision, spec.Title ?? "", spec.ProjectId, now, spec with { Notifications = spec.Notifications?.Masked() });

    private static List<Task> Write(ITransaction change, Draft draft)
    {
        var head = new DraftSummary(draft.Id, draft.Title, draft.ProjectId, draft.Spec.Timeline?.Shots?.Count ?? 0, draft.UpdatedAt);
        return
        [
            change.HashSetAsync(Heads, draft.Id, JsonSerializer.SerializeToUtf8Bytes(head, AssemblyJson.Options)),
            change.HashSetAsync(Bodies, draft.Id, JsonSerializer.SerializeToUtf8Bytes(draft, AssemblyJson.Options)),
            change.SortedSetAddAsync(Root, PlaceOf(draft), 0),
        ];
    }

    /// <summary>All members have score 0, so the set is in the order of these: the time of change, then the id.</summary>
    private static string PlaceOf(Draft draft) => string.Create(CultureInfo.InvariantCulture, $"{draft.UpdatedAt.UtcTicks:D20}:{draft.Id}");

    private static string IdAt(string place) => place[(place.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static T? Read<T>(RedisValue text)
        where T : class => text.IsNull ? null : JsonSerializer.Deserialize<T>((byte[])text!, AssemblyJson.Options);
}
