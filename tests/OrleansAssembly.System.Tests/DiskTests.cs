using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests;

public class DiskTests
{
    [Fact]
    public async Task AJobThatWouldNotFit_WaitsAndSaysHowMuchIsNeeded_AndGoesOnWhenThereIsRoom()
    {
        using var disk = new SmallDisk(megabytes: 600);
        using var place = new Workplace(disk.Folder);
        await using var server = await place.StartAsync("--slots", "2");
        disk.Fill(left: 250_000_000);

        var job = await server.SubmitAsync(Workplace.Small());
        await using var watch = server.Watch(job);
        var waiting = await watch.UntilAsync(update => update.Message.StartsWith("Waiting for disk space", StringComparison.Ordinal), "the wait for disk space");

        Assert.Equal(JobStatus.Running, waiting.Status);
        Assert.Matches(@"about \d+ MB are needed and \d+ MB are free", waiting.Message);
        Assert.Empty(place.Tools);
        disk.Free();
        await server.CompleteAsync(job);
    }

    [Fact]
    public async Task ADiskThatFillsAllTheSame_FailsTheJobCleanly_AndRetryGoesOn()
    {
        using var disk = new SmallDisk(megabytes: 600);
        using var place = new Workplace(disk.Folder);
        await using var server = await place.StartAsync("--slots", "2");
        var job = await server.SubmitAsync(Workplace.Long());
        await using (var watch = server.Watch(job))
        {
            await watch.UntilAsync(JobWatch.EncodingFrom(20), "the middle of encoding");
            disk.Fill(left: 0);
            var failed = await watch.UntilAsync(update => update.Status == JobStatus.Failed, "the failure");

            Assert.Equal("urn:orleans-assembly:disk-full", failed.Error?.Type);
            Assert.Contains("Free space", failed.Error?.Detail, StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(() => place.Tools.Count == 0, TimeSpan.FromSeconds(20), "the end of all children");
        Assert.Empty(Directory.EnumerateFiles(disk.Folder.FullName, "*.part", SearchOption.AllDirectories));
        var kept = Segments(disk);
        Assert.NotEmpty(kept);

        disk.Free();
        await server.CommandAsync(job, "retry");
        await server.CompleteAsync(job);
        await server.FilmChecksumAsync(job);
    }

    private static List<string> Segments(SmallDisk disk) =>
        [.. Directory.EnumerateDirectories(disk.Folder.FullName, "seg", SearchOption.AllDirectories).SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))];
}
