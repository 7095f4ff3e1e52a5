using OrleansAssembly.Server.Hosting;

namespace OrleansAssembly.Server.Api;

/// <summary>Serving below a path prefix, as behind a proxy that shares one host among several programs.</summary>
public static class PathPrefix
{
    /// <summary>Takes the prefix off before routes are chosen. Without it everything answers as well: for probes, and for proxies that take it off themselves.</summary>
    public static void UsePathPrefix(this WebApplication app, ServerSettings settings)
    {
        if (settings.PathBase.Length > 0)
        {
            app.UsePathBase(settings.PathBase);
        }

        app.UseRouting();
    }

    /// <summary>An address of this server below the path prefix under which it was asked.</summary>
    /// <param name="request">The call that is answered.</param>
    /// <param name="path">With a leading slash, as routes have it; escaped.</param>
    public static string Below(this HttpRequest request, string path) => request.PathBase.ToUriComponent() + path;
}
