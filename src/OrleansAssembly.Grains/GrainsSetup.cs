using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Orleans.Placement;
using OrleansAssembly.Grains.Notifications;
using OrleansAssembly.Grains.Work;
using OrleansAssembly.Media;
using OrleansAssembly.Notifications;
using StackExchange.Redis;

namespace OrleansAssembly.Grains;

/// <summary>Everything that a silo needs to run jobs, but storage and streams.</summary>
public static class GrainsSetup
{
    public static IServiceCollection AddAssemblyGrains(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EncoderOptions>().Bind(configuration.GetSection(EncoderOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<JobOptions>().Bind(configuration.GetSection(JobOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MediaOptions>().Bind(configuration.GetSection(MediaOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddPlacementDirector<LeasedSiloPlacement, LeasedSiloDirector>();
        services.AddPlacementFilter<OnEncoderSilos, OnEncoderSilosDirector>(ServiceLifetime.Transient);
        services.AddMedia();
        services.AddNotifications(configuration);
        services.AddOptions<KeyManagementOptions>().Configure<IConnectionMultiplexer>((options, store) => options.XmlRepository = new StoredKeys(store));
        services.AddSingleton<OutboxIndex>();
        services.AddSingleton<StoreWatch>();
        services.AddSingleton<JobCatalogue>();
        services.AddSingleton<SiloRoster>();
        services.AddSingleton<CostBook>();
        services.AddSingleton<BoardPost>();
        services.AddSingleton<WorkFiles>();
        services.AddSingleton<DiskPromises>();
        services.AddSingleton<JobForecaster>();
        services.AddSingleton<EncoderHost>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<EncoderHost>());
        services.AddSingleton<Recovery>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<Recovery>());

        var works = typeof(GrainsSetup).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IPieceWork)));
        foreach (var work in works)
        {
            services.AddSingleton(typeof(IPieceWork), work);
        }

        return services;
    }
}
