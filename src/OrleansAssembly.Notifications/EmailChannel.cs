using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>Mail: by SendGrid where it has a key, else by SMTP where it has a host.</summary>
internal sealed class EmailChannel(IOptions<NotificationOptions> options, SendGridMailer sendGrid, SmtpMailer smtp) : INotificationChannel
{
    public ChannelInfo Info => options.Value switch
    {
        { SendGrid.ApiKey: null or "", Smtp.Host: null or "" } => Off("Neither Notifications:SendGrid:ApiKey nor Notifications:Smtp:Host is set."),
        { Email.From: null or "" } => Off("Notifications:Email:From is not set."),
        { SendGrid.ApiKey: null or "" } => new(NotificationChannels.Email, true, null, "smtp"),
        _ => new(NotificationChannels.Email, true, null, "sendgrid"),
    };

    public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel) =>
        Info.Via == "sendgrid" ? sendGrid.SendAsync(message, cancel) : smtp.SendAsync(message, cancel);

    private static ChannelInfo Off(string why) => new(NotificationChannels.Email, false, why, null);
}
