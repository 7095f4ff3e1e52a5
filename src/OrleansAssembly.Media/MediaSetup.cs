using Microsoft.Extensions.DependencyInjection;

namespace OrleansAssembly.Media;

/// <summary>Registers the room's services; <see cref="MediaOptions"/> are bound by whoever composes them.</summary>
public static class MediaSetup
{
    public static IServiceCollection AddMedia(this IServiceCollection services)
    {
        services.AddSingleton<MediaStore>();
        services.AddSingleton<FfmpegRunner>();
        services.AddSingleton<FfmpegFile>();
        services.AddSingleton<FfmpegBuild>();
        services.AddSingleton<SourceProber>();
        services.AddSingleton<SourceNormalizer>();
        services.AddSingleton<SourceChecker>();
        services.AddSingleton<SegmentEncoder>();
        services.AddSingleton<SoundRecorder>();
        services.AddSingleton<SoundMixer>();
        services.AddSingleton<FilmJoiner>();
        services.AddSingleton<FilmVerifier>();
        services.AddSingleton<PreviewMaker>();
        services.AddSingleton<KnownSources>();
        services.AddSingleton<StillMaker>();
        return services;
    }
}
