using System.Net.Mime;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;
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
    private const string Frame = "/frame";
    private const int DefaultLimit = 1000;
    private const int MaxLimit = 5000;

    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void MapSources(this IEndpointRouteBuilder routes)
    {
        var sources = routes.MapGroup(Root).WithTags("Sources");
        sources.MapGet("/", List).WithName("ListSources").WithSummary("List sources in the order of their paths; prefix: only those whose path begins so").ProducesProblem(400);
        sources.MapMethods("/{**path}", ["GET", "HEAD"], GetAsync).WithName("GetSource")
            .WithSummary("A source's bytes; with /probe behind its path, what ffprobe says of it; with /frame, one picture")
            .WithDescription($"/frame?at=2.5s&width=640 gives the frame shown at that time as a JPEG, at most so wide ({StillMaker.LeastWidth} to {StillMaker.MostWidth} pixels, else {StillMaker.DefaultWidth}); without at the first.")
            .Produces<SourceFacts>().Produces(206).ProducesProblem(400).ProducesProblem(404).ProducesProblem(422).ProducesProblem(503);
        sources.MapPut("/{**path}", PutAsync).WithName("PutSource").WithSummary("Upload a source; a broken upload leaves nothing")
            .Accepts<Stream>("*/*") // whatever type a client gives: what a source is, its bytes tell
            .ProducesProblem(400).ProducesProblem(413).ProducesProblem(507);
        sources.MapDelete("/{**path}", Delete).WithName("DeleteSource").WithSummary("Remove a source").ProducesProblem(400).ProducesProblem(404);
    }

    private static Results<Ok<Page<SourceFile>>, ProblemHttpResult> List(MediaStore media, string? prefix, int? limit, string? cursor)
    {
        if (limit is < 1 or > MaxLimit || !Cursor.TryRead(cursor, out var after))
        {
            return Problems.Of("invalid-query", "The query cannot be read", $"limit lies between 1 and {MaxLimit}; cursor is what the page before gave.", 400);
        }

        var size = limit ?? DefaultLimit;
        var found = media.List(after, prefix ?? "").Take(size + 1).Select(file => new SourceFile(file.Path, file.Bytes, file.ModifiedAt)).ToList();
        return TypedResults.Ok(found.Count > size
            ? new Page<SourceFile>(found[..size], Cursor.Write(found[size - 1].Path))
            : new Page<SourceFile>(found, null));
    }

    /// <summary>A file that is itself called <c>probe</c> or <c>frame</c> lies in a folder, and a folder cannot be probed: so both meanings never meet.</summary>
    private static async Task<Results<PhysicalFileHttpResult, Ok<SourceFacts>, ProblemHttpResult>> GetAsync(
        string path, string? at, int? width, HttpResponse response, MediaStore media, KnownSources known, StillMaker stills, CancellationToken cancellation)
    {
        var file = media.Resolve(path);
        if (file.Value is not null)
        {
            return Serve(response, file.Value, path);
        }

        if (path.EndsWith(Frame, StringComparison.Ordinal))
        {
            return await FrameAsync(path[..^Frame.Length], at ?? "0s", width ?? StillMaker.DefaultWidth, response, stills, cancellation);
        }

        if (!path.EndsWith(Probe, StringComparison.Ordinal))
        {
            return Problems.Of(file.Problem!);
        }

        var facts = await known.FactsAsync(path[..^Probe.Length], cancellation);
        return facts.Problem is { } problem ? Problems.Of(problem) : TypedResults.Ok(facts.Value!);
    }

    private static async Task<Results<PhysicalFileHttpResult, Ok<SourceFacts>, ProblemHttpResult>> FrameAsync(
        string path, string at, int width, HttpResponse response, StillMaker stills, CancellationToken cancellation)
    {
        if (!SecondsText.TryParse(at, out var moment) || width is < StillMaker.LeastWidth or > StillMaker.MostWidth)
        {
            return Problems.Of("invalid-query", "The query cannot be read", $"at is a time such as 2.5s; width lies between {StillMaker.LeastWidth} and {StillMaker.MostWidth}.", 400);
        }

        var (still, problem) = await stills.MakeAsync(path, moment, width, cancellation);
        if (problem is not null)
        {
            return Problems.Of(problem);
        }

        response.Headers.CacheControl = "no-cache"; // a source may be replaced: ask each time, the ETag spares the bytes
        return TypedResults.PhysicalFile(still!.File, MediaTypeNames.Image.Jpeg, entityTag: new EntityTagHeaderValue($"\"{still.Key}\""));
    }

    private static async Task<Results<Created<SourceFile>, Ok<SourceFile>, ProblemHttpResult>> PutAsync(
        string path, HttpRequest request, MediaStore media, TimeProvider time, CancellationToken cancellation)
    {
        // What no job may name is of no use here, and whoever sends it should know before hours of sending.
        if (SourcePath.Check(path) is { } refused)
        {
            return Problems.Of("invalid-source-path", "No source can be called so", $"{refused} Upload it under another path.", 400);
        }

        // The media store has its own limit.
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var (stored, problem) = await media.SaveAsync(path, request.Body, request.ContentLength, cancellation);
        if (problem is not null)
        {
            return Problems.Of(problem);
        }

        var file = new SourceFile(stored!.Path, stored.Bytes, time.GetUtcNow());
        return stored.Replaced ? TypedResults.Ok(file) : TypedResults.Created(request.Below($"{Root}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}"), file);
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
