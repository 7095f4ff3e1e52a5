using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansAssembly.Jobs;
using SendGrid;
using SendGrid.Helpers.Mail;

namespace OrleansAssembly.Notifications;

/// <summary>Mail by SendGrid's own client: <c>POST /v3/mail/send</c>.</summary>
internal sealed class SendGridMailer(IOptions<NotificationOptions> options, MessageTexts texts, TimeProvider time) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxResponseHeadersLength = HttpTry.MostHeaders })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel) =>
        HttpTry.RunAsync(stop => PostAsync(message, stop), options.Value.Timeout, time, cancel);

    public void Dispose() => _http.Dispose();

    private async Task<SendOutcome> PostAsync(OutgoingMessage message, CancellationToken cancel)
    {
        var mail = texts.Mail(message);
        var request = new SendGridMessage
        {
            From = new EmailAddress(options.Value.Email.From, options.Value.Email.FromName),
            Subject = mail.Subject,
            PlainTextContent = mail.Text,
            HtmlContent = mail.Html,
        };
        request.AddTo(message.Target.Address);
        request.AddHeader(MailText.IdHeader, message.Id);
        request.AddCustomArg("notification_id", message.Id);
        if (mail.Poster is { } poster)
        {
            request.AddAttachment(MailText.PosterName, Convert.ToBase64String(poster), "image/jpeg", "inline", MailText.PosterId);
        }

        var client = new SendGridClient(_http, new SendGridClientOptions { ApiKey = options.Value.SendGrid.ApiKey, Host = options.Value.SendGrid.Host.TrimEnd('/') });
        var answer = await client.SendEmailAsync(request, cancel);
        var body = answer.Body is null ? "" : await answer.Body.ReadAsStringAsync(cancel);
        return HttpTry.Judge(answer.StatusCode, Said(body), answer.Headers is null ? null : HttpTry.RetryAfter(answer.Headers, time));
    }

    /// <summary>The messages of SendGrid's errors; an empty answer says that it was taken.</summary>
    private static string Said(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body.Length == 0 ? "{}" : body);
            return json.RootElement.TryGetProperty("errors", out var errors)
                ? string.Join("; ", errors.EnumerateArray().Select(error => error.GetProperty("message").ToString()))
                : body;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return body;
        }
    }
}
