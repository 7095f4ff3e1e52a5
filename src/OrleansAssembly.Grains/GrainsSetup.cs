using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansAssembly.Grains;

/// <summary>What the grains need of a silo.</summary>
public static class GrainsSetup
{
    public static IServiceCollection AddAssemblyGrains(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton<JobCatalogue>();
}
