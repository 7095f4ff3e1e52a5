using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>Posts signed JSON after the Standard Webhooks specification.</summary>
internal sealed class WebhookChannel(ConnectGuard guard, IOptions<NotificationOptions> options, MessageTexts texts, TimeProvider time) : INotificationChannel, IDisposable
{
    private readonly HttpClient _http = guard.CreateClient();

    public ChannelInfo Info { get; } = new(NotificationChannels.Webhook, true, null, "http");

    public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel) => message.Target.Secrets is { Count: > 0 }
        ? HttpTry.RunAsync(stop => PostAsync(message, stop), options.Value.Timeout, time, cancel)
        : Task.FromResult(SendOutcome.Refused("The webhook's secret cannot be read any more: set it again."));

    public void Dispose() => _http.Dispose();

    private async Task<SendOutcome> PostAsync(OutgoingMessage message, CancellationToken cancel)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(texts.Payload(message.News), AssemblyJson.Options);
        var now = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, message.Target.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("OrleansAssembly", "1"));
        request.Headers.Add(WebhookSignature.IdHeader, message.Id);
        request.Headers.Add(WebhookSignature.TimestampHeader, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Of(message.Id, now, body, message.Target.Secrets!));

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        var status = (int)answer.StatusCode;
        if (status is >= 300 and < 400)
        {
            return SendOutcome.NotNow("It redirects, and redirects are not followed: name the address itself", status);
        }

        var said = await HttpTry.ReadAsync(answer, cancel);
        return status switch
        {
            >= 200 and < 300 => SendOutcome.Taken(status, said),
            410 => SendOutcome.NotNow(said, status) with { Gone = true },
            _ => SendOutcome.NotNow(said, status, HttpTry.RetryAfter(answer.Headers, time)), // whatever a receiver gets wrong it may mend within three days
        };
    }
}
