using System.Net;
using Microsoft.Extensions.Options;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>How people are told: the keys of each channel, and how long it is tried. A channel without its keys is off.</summary>
public sealed class NotificationOptions
{
    public const string Section = "Notifications";

    /// <summary>Where people reach this deployment, e.g. <c>https://films.example.org/</c>: messages link to it. Default: the address that the server listens on.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>So long a download link in a mail works. Default: 7 days.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>So long one try to send may take, from connecting to the answer. Default: 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Waits between the tries, comma-separated, e.g. <c>00:00:05,00:01:00</c>; the last is repeated. Default: 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 3 h, 6 h, 12 h.</summary>
    public string? Waits { get; set; }

    /// <summary>So long after the first try nothing more is tried. Default: 3 days.</summary>
    public TimeSpan GiveUpAfter { get; set; } = DeliverySchedule.Usual.GiveUpAfter;

    public EmailOptions Email { get; set; } = new();

    public SendGridOptions SendGrid { get; set; } = new();

    public SmtpOptions Smtp { get; set; } = new();

    public TwilioOptions Twilio { get; set; } = new();

    public WebhookOptions Webhooks { get; set; } = new();

    public DeliverySchedule Schedule => new(Waits is { Length: > 0 } waits ? ReadWaits(waits)! : DeliverySchedule.Usual.Waits, GiveUpAfter);

    internal static List<TimeSpan>? ReadWaits(string text)
    {
        var waits = text.Split(',').Select(part => TimeSpan.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var wait) && wait > TimeSpan.Zero ? wait : TimeSpan.Zero).ToList();
        return waits.Contains(TimeSpan.Zero) ? null : waits;
    }
}

/// <summary>Of every mail, however it is sent.</summary>
public sealed class EmailOptions
{
    /// <summary>Sender's address. Default: none, and mail is off.</summary>
    public string? From { get; set; }

    /// <summary>Sender's name. Default: OrleansAssembly.</summary>
    public string FromName { get; set; } = "OrleansAssembly";
}

/// <summary>Mail by SendGrid's HTTP API, version 3.</summary>
public sealed class SendGridOptions
{
    /// <summary>API key with the right to send. Default: none, and mail goes by SMTP where that is set.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Address of the API. Default: https://api.sendgrid.com.</summary>
    public string Host { get; set; } = "https://api.sendgrid.com";
}

/// <summary>Mail by SMTP.</summary>
public sealed class SmtpOptions
{
    /// <summary>Name or address of the mail server. Default: none.</summary>
    public string? Host { get; set; }

    /// <summary>TCP port. Default: 587.</summary>
    public int Port { get; set; } = 587;

    /// <summary><c>startTls</c>, <c>tls</c> from the first byte, <c>auto</c> (STARTTLS where it is offered) or <c>none</c>. Default: startTls.</summary>
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    /// <summary>Default: none, and no log-in.</summary>
    public string? User { get; set; }

    public string? Password { get; set; }
}

public enum SmtpSecurity
{
    StartTls,
    Tls,
    Auto,
    None,
}

/// <summary>SMS by Twilio's HTTP API.</summary>
public sealed class TwilioOptions
{
    /// <summary>Default: none, and SMS is off.</summary>
    public string? AccountSid { get; set; }

    public string? AuthToken { get; set; }

    /// <summary>The number that messages come from, + and digits; or <see cref="MessagingServiceSid"/>.</summary>
    public string? From { get; set; }

    public string? MessagingServiceSid { get; set; }

    /// <summary>Address of the API. Default: https://api.twilio.com.</summary>
    public string BaseUrl { get; set; } = "https://api.twilio.com";
}

/// <summary>What webhooks may reach.</summary>
public sealed class WebhookOptions
{
    /// <summary>Networks of private addresses that are allowed all the same, comma-separated, e.g. <c>10.20.0.0/16,fd00::/8</c>. Default: none.</summary>
    public string? AllowedNetworks { get; set; }

    /// <summary>Whether a webhook may go to an address.</summary>
    public bool Allows(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return PublicAddress.IsPublic(plain) || Networks().Any(network => network is { } known && known.Contains(plain));
    }

    internal IEnumerable<IPNetwork?> Networks() => (AllowedNetworks ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(text => IPNetwork.TryParse(text, out var network) ? network : (IPNetwork?)null);
}

/// <summary>Refuses to start with settings that cannot be meant.</summary>
internal sealed class NotificationOptionsCheck : IValidateOptions<NotificationOptions>
{
    public ValidateOptionsResult Validate(string? name, NotificationOptions options)
    {
        var mistakes = Mistakes(options).Select(mistake => $"{NotificationOptions.Section}:{mistake}").ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static IEnumerable<string> Mistakes(NotificationOptions options)
    {
        foreach (var (key, url) in new[] { ("PublicUrl", options.PublicUrl), ("SendGrid:Host", options.SendGrid.Host), ("Twilio:BaseUrl", options.Twilio.BaseUrl) })
        {
            if (url is { Length: > 0 } && !(Uri.TryCreate(url, UriKind.Absolute, out var read) && read.Scheme is "http" or "https"))
            {
                yield return $"{key} must be an absolute http or https URL.";
            }
        }

        if (options.Email.From is { Length: > 0 } from && NotificationCheck.TargetProblem(NotificationChannels.Email, from, null) is not null)
        {
            yield return "Email:From must be an e-mail address.";
        }

        if (options.Email.FromName.Any(char.IsControl))
        {
            yield return "Email:FromName must be one line.";
        }

        if (options.Smtp.Port is < 1 or > 65535)
        {
            yield return "Smtp:Port must be a number from 1 to 65535.";
        }

        if (options.Twilio.From is { Length: > 0 } number && NotificationCheck.TargetProblem(NotificationChannels.Sms, number, null) is not null)
        {
            yield return "Twilio:From must be + and 7 to 15 digits.";
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(5))
        {
            yield return "Timeout must lie between 0.1 s and 5 min.";
        }

        if (options.GiveUpAfter <= TimeSpan.Zero || options.GiveUpAfter > TimeSpan.FromDays(30))
        {
            yield return "GiveUpAfter must lie between 0 and 30 days.";
        }

        if (options.LinkLifetime <= TimeSpan.Zero || options.LinkLifetime > TimeSpan.FromDays(365))
        {
            yield return "LinkLifetime must lie between 0 and 365 days.";
        }

        if (options.Waits is { Length: > 0 } waits && NotificationOptions.ReadWaits(waits) is null)
        {
            yield return "Waits must be times such as 00:00:05,00:01:00.";
        }

        if (options.Webhooks.Networks().Any(network => network is null))
        {
            yield return "Webhooks:AllowedNetworks must be networks such as 10.20.0.0/16,fd00::/8.";
        }
    }
}
