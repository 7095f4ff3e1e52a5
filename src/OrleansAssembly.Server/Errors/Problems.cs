using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Server.Errors;

/// <summary>Why a call is refused, as a typed result.</summary>
public static class Problems
{
    public static ProblemHttpResult Of(Problem problem) => Of(ProblemDetailsBody.Of(problem));

    public static ProblemHttpResult Of(string name, string title, string detail, int status) => Of(Problem.Of(name, title, detail, status));

    public static ProblemHttpResult Of(MediaProblem problem) => Of(problem.Name, problem.Title, problem.Detail, StatusOf(problem));

    public static ProblemHttpResult Of(ProblemDetailsBody body)
    {
        var details = new ProblemDetails
        {
            Type = body.Type,
            Title = body.Title,
            Status = body.Status,
            Detail = body.Detail,
            Instance = body.Instance,
        };
        if (body.Errors is not null)
        {
            details.Extensions["errors"] = body.Errors;
        }

        return TypedResults.Problem(details);
    }

    public static ProblemHttpResult NoSuchJob(string id) =>
        Of("job-not-found", "The job does not exist", $"There is no job '{Shown(id)}'. GET /api/v1/assembly/jobs lists the jobs.", 404);

    /// <summary>What a client sent, fit to be shown back to it.</summary>
    public static string Shown(string text)
    {
        var clean = string.Concat(text.Take(100).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length > 100 ? clean + "..." : clean;
    }

    private static int StatusOf(MediaProblem problem) => problem.Name switch
    {
        "source-not-found" => 404,
        "source-outside-root" or "source-not-a-file" or "upload-incomplete" or "time-past-end" => 400,
        "frames-busy" => 503,
        "source-too-large" => 413,
        "disk-full" => 507,
        _ => 422,
    };
}

/// <summary>Completes and writes every problem, whoever made it: also those of the framework, and whatever the client says that it accepts.</summary>
public sealed class ProblemWriter : IProblemDetailsWriter
{
    /// <summary>People read them in a terminal: an apostrophe stays one.</summary>
    private static readonly JsonSerializerOptions Json = new(AssemblyJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string RetryAfterSeconds = "2";

    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var problem = context.ProblemDetails;
        problem.Status ??= http.Response.StatusCode;
        if (problem.Type?.StartsWith(Problem.Prefix, StringComparison.Ordinal) is not true)
        {
            var (name, title, detail) = Usual(problem.Status.Value, http.Request);
            (problem.Type, problem.Title, problem.Detail) = (Problem.Prefix + name, title, problem.Detail ?? detail);
        }

        problem.Instance ??= http.Request.PathBase + http.Request.Path;
        if (problem.Status >= 500)
        {
            problem.Extensions["traceId"] = Trace(http);
        }

        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = RetryAfterSeconds;
        }

        http.Response.StatusCode = problem.Status.Value;
        await http.Response.WriteAsJsonAsync(problem, Json, "application/problem+json", http.RequestAborted);
    }

    /// <summary>What links an answer to the log.</summary>
    public static string Trace(HttpContext http) => Activity.Current?.Id ?? http.TraceIdentifier;

    private static (string Name, string Title, string Detail) Usual(int status, HttpRequest request) => status switch
    {
        400 => ("bad-request", "The request cannot be read", "Its query, headers or body are not what the call expects; see /docs."),
        404 => ("not-found", "There is nothing here", "The address is not one of this server's; /docs lists them."),
        405 => ("method-not-allowed", "The address takes other methods", $"{request.Method} is not one that this address takes; /docs lists them."),
        408 => ("request-timeout", "The request came too slowly", "Send it again."),
        413 => ("body-too-large", "The body is too large", "Send less at once."),
        415 => ("unsupported-media-type", "The body's type is not supported", "Send JSON with 'Content-Type: application/json'."),
        416 => ("range-not-satisfiable", "The range lies outside the file", "Ask for a range inside the file."),
        503 => ("unavailable", "The server cannot answer now", "Try again in a moment."),
        >= 500 => ("internal-error", "Something unexpected went wrong", "It is in the server's log under the traceId. Try again; if it stays, tell whoever runs the server."),
        _ => ("refused", "The request was refused", "See /docs for what the call takes."),
    };
}
