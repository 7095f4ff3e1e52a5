using System.Text.Json;
using OrleansAssembly.Testing;
using StackExchange.Redis;

namespace OrleansAssembly.SystemTests;

/// <summary>Which silos a cluster thinks it has, read where the silos themselves read it.</summary>
internal sealed class MembershipTable(RedisProcess redis) : IAsyncDisposable
{
    private const string Key = "orleans-assembly/members/orleans-assembly";
    private const string Version = "Version";

    private readonly ConnectionMultiplexer _connection = ConnectionMultiplexer.Connect(redis.Address);

    /// <summary>One line a silo: its address and status, and who has suspected it.</summary>
    public async Task<IReadOnlyList<Member>> ReadAsync()
    {
        var rows = await _connection.GetDatabase().HashGetAllAsync(Key);
        return [.. rows.Where(row => row.Name != Version).Select(row => Read(JsonDocument.Parse((string)row.Value!).RootElement, row.Name!))];
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static Member Read(JsonElement entry, string silo)
    {
        var status = entry.GetProperty("Status");
        var suspects = entry.TryGetProperty("SuspectTimes", out var times) && times.ValueKind == JsonValueKind.Array ? times.GetArrayLength() : 0;
        return new Member(silo, status.ValueKind == JsonValueKind.Number ? (SiloStatus)status.GetInt32() : Enum.Parse<SiloStatus>(status.GetString()!), suspects);
    }
}

/// <summary>A silo in the membership table.</summary>
/// <param name="Suspicions">Votes for its death.</param>
internal sealed record Member(string Silo, SiloStatus Status, int Suspicions);
