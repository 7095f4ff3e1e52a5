using Microsoft.Extensions.FileProviders;

namespace OrleansAssembly.Server.Page;

/// <summary>The web page: static files with routes behind <c>#</c>, so that no address of the server needs to know of them.</summary>
public static class PageFiles
{
    public static void UsePage(this WebApplication app)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (!File.Exists(Path.Combine(folder, "index.html")))
        {
            app.MapGet("/", () => TypedResults.Text("""
                OrleansAssembly runs, but its page is not built: run `npm ci && npm run build` in src/web and build the server again.
                The HTTP API is described under /docs.
                """)).ExcludeFromDescription();
            return;
        }

        var files = new PhysicalFileProvider(folder);
        app.UseWhen(http => !http.Request.Path.StartsWithSegments("/api") && !http.Request.Path.StartsWithSegments("/hubs"), page => page.UseResponseCompression());
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,

            // The build names assets by their content; the page itself is asked for each time.
            OnPrepareResponse = served => served.Context.Response.Headers.CacheControl =
                served.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }
}
