using System.Net;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>What board, job page and cluster page ask for, over one film that is made.</summary>
public sealed class BoardApiTests(RunningServer server)
{
    [Fact]
    public async Task A_finished_film_is_found_has_poster_tiles_segments_and_a_log()
    {
        var job = await server.SubmitAsync(SpecOf(project: "pier", title: "The Ünfinished Pier"));
        Assert.Equal(JobStatus.Completed, (await server.EndOfAsync(job.Id)).Status);

        foreach (var search in new[] { "ünfinished", "PIER", job.Id[4..20] })
        {
            var found = await ReadAsync<Page<JobSummary>>(await server.Http.GetAsync($"{JobsApi.Root}?search={Uri.EscapeDataString(search)}&projectId=pier&status=completed", Cancel));
            var row = Assert.Single(found.Items);
            Assert.Equal((job.Id, 2, "h264-720p"), (row.Id, row.Shots, Assert.Single(row.Presets)));
            Assert.Equal($"api/v1/assembly/jobs/{job.Id}/outputs/poster.jpg", row.PosterUrl);
            Assert.Equal("image/jpeg", (await server.Http.GetAsync(row.PosterUrl, Cancel)).Content.Headers.ContentType?.MediaType);
        }

        Assert.Empty((await ReadAsync<Page<JobSummary>>(await server.Http.GetAsync($"{JobsApi.Root}?search=nobody-calls-it-so", Cancel))).Items);

        var details = await ReadAsync<JobDetails>(await server.Http.GetAsync($"{JobsApi.Root}/{job.Id}", Cancel));
        Assert.Equal(("Submitted", "Completed"), (details.Log[0].Message, details.Log[^1].Message));
        Assert.Equal(12, details.Log.Count(line => line.Message.StartsWith("Step ", StringComparison.Ordinal)));
        Assert.Empty(details.Setbacks);
        Assert.Equal(new SpriteTiles(10, 1, 160, 90, 1, 2), details.Outputs.Single(output => output.Kind == "sprite").Tiles);
        Assert.All(details.Outputs.Where(output => output.Kind != "sprite"), output => Assert.Null(output.Tiles));

        var map = await ReadAsync<SegmentMap>(await server.Http.GetAsync($"{JobsApi.Root}/{job.Id}/segments", Cancel));
        Assert.Equal("h264-720p", Assert.Single(map.Outputs));
        Assert.Equal([(0, 0L, 25L), (1, 25L, 50L)], map.Segments.Select(segment => (segment.Index, segment.StartFrame, segment.EndFrame)));
        var silo = Assert.Single((await ReadAsync<ClusterInfo>(await server.Http.GetAsync("/api/v1/cluster", Cancel))).Silos).Address;
        Assert.All(map.Segments, segment => Assert.Equal((SegmentStatus.Done, 1.0, 0, silo), (segment.Status, segment.Fraction, segment.Tries, segment.Silo)));

        var project = await ReadAsync<ProjectInfo>(await server.Http.GetAsync("/api/v1/projects/pier", Cancel));
        Assert.Equal((1, job.Id), (project.Jobs, Assert.Single(project.Films).JobId));
    }

    [Fact]
    public async Task A_job_that_encodes_nothing_has_an_empty_map_and_no_poster()
    {
        var job = await server.SubmitAsync(SpecOf(JobType.Edl, title: "Only a list"));
        await server.EndOfAsync(job.Id);

        var map = await ReadAsync<SegmentMap>(await server.Http.GetAsync($"{JobsApi.Root}/{job.Id}/segments", Cancel));
        Assert.Empty(map.Outputs);
        Assert.Empty(map.Segments);
        Assert.Null(Assert.Single((await ReadAsync<Page<JobSummary>>(await server.Http.GetAsync($"{JobsApi.Root}?search={job.Id}", Cancel))).Items).PosterUrl);
        await ProblemAsync(await server.Http.GetAsync($"{JobsApi.Root}/{Updates.NewId()}/segments", Cancel), 404);
    }

    [Fact]
    public async Task The_queue_counts_all_jobs_and_tells_the_slots()
    {
        var before = await QueueAsync();
        var job = await server.SubmitAsync(SpecOf(JobType.Edl, title: "One more"));
        Assert.Equal(JobStatus.Completed, (await server.EndOfAsync(job.Id)).Status);

        var after = await QueueAsync();
        Assert.True(after.Counts.Completed > before.Counts.Completed, $"{before} {after}");
        Assert.Equal(2, after.Slots);
        Assert.InRange(after.BusySlots, 0, 2);

        async Task<QueueInfo> QueueAsync() => await ReadAsync<QueueInfo>(await server.Http.GetAsync("/api/v1/assembly/queue", Cancel));
    }

    [Fact]
    public async Task The_cluster_tells_roles_versions_and_how_the_store_is()
    {
        var cluster = await ReadAsync<ClusterInfo>(await server.Http.GetAsync("/api/v1/cluster", Cancel));

        Assert.Equal((StoreKind.Embedded, true), (cluster.Store.Kind, cluster.Store.Healthy));
        Assert.True(cluster.Store.LatencyMs is null or (> 0 and < 4000), $"{cluster.Store}");
        Assert.Equal(2, cluster.Slots);
        var silo = Assert.Single(cluster.Silos);
        Assert.Equal((SiloRole.Both, 2), (silo.Role, silo.Slots));
        Assert.NotNull(silo.Version);
        Assert.True(silo.Since < TimeProvider.System.GetUtcNow(), $"{silo.Since}");
    }

    [Fact]
    public async Task Hostile_searches_find_nothing_or_are_refused()
    {
        foreach (var search in new[] { "%0A", "%00", new string('x', 201) })
        {
            await ProblemAsync(await server.Http.GetAsync($"{JobsApi.Root}?search={search}", Cancel), 400);
        }

        foreach (var search in new[] { "*", "%5B", "%5C", "%22", "%27%3B--", "%F0%9F%8E%AC" })
        {
            var answer = await server.Http.GetAsync($"{JobsApi.Root}?search={search}", Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Empty((await ReadAsync<Page<JobSummary>>(answer)).Items);
        }
    }
}
