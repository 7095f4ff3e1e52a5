using Microsoft.Extensions.DependencyInjection;

namespace OrleansAssembly.Media;

/// <summary>Registers the room's services; <see cref="MediaOptions"/> are bound by whoever composes them.</summary>
public static class MediaSetup
{
    public static IServiceCollection AddMedia(this IServiceCollection services)
    {
        services.AddSingleton<MediaStore>();
        services.AddSingleton<FfmpegRunner>();
        return services;
    }
}
