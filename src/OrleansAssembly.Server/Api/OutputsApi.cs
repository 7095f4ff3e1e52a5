using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Errors;

namespace OrleansAssembly.Server.Api;

/// <summary>What jobs made: films with range requests, edit list and story.</summary>
public static class OutputsApi
{
    private static readonly string[] Read = ["GET", "HEAD"];

    public static void MapOutputs(this IEndpointRouteBuilder routes)
    {
        var job = routes.MapGroup(JobsApi.Root + "/{id}").WithTags("Outputs");
        job.MapGet("/outputs", ListAsync).WithName("ListOutputs").WithSummary("The files that a job made").ProducesProblem(404);
        job.MapMethods("/outputs/{name}", Read, GetAsync).WithName("GetOutput").WithSummary("One file, with ranges and ETag")
            .Produces(200, contentType: "application/octet-stream").Produces(206).Produces(304).ProducesProblem(404).ProducesProblem(416);
        job.MapMethods("/edl", Read, GetEdlAsync).WithName("GetEdl").WithSummary("The edit decision list, CMX3600")
            .Produces<string>(200, "text/plain").ProducesProblem(404);
        job.MapMethods("/story", Read, GetStoryAsync).WithName("GetStory").WithSummary("The film's story metadata")
            .Produces<Timeline.Story>(200).ProducesProblem(404);
    }

    private static async Task<Results<Ok<IReadOnlyList<OutputInfo>>, ProblemHttpResult>> ListAsync(string id, HttpRequest request, IGrainFactory grains, JobOutputs outputs, CancellationToken cancellation) =>
        await grains.DetailsAsync(id) is { } job
            ? TypedResults.Ok(await outputs.ListAsync(job.ProjectId, id, request, cancellation))
            : Problems.NoSuchJob(id);

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> GetAsync(
        string id, string name, HttpResponse response, IGrainFactory grains, JobOutputs outputs, CancellationToken cancellation)
    {
        if (await grains.DetailsAsync(id) is not { } job)
        {
            return Problems.NoSuchJob(id);
        }

        var output = (await outputs.ListAsync(job.ProjectId, id, response.HttpContext.Request, cancellation)).FirstOrDefault(o => o.Name == name);
        return output is not null && outputs.PathOf(job.ProjectId, id, output) is { } path
            ? Serve(response, path, output.Name, output.MediaType, output.Sha256)
            : Problems.Of("output-not-found", "The job made no such file", $"Job '{id}' has no output '{Problems.Shown(name)}'. GET {JobsApi.Root}/{id}/outputs lists what it made.", 404);
    }

    private static Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> GetEdlAsync(
        string id, HttpResponse response, IGrainFactory grains, JobOutputs outputs, CancellationToken cancellation) =>
        GetKindAsync(id, "edl", "film.edl", "text/plain; charset=utf-8", "Generate EDL file", response, grains, outputs, cancellation);

    private static Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> GetStoryAsync(
        string id, HttpResponse response, IGrainFactory grains, JobOutputs outputs, CancellationToken cancellation) =>
        GetKindAsync(id, "story", "story.json", "application/json", "Extract story metadata", response, grains, outputs, cancellation);

    /// <summary>From the exports, or while the job is on its way from its work folder.</summary>
    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> GetKindAsync(
        string id, string kind, string name, string mediaType, string step, HttpResponse response, IGrainFactory grains, JobOutputs outputs, CancellationToken cancellation)
    {
        if (await grains.DetailsAsync(id) is not { } job)
        {
            return Problems.NoSuchJob(id);
        }

        var output = (await outputs.ListAsync(job.ProjectId, id, response.HttpContext.Request, cancellation)).FirstOrDefault(o => o.Kind == kind);
        if (output is not null && outputs.PathOf(job.ProjectId, id, output) is { } exported)
        {
            return Serve(response, exported, name, mediaType, output.Sha256);
        }

        if (outputs.InWork(id, name) is { } path)
        {
            return Serve(response, path, name, mediaType, checksum: null);
        }

        return StepList.Of(job.Type).All(made => made.Name != step)
            ? Problems.Of($"{kind}-in-source-job", "An export does not make it", $"It is that of the job whose timeline the export uses: GET {JobsApi.Root}/{job.Spec.SourceJobId}/{kind}.", 404)
            : Problems.Of($"{kind}-not-ready", "The job has not made it", $"It exists from the step '{step}' on; job '{id}' is {job.Status.ToString().ToLowerInvariant()} at '{job.Progress.CurrentStep}'.", 404);
    }

    private static PhysicalFileHttpResult Serve(HttpResponse response, string path, string name, string mediaType, string? checksum)
    {
        var disposition = new ContentDispositionHeaderValue("inline");
        disposition.SetHttpFileName(name);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.CacheControl = "no-cache"; // a retried job may make it anew: ask each time, the ETag spares the bytes
        return TypedResults.PhysicalFile(
            path,
            mediaType,
            lastModified: File.GetLastWriteTimeUtc(path),
            entityTag: checksum is null ? null : new EntityTagHeaderValue($"\"{checksum}\""),
            enableRangeProcessing: true);
    }

    private static async Task<JobDetails?> DetailsAsync(this IGrainFactory grains, string id) =>
        grains.Find(id) is { } grain ? await grain.GetAsync() : null;
}
