using OrleansAssembly.Media;
using StackExchange.Redis;

namespace OrleansAssembly.Grains.Work;

/// <summary>Room on the media volume that a job needs, as it lies in its work folder.</summary>
/// <param name="Bytes">Everything that it will write.</param>
/// <param name="Given">It was promised.</param>
public sealed record DiskPromise(long Bytes, bool Given);

/// <summary>What the jobs that go on are still to write.</summary>
public sealed class DiskPromises(WorkFiles files, JobCatalogue catalogue)
{
    internal const string File = "space.json";

    /// <summary>What the other jobs that go on are still to write, where they came first or were promised it; 0 where the store cannot tell who goes on.</summary>
    /// <param name="job">The job that asks; one that is not submitted yet has an id that comes after all others.</param>
    public async Task<long> OthersAsync(string job, CancellationToken cancel)
    {
        var sum = 0L;
        try
        {
            await foreach (var other in catalogue.ListActiveAsync(cancel))
            {
                if (other != job && await ReadAsync(other, cancel) is { } promise && (promise.Given || string.CompareOrdinal(other, job) < 0))
                {
                    sum += Open(other, promise);
                }
            }
        }
        catch (RedisException)
        {
            // A promise more or less is no reason to stand still while the store is away.
        }

        return sum;
    }

    private async Task<DiskPromise?> ReadAsync(string job, CancellationToken cancel)
    {
        try
        {
            return System.IO.File.Exists(files.File(job, File)) ? await files.ReadAsync<DiskPromise>(job, File, cancel) : null;
        }
        catch (IOException)
        {
            return null; // it has just ended and taken its folder along
        }
    }

    /// <summary>What a job is still to write of what it was promised.</summary>
    public long Open(string job, DiskPromise promise) => Math.Max(0, promise.Bytes - MediaStore.BytesIn(files.File(job, "seg")) - MediaStore.BytesIn(files.File(job, "sound")));
}
