using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using OrleansAssembly.Notifications;
using OrleansAssembly.Server.Errors;

namespace OrleansAssembly.Server.Api;

/// <summary>The links in mails: whoever has one gets the file, until its time is over.</summary>
public static class DownloadsApi
{
    public static void MapDownloads(this IEndpointRouteBuilder routes) =>
        routes.MapMethods($"/{DownloadLinks.Route}/{{token}}/{{name}}", ["GET", "HEAD"], GetAsync).WithName("Download").WithTags("Outputs")
            .WithSummary("A file by a signed link that expires").Produces(200, contentType: "application/octet-stream").Produces(206).ProducesProblem(404);

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> GetAsync(
        string token, string name, HttpRequest request, HttpResponse response, DownloadLinks links, IGrainFactory grains, JobOutputs outputs, CancellationToken cancellation)
    {
        if (links.Read(token) is not { } link || link.File != name)
        {
            return Problems.Of("link-expired", "The link does not work", "Its time is over, or it is not whole. Open the job's page for the file.", 404);
        }

        var job = grains.Find(link.JobId) is { } grain ? await grain.GetAsync() : null;
        var output = job is null ? null : (await outputs.ListAsync(job.ProjectId, link.JobId, request, cancellation)).FirstOrDefault(one => one.Name == link.File);
        if (output is null || outputs.PathOf(job!.ProjectId, link.JobId, output) is not { } path)
        {
            return Problems.Of("output-not-found", "The file is gone", "The job was deleted, or made anew.", 404);
        }

        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(output.Name);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.CacheControl = "private, no-store";
        return TypedResults.PhysicalFile(
            path, output.MediaType, lastModified: File.GetLastWriteTimeUtc(path), entityTag: new EntityTagHeaderValue($"\"{output.Sha256}\""), enableRangeProcessing: true);
    }
}
