using Microsoft.Extensions.Options;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using StackExchange.Redis;

namespace OrleansAssembly.Grains.Work;

/// <summary>
/// Makes sure that the media volume has room for the job before it writes much, and keeps it promised. Who comes later waits for who came first;
/// who was promised room keeps it.
/// </summary>
internal sealed class SpaceWork(WorkFiles files, MediaStore store, JobCatalogue catalogue, IOptions<MediaOptions> options) : IPieceWork
{
    private const string File = "space.json";

    public Stage Stage => Stage.Space;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job.JobId;
        var cut = await files.CutAsync(job, cancel);
        var segments = await files.SegmentsAsync(job, cancel);
        var need = new Promise(DiskNeed.Predict(cut.Film, segments, cut.Footage, context.Job.Presets.Select(name => Presets.Find(name)!)), Given: false);
        await files.WriteAsync(job, File, need, cancel);

        var room = new DiskRoom(Open(job, need), store.FreeBytes(), await PromisedAsync(job, cancel), options.Value.SpareBytes);
        if (!room.Fits)
        {
            return PieceOutcome.Waiting(Problem.Of("disk-space", "The media volume has no room for the job", room.ToString(), 507));
        }

        await files.WriteAsync(job, File, need with { Given = true }, cancel);
        return PieceOutcome.Done;
    }

    /// <summary>What the other jobs that go on are still to write, where they came first or were promised it; 0 where the store cannot tell who goes on.</summary>
    private async Task<long> PromisedAsync(string job, CancellationToken cancel)
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

    private async Task<Promise?> ReadAsync(string job, CancellationToken cancel)
    {
        try
        {
            return System.IO.File.Exists(files.File(job, File)) ? await files.ReadAsync<Promise>(job, File, cancel) : null;
        }
        catch (IOException)
        {
            return null; // it has just ended and taken its folder along
        }
    }

    private long Open(string job, Promise promise) => Math.Max(0, promise.Bytes - MediaStore.BytesIn(files.File(job, "seg")) - MediaStore.BytesIn(files.File(job, "sound")));

    private sealed record Promise(long Bytes, bool Given);
}
