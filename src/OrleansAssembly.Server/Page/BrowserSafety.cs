using Microsoft.AspNetCore.Http.HttpResults;
using OrleansAssembly.Server.Errors;

namespace OrleansAssembly.Server.Page;

/// <summary>What keeps other pages in a browser away from this server.</summary>
public static class BrowserSafety
{
    private const string PagePolicy = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>The API's documentation starts itself with a script in the page; all its files are ours.</summary>
    private const string DocsPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

    public static void UseBrowserSafety(this WebApplication app) => app.Use(async (http, next) =>
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/docs") ? DocsPolicy : PagePolicy;
        if (ActsOrListens(http) && IsForeign(http.Request))
        {
            ProblemHttpResult refusal = Problems.Of(
                "foreign-origin", "Another page must not do this", "The request comes from a page of another server. If the page is this server's own, behind a proxy: let the proxy pass the Host header on.", 403);
            await refusal.ExecuteAsync(http);
            return;
        }

        await next(http);
    });

    /// <summary>A WebSocket and the simplest POST need no leave of the server's: browsers let every page send them.</summary>
    private static bool ActsOrListens(HttpContext http) =>
        !(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method))
        || http.WebSockets.IsWebSocketRequest
        || http.Request.Path.StartsWithSegments("/hubs");

    /// <summary>
    /// What the browser itself says of the page, which no page can forge, holds whatever host a proxy asks for. It says nothing to plain http beyond this
    /// machine, and Chromium nothing of a WebSocket; <c>none</c> means that no page asks, and then there must be no origin of another server either.
    /// </summary>
    private static bool IsForeign(HttpRequest request) => request.Headers["Sec-Fetch-Site"] switch
    {
        ["same-origin"] => false,
        [] or ["none"] => IsForeignOrigin(request),
        _ => true,
    };

    /// <summary>Browsers always say where such a request comes from; scripts do not, and may do as they like.</summary>
    private static bool IsForeignOrigin(HttpRequest request) =>
        request.Headers.Origin is [{ Length: > 0 } origin]
        && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
}
