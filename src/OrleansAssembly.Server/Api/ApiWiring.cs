using Microsoft.AspNetCore.Http.HttpResults;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Server.Errors;
using OrleansAssembly.Server.Progress;
using Prometheus;
using Scalar.AspNetCore;
using StackExchange.Redis;

namespace OrleansAssembly.Server.Api;

/// <summary>The HTTP side as a whole.</summary>
public static class ApiWiring
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(2);

    public static void AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => AssemblyJson.Configure(json.SerializerOptions));
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<UnexpectedErrors>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<JobIntake>();
        services.AddSingleton<JobOutputs>();
        services.AddSingleton<JobFiles>();
        services.AddSingleton<DraftBook>();
        services.AddSingleton<ProgressRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<ProgressRelay>());
        services.AddProgressHub();
        services.AddApiDocument();
    }

    public static void UseApiErrors(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }

    /// <summary>What machines that watch over servers ask; the same for each role.</summary>
    public static void MapProbes(this WebApplication app)
    {
        app.MapHealth();
        app.MapMetrics().ExcludeFromDescription();
    }

    /// <summary>Where only encoders are: whoever asks for anything else has the wrong server.</summary>
    public static void MapNothingElse(this WebApplication app) => app.MapFallback("{**path}", () => Problems.Of(
        "encoder-only", "This server only encodes", "It answers /health/live, /health/ready and /metrics. Ask a server whose role is frontend or both.", 404));

    public static void MapApi(this WebApplication app)
    {
        app.MapJobs();
        app.MapEstimate();
        app.MapProgressStreams();
        app.MapOutputs();
        app.MapDownloads();
        app.MapNotifications();
        app.MapSources();
        app.MapPresets();
        app.MapProjects();
        app.MapDrafts();
        app.MapCluster();
        app.MapHub<ProgressHub>(ProgressHub.Path, SlowReaders.Configure);
        app.MapOpenApi();
        app.MapScalarApiReference("/docs", docs => docs.WithTitle("OrleansAssembly").WithOpenApiRoutePattern("/openapi/v1.json")
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools()); // nothing that calls another host
    }

    private static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Health");
        health.MapGet("/live", () => TypedResults.Ok(new Health("live"))).WithName("IsLive").WithSummary("The process answers");
        health.MapGet("/ready", IsReadyAsync).WithName("IsReady").WithSummary("The store answers, too, and the server is not about to stop").ProducesProblem(503);
    }

    private static async Task<Results<Ok<Health>, ProblemHttpResult>> IsReadyAsync(IConnectionMultiplexer store, EncoderHost encoder, HttpResponse response)
    {
        if (encoder.Draining)
        {
            return Problems.Of("leaving", "This server leaves", "It finishes what it runs and then stops. Ask another one.", 503);
        }

        try
        {
            await store.GetDatabase().PingAsync().WaitAsync(ReadyLimit);
            return TypedResults.Ok(new Health("ready"));
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            response.Headers.RetryAfter = "2";
            return Problems.Of("store-unavailable", "The store does not answer", "Jobs that run go on. Try again in a moment.", 503);
        }
    }

    public sealed record Health(string Status);
}
