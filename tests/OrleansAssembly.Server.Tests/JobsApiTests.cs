using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>Jobs over HTTP, with real films.</summary>
public sealed class JobsApiTests(RunningServer server)
{
    [Fact]
    public async Task A_film_is_made_and_can_be_fetched_whole_and_in_ranges()
    {
        using var answer = await server.PostJobAsync(SpecOf());
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var job = await ReadAsync<JobDetails>(answer);
        Assert.Equal($"{JobsApi.Root}/{job.Id}", answer.Headers.Location?.OriginalString);

        var end = await server.EndOfAsync(job.Id);
        Assert.True(end.Status == JobStatus.Completed, end.ToString());
        Assert.Equal(100, end.Progress);

        var done = await GetAsync<JobDetails>($"{JobsApi.Root}/{job.Id}");
        Assert.Equal(12, done.Steps.Count(step => step.Status == StepStatus.Done));
        var film = Assert.Single(done.Outputs, output => output.Kind == "film");
        Assert.Equal(50, film.Frames);
        var outputs = await GetAsync<List<OutputInfo>>($"{JobsApi.Root}/{job.Id}/outputs");
        Assert.Equal(done.Outputs.Select(o => o.Name), outputs.Select(o => o.Name));

        using var whole = await server.Http.GetAsync(film.Url, Cancel);
        var bytes = await whole.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal(film.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal(film.MediaType, whole.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"\"{film.Sha256}\"", whole.Headers.ETag?.Tag);
        Assert.Equal("inline", whole.Content.Headers.ContentDisposition?.DispositionType);

        using var part = await SendAsync(HttpMethod.Get, film.Url, request => request.Headers.Range = new RangeHeaderValue(100, 199));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[100..200], await part.Content.ReadAsByteArrayAsync(Cancel));

        using var past = await SendAsync(HttpMethod.Get, film.Url, request => request.Headers.Range = new RangeHeaderValue(film.Bytes + 1, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, past.StatusCode);

        using var known = await SendAsync(HttpMethod.Get, film.Url, request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);

        using var head = await SendAsync(HttpMethod.Head, film.Url);
        Assert.Equal(film.Bytes, head.Content.Headers.ContentLength);

        Assert.Contains("TITLE: A film", (await server.Http.GetStringAsync($"{JobsApi.Root}/{job.Id}/edl", Cancel)).Replace("A FILM", "A film", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(50, (await GetAsync<Timeline.Story>($"{JobsApi.Root}/{job.Id}/story")).Frames);

        foreach (var name in new[] { "outputs.json", "..%2Foutputs.json", "nothing.mp4" })
        {
            using var unlisted = await server.Http.GetAsync($"{JobsApi.Root}/{job.Id}/outputs/{name}", Cancel);
            await ProblemAsync(unlisted, 404);
        }

        Assert.Contains(job.Id, (await GetAsync<ProjectInfo>("/api/v1/projects/harbour")).Films.Select(made => made.JobId));
        await ExportAsync(job.Id);
        await DeleteAsync(job);
    }

    [Fact]
    public async Task Progress_has_its_sequence_as_ETag_and_spares_what_is_known()
    {
        var job = await server.SubmitAsync(SpecOf(JobType.Edl));
        var end = await server.EndOfAsync(job.Id);
        using var first = await server.Http.GetAsync($"{JobsApi.Root}/{job.Id}/progress", Cancel);
        Assert.Equal(end.Sequence, (await ReadAsync<ProgressUpdate>(first)).Sequence);
        Assert.Equal($"\"{end.Sequence}\"", first.Headers.ETag?.Tag);
        using var second = await SendAsync(HttpMethod.Get, $"{JobsApi.Root}/{job.Id}/progress", request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task An_idempotency_key_makes_a_repeated_call_harmless()
    {
        var key = Guid.NewGuid().ToString();
        var body = SpecOf(JobType.Edl, title: "Once");
        using var first = await server.PostJobAsync(body, key);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        using var second = await server.PostJobAsync(body, key);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal((await ReadAsync<JobDetails>(first)).Id, (await ReadAsync<JobDetails>(second)).Id);
        using var other = await server.PostJobAsync(SpecOf(JobType.Edl, title: "Other"), key);
        await ProblemAsync(other, 422);
    }

    [Fact]
    public async Task A_repeated_call_after_the_end_answers_what_the_job_made()
    {
        var key = Guid.NewGuid().ToString();
        var body = SpecOf(JobType.Edl, title: "Once made");
        using var first = await server.PostJobAsync(body, key);
        var id = (await ReadAsync<JobDetails>(first)).Id;
        await server.EndOfAsync(id);

        using var second = await server.PostJobAsync(body, key);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        var made = (await GetAsync<JobDetails>($"{JobsApi.Root}/{id}")).Outputs;
        Assert.NotEmpty(made);
        Assert.Equal(made, (await ReadAsync<JobDetails>(second)).Outputs);
    }

    [Fact]
    public async Task A_refused_call_leaves_its_idempotency_key_free()
    {
        var key = Guid.NewGuid().ToString();
        using var refused = await server.PostJobAsync("{ \"type\": \"edl\", \"projectId\": \"p\" }", key);
        await ProblemAsync(refused, 400);
        using var taken = await server.PostJobAsync(SpecOf(JobType.Edl), key);
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
    }

    [Fact]
    public async Task Calls_at_the_same_time_with_one_key_make_one_job()
    {
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => server.PostJobAsync(SpecOf(JobType.Edl), key)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Pause_resume_cancel_and_retry_answer_the_progress_and_refuse_what_the_state_forbids()
    {
        var job = await server.SubmitAsync(SpecOf(shots: 30, project: "commands"));
        Assert.Equal(JobStatus.Paused, (await CommandAsync(job.Id, "pause")).Status);
        Assert.Equal(JobStatus.Paused, (await CommandAsync(job.Id, "pause")).Status);
        Assert.Contains(job.Id, (await GetAsync<Page<JobSummary>>($"{JobsApi.Root}?status=paused&projectId=commands")).Items.Select(found => found.Id));
        using (var early = await SendAsync(HttpMethod.Post, $"{JobsApi.Root}/{job.Id}/retry"))
        {
            await ProblemAsync(early, 409);
        }

        using (var early = await SendAsync(HttpMethod.Delete, $"{JobsApi.Root}/{job.Id}"))
        {
            await ProblemAsync(early, 409);
        }

        Assert.NotEqual(JobStatus.Paused, (await CommandAsync(job.Id, "resume")).Status);
        Assert.Equal(JobStatus.Cancelled, (await CommandAsync(job.Id, "cancel")).Status);
        using (var late = await SendAsync(HttpMethod.Post, $"{JobsApi.Root}/{job.Id}/pause"))
        {
            await ProblemAsync(late, 409);
        }

        Assert.NotEqual(JobStatus.Cancelled, (await CommandAsync(job.Id, "retry")).Status);
        await CommandAsync(job.Id, "cancel");
    }

    [Fact]
    public async Task An_export_needs_a_completed_job()
    {
        using var none = await server.PostJobAsync($$"""{ "type": "export", "projectId": "p", "title": "T", "sourceJobId": "{{Updates.NewId()}}", "outputs": [ { "preset": "h264-720p" } ] }""");
        Assert.Equal("urn:orleans-assembly:source-job-not-found", (await ProblemAsync(none, 422)).Type);
        var job = await server.SubmitAsync(SpecOf(shots: 30, project: "unfinished"));
        using var early = await server.PostJobAsync($$"""{ "type": "export", "projectId": "p", "title": "T", "sourceJobId": "{{job.Id}}", "outputs": [ { "preset": "h264-720p" } ] }""");
        Assert.Equal("urn:orleans-assembly:source-job-not-completed", (await ProblemAsync(early, 422)).Type);
        await CommandAsync(job.Id, "cancel");
    }

    [Fact]
    public async Task What_a_job_has_not_made_yet_is_told_with_the_step_that_makes_it()
    {
        var job = await server.SubmitAsync(SpecOf(shots: 30, project: "unfinished"));
        await CommandAsync(job.Id, "cancel");
        using var answer = await server.Http.GetAsync($"{JobsApi.Root}/{job.Id}/edl", Cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            Assert.Contains("Generate EDL file", (await ProblemAsync(answer, 404)).Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_job_whose_files_cannot_be_removed_stays_until_they_can()
    {
        var job = await server.SubmitAsync(SpecOf(JobType.Edl, project: "stuck"));
        await server.EndOfAsync(job.Id);
        var exports = Path.Combine(server.MediaRoot, "exports", "stuck", job.Id);

        // Two trees, one in the other, are deeper than a path can name: not even root can remove them as they are.
        string[] deep = [.. Enumerable.Repeat(new string('x', 200), 12)];
        var apart = Path.Combine(server.MediaRoot, "apart");
        var inside = Directory.CreateDirectory(Path.Combine([exports, .. deep])).FullName + "/inside";
        Directory.CreateDirectory(Path.Combine([apart, .. deep]));
        Directory.Move(apart, inside);
        try
        {
            using var stuck = await SendAsync(HttpMethod.Delete, $"{JobsApi.Root}/{job.Id}?files=true");
            Assert.Equal("urn:orleans-assembly:files-not-removed", (await ProblemAsync(stuck, 503)).Type);
            Assert.Equal(job.Id, (await GetAsync<JobDetails>($"{JobsApi.Root}/{job.Id}")).Id);
        }
        finally
        {
            Directory.Move(inside, apart);
            Directory.Delete(apart, recursive: true);
        }

        await DeleteAsync(job);
    }

    [Fact]
    public async Task Sources_are_uploaded_listed_probed_fetched_and_removed()
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(server.MediaRoot, "sources", "one.mp4"), Cancel);
        using var stored = await server.Http.PutAsync("/api/v1/sources/new/a%20b%23%C3%A4.mp4", new ByteArrayContent(bytes), Cancel);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        Assert.Equal("new/a b#ä.mp4", (await ReadAsync<SourceFile>(stored)).Path);
        using var again = await server.Http.PutAsync(stored.Headers.Location, new ByteArrayContent(bytes), Cancel);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);

        var first = await GetAsync<Page<SourceFile>>("/api/v1/sources?limit=1");
        Assert.NotNull(first.NextCursor);
        var rest = await GetAsync<Page<SourceFile>>($"/api/v1/sources?cursor={first.NextCursor}");
        Assert.Contains("new/a b#ä.mp4", first.Items.Concat(rest.Items).Select(file => file.Path));
        Assert.Equal(75, (await GetAsync<Timeline.SourceFacts>(stored.Headers.Location + "/probe")).Video?.Frames);
        Assert.Equal(bytes, await server.Http.GetByteArrayAsync(stored.Headers.Location, Cancel));

        using var gone = await server.Http.DeleteAsync(stored.Headers.Location, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using var missing = await server.Http.GetAsync(stored.Headers.Location, Cancel);
        await ProblemAsync(missing, 404);
    }

    [Fact]
    public async Task An_export_of_an_export_takes_the_timeline_of_the_job_behind_it()
    {
        var edit = await server.SubmitAsync(SpecOf(JobType.Edl, shots: 1));
        await server.EndOfAsync(edit.Id);
        var first = await ExportAsync(edit.Id);
        using var estimate = await server.Http.PostAsync("/api/v1/assembly/estimate", new StringContent(ExportOf(first.Id), System.Text.Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(25, (await ReadAsync<JobEstimate>(estimate)).Frames);
        var second = await ExportAsync(first.Id);
        Assert.Equal(edit.Id, second.Spec.SourceJobId);

        using (await SendAsync(HttpMethod.Delete, $"{JobsApi.Root}/{edit.Id}"))
        {
            using var orphaned = await server.PostJobAsync(ExportOf(first.Id));
            var problem = await ProblemAsync(orphaned, 422);
            Assert.Equal("urn:orleans-assembly:source-job-not-found", problem.Type);
            Assert.Contains($"'{first.Id}' is an export of '{edit.Id}'", problem.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_edit_list_of_an_export_is_told_to_be_that_of_its_source_job()
    {
        var edit = await server.SubmitAsync(SpecOf(JobType.Edl, shots: 1));
        await server.EndOfAsync(edit.Id);
        var export = await ExportAsync(edit.Id);

        using var edl = await server.Http.GetAsync($"{JobsApi.Root}/{export.Id}/edl", Cancel);
        Assert.Contains($"GET {JobsApi.Root}/{edit.Id}/edl", (await ProblemAsync(edl, 404)).Detail, StringComparison.Ordinal);
        using var story = await server.Http.GetAsync($"{JobsApi.Root}/{export.Id}/story", Cancel);
        Assert.Equal(HttpStatusCode.OK, story.StatusCode);
    }

    private static string ExportOf(string sourceJobId) =>
        $$"""{ "type": "export", "projectId": "harbour", "title": "Again", "sourceJobId": "{{sourceJobId}}", "outputs": [ { "preset": "h264-1080p" } ] }""";

    private async Task<JobDetails> ExportAsync(string sourceJobId)
    {
        var export = await server.SubmitAsync(ExportOf(sourceJobId));
        var end = await server.EndOfAsync(export.Id);
        Assert.True(end.Status == JobStatus.Completed, end.ToString());
        var job = await GetAsync<JobDetails>($"{JobsApi.Root}/{export.Id}");
        Assert.Single(job.Outputs, output => output.Preset == "h264-1080p");
        return job;
    }

    private async Task DeleteAsync(JobDetails job)
    {
        using var gone = await SendAsync(HttpMethod.Delete, $"{JobsApi.Root}/{job.Id}?files=true");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.False(Directory.Exists(Path.Combine(server.MediaRoot, "exports", job.ProjectId, job.Id)));
        using var missing = await server.Http.GetAsync($"{JobsApi.Root}/{job.Id}", Cancel);
        await ProblemAsync(missing, 404);
    }

    private async Task<ProgressUpdate> CommandAsync(string id, string command)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"{JobsApi.Root}/{id}/{command}");
        Assert.True(answer.IsSuccessStatusCode, $"{command}: {await answer.Content.ReadAsStringAsync(Cancel)}");
        return await ReadAsync<ProgressUpdate>(answer);
    }

    private async Task<T> GetAsync<T>(string path)
    {
        using var answer = await server.Http.GetAsync(path, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return await ReadAsync<T>(answer);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? prepare = null)
    {
        var request = new HttpRequestMessage(method, path);
        prepare?.Invoke(request);
        return server.Http.SendAsync(request, Cancel);
    }
}
