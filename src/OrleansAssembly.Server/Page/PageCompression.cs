using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace OrleansAssembly.Server.Page;

/// <summary>
/// The page's own files are sent compressed. Answers of the API are not: those that stream must not wait for a full block,
/// and those that carry a secret beside what a caller chose must not tell of it by their length.
/// </summary>
public static class PageCompression
{
    public static void AddPageCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = ["text/html", "text/css", "text/javascript", "image/svg+xml"];
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });

        // A browser keeps each file for good, so that it is compressed once a reader and version.
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Optimal);
    }
}
