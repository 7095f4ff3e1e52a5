using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using StackExchange.Redis;

namespace OrleansAssembly.Grains;

/// <summary>
/// What finished jobs have cost, in the store: one <see cref="EtaPrior"/> for each kind of machine, written when a job completes and read when one begins. It is no job's truth:
/// where the store is away, or what it has cannot be read, the built-in guesses serve, and an update that is lost is a job less to learn from.
/// </summary>
public sealed partial class CostBook(IConnectionMultiplexer store, TimeProvider time, ILogger<CostBook> log)
{
    private const string Root = "{assembly}:costs:";

    /// <summary>So long what was read serves the jobs of this silo.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Tries against jobs that complete in the same moment.</summary>
    private const int Tries = 5;

    private readonly ConcurrentDictionary<string, (long At, EtaPrior Prior)> _known = new();

    /// <summary>What is known of a kind of machine; <see cref="EtaPrior.Empty"/> where nothing is.</summary>
    public async Task<EtaPrior> GetAsync(string machine)
    {
        if (_known.TryGetValue(machine, out var known) && time.GetElapsedTime(known.At) < Fresh)
        {
            return known.Prior;
        }

        var prior = Read(machine, await store.GetDatabase().StringGetAsync(Root + machine));
        _known[machine] = (time.GetTimestamp(), prior);
        return prior;
    }

    /// <summary>Adds what a completed job cost.</summary>
    /// <param name="machine">The kind of machine that did most of it.</param>
    /// <param name="job">With its plan.</param>
    /// <param name="presets">Of its outputs, in order.</param>
    public async Task LearnAsync(string machine, JobState job, IReadOnlyList<string> presets)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var there = await store.GetDatabase().StringGetAsync(Root + machine);
            var next = Read(machine, there).Learn(job, presets);
            var change = store.GetDatabase().CreateTransaction();
            change.AddCondition(there.IsNull ? Condition.KeyNotExists(Root + machine) : Condition.StringEqual(Root + machine, there));
            var written = change.StringSetAsync(Root + machine, JsonSerializer.SerializeToUtf8Bytes(next, AssemblyJson.Options));
            if (await change.CommitAsync())
            {
                await written;
                _known[machine] = (time.GetTimestamp(), next);
                return;
            }
        }
    }

    private EtaPrior Read(string machine, RedisValue text)
    {
        try
        {
            var prior = text.IsNull ? null : JsonSerializer.Deserialize<EtaPrior>((byte[])text!, AssemblyJson.Options);
            return prior is { IsWhole: true } ? prior : EtaPrior.Empty;
        }
        catch (JsonException unreadable)
        {
            LogUnreadable(unreadable, machine);
            return EtaPrior.Empty;
        }
    }

    [LoggerMessage(LogLevel.Warning, "What jobs cost on {Machine} cannot be read; beginning anew.")]
    private partial void LogUnreadable(Exception failure, string machine);
}
