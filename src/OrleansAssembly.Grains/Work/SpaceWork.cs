using Microsoft.Extensions.Options;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains.Work;

/// <summary>
/// Makes sure that the media volume has room for the job before it writes much, and keeps it promised. Who comes later waits for who came first;
/// who was promised room keeps it.
/// </summary>
internal sealed class SpaceWork(WorkFiles files, MediaStore store, DiskPromises promises, IOptions<MediaOptions> options) : IPieceWork
{
    public Stage Stage => Stage.Space;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job.JobId;
        var cut = await files.CutAsync(job, cancel);
        var segments = await files.SegmentsAsync(job, cancel);
        var need = new DiskPromise(DiskNeed.Predict(cut.Film, segments, cut.Footage, context.Job.Presets.Select(name => Presets.Find(name)!)), Given: false);
        await files.WriteAsync(job, DiskPromises.File, need, cancel);

        var room = new DiskRoom(promises.Open(job, need), store.FreeBytes(), await promises.OthersAsync(job, cancel), options.Value.SpareBytes);
        if (!room.Fits)
        {
            return PieceOutcome.Waiting(Problem.Of("disk-space", "The media volume has no room for the job", room.ToString(), 507));
        }

        await files.WriteAsync(job, DiskPromises.File, need with { Given = true }, cancel);
        return PieceOutcome.Done;
    }
}
