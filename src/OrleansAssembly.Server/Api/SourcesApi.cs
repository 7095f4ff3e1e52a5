using System.Net.Mime;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;
using OrleansAssembly.Contracts;
using OrleansAssembly.Media;
using OrleansAssembly.Server.Errors;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Server.Api;

/// <summary>The files below <c>sources/</c>: list, upload, look into, remove.</summary>
public static class SourcesApi
{
    private const string Root = "/api/v1/sources";
    private const string Probe = "/probe";
    private const int DefaultLimit = 1000;
    private const int MaxLimit = 5000;

    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void MapSources(this IEndpointRouteBuilder routes)
    {
        var sources = routes.MapGroup(Root).WithTags("Sources");
        sources.MapGet("/", List).WithName("ListSources").WithSummary("List sources in the order of their paths").ProducesProblem(400);
        sources.MapMethods("/{**path}", ["GET", "HEAD"], GetAsync).WithName("GetSource")
            .WithSummary("A source's bytes; with /probe behind its path, what ffprobe says of it")
            .Produces<SourceFacts>().Produces(206).ProducesProblem(400).ProducesProblem(404).ProducesProblem(422);
        sources.MapPut("/{**path}", PutAsync).WithName("PutSource").WithSummary("Upload a source; a broken upload leaves nothing")
            .Accepts<Stream>("*/*") // whatever type a client gives: what a source is, its bytes tell
            .ProducesProblem(400).ProducesProblem(413).ProducesProblem(507);
        sources.MapDelete("/{**path}", Delete).WithName("DeleteSource").WithSummary("Remove a source").ProducesProblem(400).ProducesProblem(404);
    }

    private static Results<Ok<Page<SourceFile>>, ProblemHttpResult> List(MediaStore media, int? limit, string? cursor)
    {
        if (limit is < 1 or > MaxLimit || !Cursor.TryRead(cursor, out var after))
        {
            return Problems.Of("invalid-query", "The query cannot be read", $"limit lies between 1 and {MaxLimit}; cursor is what the page before gave.", 400);
        }

        var size = limit ?? DefaultLimit;
        var found = media.List(after).Take(size + 1).Select(file => new SourceFile(file.Path, file.Bytes, file.ModifiedAt)).ToList();
        return TypedResults.Ok(found.Count > size
            ? new Page<SourceFile>(found[..size], Cursor.Write(found[size - 1].Path))
            : new Page<SourceFile>(found, null));
    }

    /// <summary>A file that is itself called <c>probe</c> lies in a folder, and a folder cannot be probed: so both meanings never meet.</summary>
    private static async Task<Results<PhysicalFileHttpResult, Ok<SourceFacts>, ProblemHttpResult>> GetAsync(
        string path, HttpResponse response, MediaStore media, SourceProber prober, CancellationToken cancellation)
    {
        var file = media.Resolve(path);
        if (file.Value is not null)
        {
            return Serve(response, file.Value, path);
        }

        if (!path.EndsWith(Probe, StringComparison.Ordinal))
        {
            return Problems.Of(file.Problem!);
        }

        var facts = await prober.ProbeAsync(path[..^Probe.Length], cancellation);
        return facts.Problem is { } problem ? Problems.Of(problem) : TypedResults.Ok(facts.Value!);
    }

    private static async Task<Results<Created<SourceFile>, Ok<SourceFile>, ProblemHttpResult>> PutAsync(
        string path, HttpRequest request, MediaStore media, TimeProvider time, CancellationToken cancellation)
    {
        // The media store has its own limit.
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var (stored, problem) = await media.SaveAsync(path, request.Body, request.ContentLength, cancellation);
        if (problem is not null)
        {
            return Problems.Of(problem);
        }

        var file = new SourceFile(stored!.Path, stored.Bytes, time.GetUtcNow());
        return stored.Replaced ? TypedResults.Ok(file) : TypedResults.Created($"{Root}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}", file);
    }

    private static Results<NoContent, ProblemHttpResult> Delete(string path, MediaStore media) =>
        media.Delete(path) is { } problem ? Problems.Of(problem) : TypedResults.NoContent();

    /// <summary>Somebody uploaded it: as a picture, sound or film it may be shown, but never as a page of ours.</summary>
    private static PhysicalFileHttpResult Serve(HttpResponse response, string file, string path)
    {
        var type = Types.TryGetContentType(path, out var known) && known.Split('/')[0] is "video" or "audio" or "image" && known != "image/svg+xml"
            ? known
            : MediaTypeNames.Application.Octet;
        response.Headers.ContentSecurityPolicy = "sandbox";
        return TypedResults.PhysicalFile(file, type, lastModified: File.GetLastWriteTimeUtc(file), enableRangeProcessing: true);
    }
}
