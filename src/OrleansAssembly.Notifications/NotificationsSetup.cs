using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansAssembly.Notifications;

/// <summary>The channels and what they need; keys of the data protection are the caller's to place.</summary>
public static class NotificationsSetup
{
    public static IServiceCollection AddNotifications(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<NotificationOptions>().Bind(configuration.GetSection(NotificationOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NotificationOptions>, NotificationOptionsCheck>();
        services.AddDataProtection(options => options.ApplicationDiscriminator = "orleans-assembly");
        services.AddSingleton<OwnAddress>();
        services.AddSingleton<SecretBox>();
        services.AddSingleton<DownloadLinks>();
        services.AddSingleton<MessageTexts>();
        services.AddSingleton(provider => new ConnectGuard(
            provider.GetRequiredService<IOptions<NotificationOptions>>().Value.Webhooks.Allows, (name, cancel) => Dns.GetHostAddressesAsync(name, cancel)));
        services.AddSingleton<SendGridMailer>();
        services.AddSingleton<SmtpMailer>();
        services.AddSingleton<INotificationChannel, EmailChannel>();
        services.AddSingleton<INotificationChannel, TwilioChannel>();
        services.AddSingleton<INotificationChannel, WebhookChannel>();
        services.AddSingleton<NotificationChannelSet>();
        return services;
    }
}
