using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Errors;

namespace OrleansAssembly.Server.Api;

/// <summary>Jobs that somebody still works on, kept until they are submitted or thrown away. The body is a job, whole or not; its webhooks' secrets are not kept.</summary>
public static class DraftsApi
{
    private const string Root = "/api/v1/drafts";
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    /// <summary>Largest draft, bytes.</summary>
    private const int Largest = 1024 * 1024;

    public static void MapDrafts(this IEndpointRouteBuilder routes)
    {
        var drafts = routes.MapGroup(Root).WithTags("Drafts");
        drafts.MapGet("/", ListAsync).WithName("ListDrafts").WithSummary("List drafts, last changed first").ProducesProblem(400).NeedsStore();
        drafts.MapPost("/", AddAsync).WithName("AddDraft").WithSummary("Keep a job that is not ready to be submitted; it is not checked, and secrets of webhooks are left out")
            .Accepts<JobSpec>("application/json").ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).NeedsStore();
        drafts.MapGet("/{id}", GetAsync).WithName("GetDraft").WithSummary("A draft; its ETag is the revision").ProducesProblem(404).NeedsStore();
        drafts.MapPut("/{id}", ReplaceAsync).WithName("ReplaceDraft").WithSummary("Change a draft; with If-Match only where nobody else has since")
            .Accepts<JobSpec>("application/json").ProducesProblem(400).ProducesProblem(404).ProducesProblem(412).ProducesProblem(413).ProducesProblem(415).NeedsStore();
        drafts.MapDelete("/{id}", RemoveAsync).WithName("RemoveDraft").WithSummary("Throw a draft away").ProducesProblem(404).NeedsStore();
    }

    private static async Task<Results<Ok<Page<DraftSummary>>, ProblemHttpResult>> ListAsync(DraftBook drafts, int? limit, string? cursor)
    {
        if (limit is < 1 or > MaxLimit || !Cursor.TryRead(cursor, out var after))
        {
            return Problems.Of("invalid-query", "The query cannot be read", $"limit lies between 1 and {MaxLimit}; cursor is what the page before gave.", 400);
        }

        var (items, next) = await drafts.ListAsync(limit ?? DefaultLimit, after);
        return TypedResults.Ok(new Page<DraftSummary>(items, next is null ? null : Cursor.Write(next)));
    }

    private static async Task<Results<Created<Draft>, ProblemHttpResult>> AddAsync(HttpRequest request, DraftBook drafts, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<JobSpec>(request, cancellation, Largest);
        if (body.Value is null)
        {
            return Problems.Of(body.Problem!);
        }

        var (outcome, draft) = await drafts.AddAsync(body.Value);
        return outcome == DraftOutcome.Full
            ? Problems.Of("too-many-drafts", "There are too many drafts", $"{DraftBook.Most} are kept. Submit or remove one first.", 409)
            : TypedResults.Created(request.Below($"{Root}/{draft!.Id}"), Tagged(request, draft));
    }

    private static async Task<Results<Ok<Draft>, ProblemHttpResult>> GetAsync(string id, HttpRequest request, DraftBook drafts) =>
        await drafts.GetAsync(id) is { } draft ? TypedResults.Ok(Tagged(request, draft)) : Missing(id);

    private static async Task<Results<Ok<Draft>, ProblemHttpResult>> ReplaceAsync(
        string id, HttpRequest request, DraftBook drafts, [FromHeader(Name = "If-Match")] string? ifMatch, CancellationToken cancellation)
    {
        long? revision = null;
        if (ifMatch is not (null or "*"))
        {
            if (!long.TryParse(ifMatch.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var known))
            {
                return Problems.Of("invalid-query", "The query cannot be read", "If-Match is the ETag that the draft came with: its revision in quotation marks.", 400);
            }

            revision = known;
        }

        var body = await JsonBody.ReadAsync<JobSpec>(request, cancellation, Largest);
        if (body.Value is null)
        {
            return Problems.Of(body.Problem!);
        }

        var (outcome, draft) = await drafts.ReplaceAsync(id, body.Value, revision);
        return outcome switch
        {
            DraftOutcome.Missing => Missing(id),
            DraftOutcome.Stale => Problems.Of("draft-changed", "The draft was changed meanwhile", $"Somebody else has changed it: it has the revision {draft!.Revision} by now. Read it again, or write without If-Match to replace what they wrote.", 412),
            _ => TypedResults.Ok(Tagged(request, draft!)),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(string id, DraftBook drafts) =>
        await drafts.RemoveAsync(id) ? TypedResults.NoContent() : Missing(id);

    private static Draft Tagged(HttpRequest request, Draft draft)
    {
        request.HttpContext.Response.Headers.ETag = $"\"{draft.Revision}\"";
        request.HttpContext.Response.Headers.CacheControl = "no-cache";
        return draft;
    }

    private static ProblemHttpResult Missing(string id) =>
        Problems.Of("draft-not-found", "The draft does not exist", $"There is no draft '{Problems.Shown(id)}'. GET {Root} lists them.", 404);
}
