using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Errors;
using EntityTag = Microsoft.Net.Http.Headers.EntityTagHeaderValue;

namespace OrleansAssembly.Server.Api;

/// <summary>Jobs: submit, list, look, command, delete.</summary>
public static class JobsApi
{
    public const string Root = "/api/v1/assembly/jobs";
    private const int DefaultLimit = 50;
    private const int LongestSearch = 200;

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup(Root).WithTags("Jobs");
        jobs.MapPost("/", SubmitAsync).WithName("SubmitJob").WithSummary("Submit a job")
            .WithDescription($"Checks the whole body and tells every problem at once. With an {IdempotencyKeys.Header} header a repeated call is harmless for 24 hours.")
            .Accepts<JobSpec>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(256L * 1024 * 1024))
            .ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422).NeedsStore();
        jobs.MapGet("/", ListAsync).WithName("ListJobs").WithSummary("List jobs, newest first")
            .WithDescription("search: only jobs whose title, project or id has this in it, whatever the case. A page of a search may hold fewer jobs than limit although another follows.")
            .ProducesProblem(400).NeedsStore();
        jobs.MapGet("/{id}", GetAsync).WithName("GetJob").WithSummary("A job whole").ProducesProblem(404);
        jobs.MapGet("/{id}/segments", GetSegmentsAsync).WithName("GetSegments").WithSummary("Which segments of a job's films are made, and who works on which").ProducesProblem(404);
        jobs.MapGet("/{id}/progress", GetProgressAsync).WithName("GetProgress").WithSummary("The newest progress; its ETag is the sequence")
            .Produces(StatusCodes.Status304NotModified).ProducesProblem(404);
        jobs.MapPost("/{id}/pause", PauseAsync)
            .WithName("PauseJob").WithSummary("Pause at once, or after the segments in work; for good, or until a time")
            .WithDescription("Without a body at once. { \"after\": \"segment\" } finishes what is in work first; { \"resumeAt\": \"2026-01-31T06:00:00Z\" } goes on by itself then.")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        jobs.MapPost("/{id}/resume", (string id, IGrainFactory grains) => CommandAsync(id, grains, job => job.ResumeAsync()))
            .WithName("ResumeJob").WithSummary("Resume").ProducesProblem(404).ProducesProblem(409);
        jobs.MapPost("/{id}/cancel", (string id, IGrainFactory grains) => CommandAsync(id, grains, job => job.CancelAsync()))
            .WithName("CancelJob").WithSummary("Cancel").ProducesProblem(404).ProducesProblem(409);
        jobs.MapPost("/{id}/retry", (string id, IGrainFactory grains) => CommandAsync(id, grains, job => job.RetryAsync()))
            .WithName("RetryJob").WithSummary("Try a failed or cancelled job again").ProducesProblem(404).ProducesProblem(409);
        jobs.MapDelete("/{id}", DeleteAsync).WithName("DeleteJob").WithSummary("Forget an ended job; files=true removes its exports too")
            .ProducesProblem(404).ProducesProblem(409).NeedsStore();
    }

    public static void MapEstimate(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/assembly/estimate", EstimateAsync).WithName("EstimateJob").WithTags("Jobs").WithSummary("What a job would take, before it is submitted")
            .WithDescription("Checks the body as submitting does, and also what only the sources show: that they can be read, and have what the in and out points name.")
            .Accepts<JobSpec>("application/json").ProducesProblem(400).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);

    /// <summary>The grain of a job, or null where the id is none: nothing is asked of the cluster for it.</summary>
    public static IJobGrain? Find(this IGrainFactory grains, string id) =>
        id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? grains.GetGrain<IJobGrain>(id) : null;

    private static async Task<Results<Created<JobDetails>, Ok<JobDetails>, ProblemHttpResult>> SubmitAsync(
        HttpRequest request, JobIntake intake, JobOutputs outputs, [FromHeader(Name = IdempotencyKeys.Header)] string? idempotencyKey, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<JobSpec>(request, cancellation);
        if (body.Value is null)
        {
            return Problems.Of(body.Problem!);
        }

        var (job, created, problem) = await intake.TakeAsync(body.Value, body.Bytes, idempotencyKey);
        return problem is not null ? Problems.Of(problem)
            : created ? TypedResults.Created(request.Below($"{Root}/{job!.Id}"), job)
            : TypedResults.Ok(await WithOutputsAsync(job!, request, outputs, cancellation)); // it may have ended since
    }

    private static async Task<Results<Ok<JobEstimate>, ProblemHttpResult>> EstimateAsync(HttpRequest request, JobIntake intake, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<JobSpec>(request, cancellation);
        if (body.Value is null)
        {
            return Problems.Of(body.Problem!);
        }

        var (estimate, problem) = await intake.EstimateAsync(body.Value, cancellation);
        return problem is not null ? Problems.Of(problem) : TypedResults.Ok(estimate!);
    }

    private static async Task<Results<Ok<Page<JobSummary>>, ProblemHttpResult>> ListAsync(
        JobCatalogue catalogue, string? status, string? projectId, string? search, int? limit, string? cursor)
    {
        if (!TryStatus(status, out var only))
        {
            return Problems.Of("invalid-query", "The query cannot be read", "status is one of pending, running, paused, completed, failed, cancelled.", 400);
        }

        if (limit is < 1 or > JobCatalogue.MaxLimit)
        {
            return Problems.Of("invalid-query", "The query cannot be read", $"limit lies between 1 and {JobCatalogue.MaxLimit}.", 400);
        }

        if (projectId is not null && !JobSpecValidator.IsProjectId(projectId))
        {
            return Problems.Of("invalid-query", "The query cannot be read", "projectId is no id of a project.", 400);
        }

        if (search is not null && (search.Length > LongestSearch || search.Any(char.IsControl)))
        {
            return Problems.Of("invalid-query", "The query cannot be read", $"search is one line of at most {LongestSearch} characters.", 400);
        }

        return await catalogue.ListAsync(only, projectId, limit ?? DefaultLimit, cursor, search) is { } page
            ? TypedResults.Ok(page)
            : Problems.Of("invalid-query", "The query cannot be read", "cursor is none that a page gave; start without one.", 400);
    }

    private static async Task<Results<Ok<JobDetails>, ProblemHttpResult>> GetAsync(
        string id, HttpRequest request, IGrainFactory grains, JobOutputs outputs, CancellationToken cancellation) =>
        grains.Find(id) is { } grain && await grain.GetAsync() is { } job
            ? TypedResults.Ok(await WithOutputsAsync(job, request, outputs, cancellation))
            : Problems.NoSuchJob(id);

    private static async Task<JobDetails> WithOutputsAsync(JobDetails job, HttpRequest request, JobOutputs outputs, CancellationToken cancellation) =>
        job with { Outputs = await outputs.ListAsync(job.ProjectId, job.Id, request, cancellation) };

    private static async Task<Results<Ok<SegmentMap>, ProblemHttpResult>> GetSegmentsAsync(string id, IGrainFactory grains) =>
        grains.Find(id) is { } grain && await grain.GetSegmentsAsync() is { } map ? TypedResults.Ok(map) : Problems.NoSuchJob(id);

    private static async Task<Results<Ok<ProgressUpdate>, StatusCodeHttpResult, ProblemHttpResult>> GetProgressAsync(string id, HttpContext http, IGrainFactory grains)
    {
        if (grains.Find(id) is not { } grain || await grain.GetProgressAsync() is not { } progress)
        {
            return Problems.NoSuchJob(id);
        }

        var tag = new EntityTag($"\"{progress.Sequence}\"");
        http.Response.Headers.ETag = tag.ToString();
        http.Response.Headers.CacheControl = "no-cache";
        return EntityTag.TryParseList(http.Request.Headers.IfNoneMatch, out var known) && known.Any(k => k.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(progress);
    }

    private static async Task<Results<Ok<ProgressUpdate>, ProblemHttpResult>> PauseAsync(
        string id, HttpRequest request, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var wish = PauseWish.Now;
        if (request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            var body = await JsonBody.ReadAsync<PauseWish>(request, cancellation);
            if (body.Value is null)
            {
                return Problems.Of(body.Problem!);
            }

            wish = body.Value;
        }

        return wish.ResumeAt <= time.GetUtcNow()
            ? Problems.Of("invalid-pause", "The pause cannot be accepted", "resumeAt lies in the past: name a later time, or leave it out.", 400)
            : await CommandAsync(id, grains, job => job.PauseAsync(wish));
    }

    private static async Task<Results<Ok<ProgressUpdate>, ProblemHttpResult>> CommandAsync(string id, IGrainFactory grains, Func<IJobGrain, Task<CommandResult>> command)
    {
        if (grains.Find(id) is not { } grain)
        {
            return Problems.NoSuchJob(id);
        }

        return await command(grain) switch
        {
            { Refusal: { } refusal } => Problems.Of(refusal),
            { Progress: { } progress } => TypedResults.Ok(progress),
            _ => Problems.NoSuchJob(id),
        };
    }

    /// <summary>The files go first: as long as any is there, so is the job by which they can be found.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, bool? files, IGrainFactory grains, JobFiles disk, CancellationToken cancellation)
    {
        if (grains.Find(id) is not { } grain || await grain.GetAsync() is not { } job)
        {
            return Problems.NoSuchJob(id);
        }

        if (!job.Status.IsEnded())
        {
            return Problems.Of(Problem.NotEnded);
        }

        return await disk.RemoveAsync(job.ProjectId, id, exports: files is true, cancellation) is { } problem ? Problems.Of(problem)
            : await grain.DeleteAsync() is { Refusal: { } refusal } ? Problems.Of(refusal)
            : TypedResults.NoContent();
    }

    private static bool TryStatus(string? text, out JobStatus? status)
    {
        status = text is null ? null : Enum.GetValues<JobStatus>().Cast<JobStatus?>().FirstOrDefault(s => s.ToString()!.Equals(text, StringComparison.OrdinalIgnoreCase));
        return text is null || status is not null;
    }
}
