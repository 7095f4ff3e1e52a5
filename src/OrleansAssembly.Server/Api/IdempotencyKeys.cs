using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace OrleansAssembly.Server.Api;

/// <summary>What is to be done with a call that carries a key.</summary>
public enum KeyedCall
{
    /// <summary>Do it, under the id that is given.</summary>
    Begin,

    /// <summary>It was done before: answer with what it made.</summary>
    Done,

    /// <summary>The first call is still being worked on.</summary>
    Busy,

    /// <summary>The key belongs to a call with another body.</summary>
    OtherBody,
}

/// <summary>
/// Makes a repeated call harmless, for 24 hours. A call whose server died half-way is begun again by its repetition, under the same job id;
/// submitting a job twice under one id makes one job.
/// </summary>
public sealed class IdempotencyKeys(IConnectionMultiplexer store, TimeProvider time)
{
    public const string Header = "Idempotency-Key";
    public const int LongestKey = 255;

    // In place of when the call began.
    private const string Done = "done";
    private const string LongAgo = "0";

    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>No call takes so long: its server is gone.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(30);

    public async Task<(KeyedCall Call, string JobId)> BeginAsync(string key, ReadOnlyMemory<byte> body, string newJobId)
    {
        var database = store.GetDatabase();
        var hash = HashOf(body);
        while (true)
        {
            if (await database.StringSetAsync(KeyOf(key), Entry(hash, newJobId, Now()), Kept, When.NotExists))
            {
                return (KeyedCall.Begin, newJobId);
            }

            string? text = await database.StringGetAsync(KeyOf(key));
            if (text?.Split(' ') is not [var knownHash, var jobId, var begun])
            {
                continue; // it ran out in this very moment
            }

            if (knownHash != hash)
            {
                return (KeyedCall.OtherBody, jobId);
            }

            if (begun == Done)
            {
                return (KeyedCall.Done, jobId);
            }

            var age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(begun, CultureInfo.InvariantCulture));
            if (age < LongestCall)
            {
                return (KeyedCall.Busy, jobId);
            }

            await database.StringSetAsync(KeyOf(key), Entry(hash, jobId, Now()), Kept);
            return (KeyedCall.Begin, jobId);
        }
    }

    /// <summary>The call made its job.</summary>
    public Task EndAsync(string key, ReadOnlyMemory<byte> body, string jobId) =>
        store.GetDatabase().StringSetAsync(KeyOf(key), Entry(HashOf(body), jobId, Done), Kept);

    /// <summary>Nobody knows whether the call made its job: its repetition is to begin at once, under the same id.</summary>
    public Task ReleaseAsync(string key, ReadOnlyMemory<byte> body, string jobId) =>
        store.GetDatabase().StringSetAsync(KeyOf(key), Entry(HashOf(body), jobId, LongAgo), Kept);

    /// <summary>The call was refused: the key may be used again.</summary>
    public Task ForgetAsync(string key) => store.GetDatabase().KeyDeleteAsync(KeyOf(key));

    private static RedisKey KeyOf(string key) => "{assembly}:idempotency:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static string HashOf(ReadOnlyMemory<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body.Span));

    private static string Entry(string hash, string jobId, string begun) => $"{hash} {jobId} {begun}";

    private string Now() => time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
