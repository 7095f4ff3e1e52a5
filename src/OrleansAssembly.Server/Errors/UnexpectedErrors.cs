using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using OrleansAssembly.Jobs;
using StackExchange.Redis;

namespace OrleansAssembly.Server.Errors;

/// <summary>The one place where an exception becomes an answer.</summary>
public sealed partial class UnexpectedErrors(IProblemDetailsService problems, ILogger<UnexpectedErrors> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var details = new ProblemDetails();
        if (exception is BadHttpRequestException bad)
        {
            details.Status = bad.StatusCode;
        }
        else if (IsUnavailable(exception))
        {
            LogUnavailable(exception, httpContext.Request.Path, ProblemWriter.Trace(httpContext));
            var problem = Problem.StoreUnavailable;
            (details.Status, details.Type, details.Title, details.Detail) = (problem.Status, problem.Type, problem.Title, problem.Detail);
        }
        else
        {
            LogUnexpected(exception, httpContext.Request.Path, ProblemWriter.Trace(httpContext));
            details.Status = StatusCodes.Status500InternalServerError;
        }

        httpContext.Response.StatusCode = details.Status.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = details });
    }

    /// <summary>The store or another silo does not answer now, and may do so soon.</summary>
    private static bool IsUnavailable(Exception? exception) =>
        exception is not null
        && (exception is RedisException or Orleans.Persistence.Redis.RedisStorageException or TimeoutException or SiloUnavailableException or OrleansMessageRejectionException
            || IsUnavailable(exception.InnerException));
}
