using System.Net;
using System.Text;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>What somebody asks who is still making up a film: what it would take, and what its sources look like.</summary>
public sealed class BeforeTheStartTests(RunningServer server)
{
    [Fact]
    public async Task An_estimate_tells_the_film_its_room_and_its_time()
    {
        var estimate = await ReadAsync<JobEstimate>(await EstimateAsync(SpecOf(shots: 3)));

        Assert.Equal((75L, "25", 3.0, 320, 180, 3), (estimate.Frames, estimate.FrameRate, estimate.DurationSeconds, estimate.Width, estimate.Height, estimate.Segments));
        Assert.True(estimate.DiskBytes > 1_000_000 && estimate.DiskFreeBytes >= 0, $"{estimate}");
        Assert.True(estimate.Seconds > 0 && estimate.SecondsLow <= estimate.Seconds && estimate.Seconds <= estimate.SecondsHigh && estimate.StartsIn >= 0, $"{estimate}");
    }

    [Fact]
    public async Task An_edit_list_takes_no_room_and_has_no_segments()
    {
        var estimate = await ReadAsync<JobEstimate>(await EstimateAsync(SpecOf(JobType.Edl)));

        Assert.Equal((50L, 0, 0L), (estimate.Frames, estimate.Segments, estimate.DiskBytes));
    }

    [Fact]
    public async Task Mistakes_are_told_as_submitting_tells_them_and_those_that_only_the_sources_show_too()
    {
        const string job = """{ "type": "assembly", "projectId": "harbour", "title": "T", "outputs": [ { "preset": "h264-720p" } ], "timeline": { "shots": [ SHOT ] } }""";

        var words = await ProblemAsync(await EstimateAsync(job.Replace("h264-720p", "vhs", StringComparison.Ordinal).Replace("SHOT", """{ "source": "gone.mp4" }""", StringComparison.Ordinal)), 400);
        Assert.Equal(["outputs[0].preset", "timeline.shots[0].source"], words.Errors!.Keys.Order(StringComparer.Ordinal));

        var sources = await ProblemAsync(await EstimateAsync(job.Replace("SHOT", """{ "source": "one.mp4", "in": "1s", "out": "9s" }, { "source": "two.mp4", "in": "8s" }""", StringComparison.Ordinal)), 400);
        Assert.Equal(["timeline.shots[0].out", "timeline.shots[1].in"], sources.Errors!.Keys.Order(StringComparer.Ordinal));

        await File.WriteAllTextAsync(Path.Combine(server.MediaRoot, "sources", "broken.mp4"), "no film", Cancel);
        var broken = await ProblemAsync(await EstimateAsync(job.Replace("SHOT", """{ "source": "broken.mp4" }""", StringComparison.Ordinal)), 400);
        Assert.Equal("timeline.shots[0].source", Assert.Single(broken.Errors!).Key);
        Assert.DoesNotContain(server.MediaRoot, broken.Errors!.Values.Single()[0], StringComparison.Ordinal);

        await ProblemAsync(await EstimateAsync("[]"), 400);
        var nobody = $$"""{ "type": "export", "projectId": "harbour", "title": "T", "sourceJobId": "{{Updates.NewId()}}", "outputs": [ { "preset": "h264-720p" } ] }""";
        Assert.Equal(Problem.Prefix + "source-job-not-found", (await ProblemAsync(await EstimateAsync(nobody), 422)).Type);
    }

    [Fact]
    public async Task An_estimate_leaves_no_job_behind()
    {
        var before = await server.Http.GetStringAsync($"{JobsApi.Root}?projectId=nowhere", Cancel);
        Assert.Equal(HttpStatusCode.OK, (await EstimateAsync(SpecOf(project: "nowhere"))).StatusCode);
        Assert.Equal(before, await server.Http.GetStringAsync($"{JobsApi.Root}?projectId=nowhere", Cancel));
    }

    [Fact]
    public async Task A_frame_is_a_picture_with_a_tag_that_spares_the_bytes()
    {
        var first = await server.Http.GetAsync("/api/v1/sources/one.mp4/frame?at=1.2s&width=160", Cancel);
        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.Equal([0xFF, 0xD8, 0xFF], (await first.Content.ReadAsByteArrayAsync(Cancel))[..3]);

        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sources/one.mp4/frame?at=1.2s&width=160");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await server.Http.SendAsync(request, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/api/v1/sources/one.mp4/frame", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("one.mp4/frame?at=9s", 400)]
    [InlineData("one.mp4/frame?at=soon", 400)]
    [InlineData("one.mp4/frame?at=-1s", 400)]
    [InlineData("one.mp4/frame?at=1", 400)]
    [InlineData("one.mp4/frame?width=63", 400)]
    [InlineData("one.mp4/frame?width=1921", 400)]
    [InlineData("one.mp4/frame?width=wide", 400)]
    [InlineData("gone.mp4/frame", 404)]
    [InlineData("..%2f..%2fetc%2fpasswd/frame", 404)]
    [InlineData("%2Fetc%2Fpasswd/frame", 404)]
    [InlineData("one.mp4%00/frame", 400)]
    public async Task A_frame_that_cannot_be_is_refused(string address, int status) =>
        Assert.Equal(status, (int)(await server.Http.GetAsync(new Uri(server.Address, "/api/v1/sources/" + address), Cancel)).StatusCode);

    [Fact]
    public async Task Sources_are_listed_by_how_their_path_begins()
    {
        Directory.CreateDirectory(Path.Combine(server.MediaRoot, "sources", "pier", "day1"));
        foreach (var name in new[] { "pier/010.mp4", "pier/day1/020.mp4", "pier-notes.mp4" })
        {
            await File.WriteAllTextAsync(Path.Combine(server.MediaRoot, "sources", name), "x", Cancel);
        }

        Assert.Equal(["pier/010.mp4", "pier/day1/020.mp4"], await PathsAsync("pier/"));
        Assert.Equal(["pier/day1/020.mp4"], await PathsAsync("pier/day1/0"));
        Assert.Equal(["pier-notes.mp4", "pier/010.mp4", "pier/day1/020.mp4"], await PathsAsync("pier"));
        Assert.Empty(await PathsAsync("../"));
        Assert.Empty(await PathsAsync("/etc"));

        async Task<IEnumerable<string>> PathsAsync(string prefix) =>
            (await ReadAsync<Page<SourceFile>>(await server.Http.GetAsync($"/api/v1/sources?prefix={Uri.EscapeDataString(prefix)}", Cancel))).Items.Select(file => file.Path);
    }

    private Task<HttpResponseMessage> EstimateAsync(string json) =>
        server.Http.PostAsync("/api/v1/assembly/estimate", new StringContent(json, Encoding.UTF8, "application/json"), Cancel);
}
