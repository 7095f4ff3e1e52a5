using OrleansAssembly.Contracts;
using StackExchange.Redis;

namespace OrleansAssembly.Grains;

/// <summary>How jobs are found by a part of their title, project or id. Measured with 10,000 jobs: see the tests.</summary>
public sealed partial class JobCatalogue
{
    /// <summary>So many jobs are looked through at a time, and so many in one search: what lies behind them is on the next page.</summary>
    private const int SearchStep = 1000;
    private const int MostSearched = 20_000;

    private const string Words = Root + "words";

    /// <summary>The same of those that match: goes through the words of the jobs, some hundred bytes each, and never through their summaries.</summary>
    private async Task<(IReadOnlyList<RedisValue> Ids, RedisValue Next)> SearchAsync(RedisKey key, RedisValue before, int limit, string search)
    {
        var found = new List<RedisValue>();
        for (var searched = 0; searched < MostSearched; searched += SearchStep)
        {
            var ids = await Database.SortedSetRangeByValueAsync(key, default, before, Exclude.Stop, Order.Descending, 0, SearchStep);
            if (ids.Length == 0)
            {
                return (found, RedisValue.Null);
            }

            var words = await WordsAsync(ids);
            for (var place = 0; place < ids.Length; place++)
            {
                if (words[place]?.Contains(search, StringComparison.OrdinalIgnoreCase) is not true)
                {
                    continue;
                }

                if (found.Count == limit)
                {
                    return (found, found[^1]); // one more than fits: there is a next page
                }

                found.Add(ids[place]);
            }

            if (ids.Length < SearchStep)
            {
                return (found, RedisValue.Null);
            }

            before = ids[^1];
        }

        return (found, found.Count == limit ? found[^1] : before);
    }

    /// <summary>What a search looks through, of each id. Jobs that older versions entered have no words yet and get them now.</summary>
    private async Task<string?[]> WordsAsync(RedisValue[] ids)
    {
        var words = (await Database.HashGetAsync(Words, ids)).Select(text => (string?)text).ToArray();
        var without = Enumerable.Range(0, ids.Length).Where(place => words[place] is null).ToList();
        if (without.Count == 0)
        {
            return words;
        }

        var summaries = await Database.HashGetAsync(Summaries, [.. without.Select(place => ids[place])]);
        foreach (var (place, text) in without.Zip(summaries))
        {
            words[place] = Read(ids[place]!, text) is { } job ? WordsOf(job) : null;
        }

        var made = without.Where(place => words[place] is not null).Select(place => new HashEntry(ids[place], words[place])).ToArray();
        await (made.Length == 0 ? Task.CompletedTask : Database.HashSetAsync(Words, made));
        return words;
    }

    /// <summary>Title, project and id on lines of their own, so that nothing is found over their borders: what is searched for has one line.</summary>
    private static string WordsOf(JobSummary job) => $"{job.Title}\n{job.ProjectId}\n{job.Id}";
}
