using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests;

/// <summary>A place where a film was made without disturbance, and its server stopped.</summary>
public sealed class UndisturbedFilm : IAsyncLifetime
{
    internal Workplace Place { get; } = new();

    internal string Job { get; private set; } = "";

    internal string Checksum { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await using var server = await Place.StartAsync("--slots", "2");
        Job = await server.SubmitAsync(Workplace.Long());
        await server.CompleteAsync(Job);
        Checksum = await server.FilmChecksumAsync(Job);
        await server.EndAsync("TERM");
    }

    public ValueTask DisposeAsync()
    {
        Place.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Servers that end in the middle of encoding, each way there is.</summary>
public class RestartTests(UndisturbedFilm undisturbed) : IClassFixture<UndisturbedFilm>
{
    private static readonly TimeSpan ChildrenEnd = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData("KILL", 128 + 9)]
    [InlineData("TERM", 0)]
    public async Task AJob_GoesOnByItselfAfterTheServerEnds_AndItsFilmIsTheSame(string signal, int exitCode)
    {
        var place = undisturbed.Place;
        string job;
        IReadOnlyList<ProgressUpdate> before;
        await using (var server = await place.StartAsync("--slots", "2"))
        {
            job = await server.SubmitAsync(Workplace.Long());
            await using var watch = server.Watch(job);
            await watch.UntilAsync(JobWatch.EncodingFrom(20), "the middle of encoding");
            await Eventually.TrueAsync(() => place.Tools.Count > 0, ChildrenEnd, "an encoder");

            Assert.Equal(exitCode, await server.EndAsync(signal));
            await Eventually.TrueAsync(() => place.Tools.Count == 0, ChildrenEnd, $"the end of the encoders after SIG{signal}");
            before = watch.Seen;
        }

        Assert.DoesNotContain(before, update => JobWatch.Ended(update));
        await using (var server = await place.StartAsync("--slots", "2"))
        {
            var listed = await server.ListAsync();
            Assert.Contains(listed, summary => summary.Id == job);
            Assert.Contains(listed, summary => summary.Id == undisturbed.Job && summary.Status == JobStatus.Completed);

            await using var watch = server.Watch(job);
            await server.CompleteAsync(job);
            await watch.UntilAsync(JobWatch.Ended, "the last event");
            List<ProgressUpdate> story = [.. before, .. watch.Seen];
            Assert.Equal(story.Select(update => update.Sequence).Order().Distinct(), story.Select(update => update.Sequence));
            Assert.Equal(story.Select(update => update.Progress).Order(), story.Select(update => update.Progress));
            Assert.True(watch.Seen[0].Progress >= before[^1].Progress, $"progress fell from {before[^1].Progress} to {watch.Seen[0].Progress}");

            Assert.Equal(undisturbed.Checksum, await server.FilmChecksumAsync(job));
            Assert.Equal(undisturbed.Checksum, await server.FilmChecksumAsync(undisturbed.Job));
            Assert.Equal(0, await server.EndAsync("TERM"));
        }
    }
}
