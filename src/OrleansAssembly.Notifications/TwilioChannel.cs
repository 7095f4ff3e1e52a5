using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>SMS by Twilio's REST API: <c>POST /2010-04-01/Accounts/{sid}/Messages.json</c>.</summary>
internal sealed class TwilioChannel(IOptions<NotificationOptions> options, TimeProvider time) : INotificationChannel, IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxResponseHeadersLength = HttpTry.MostHeaders }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly TwilioOptions _twilio = options.Value.Twilio;

    public ChannelInfo Info => Missing() is { Length: > 0 } missing
        ? new(NotificationChannels.Sms, false, $"{missing} is not set.", null)
        : new(NotificationChannels.Sms, true, null, "twilio");

    public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel) =>
        HttpTry.RunAsync(stop => PostAsync(message, stop), options.Value.Timeout, time, cancel);

    public void Dispose() => _http.Dispose();

    private string? Missing() => new[]
    {
        string.IsNullOrEmpty(_twilio.AccountSid) ? "AccountSid" : null,
        string.IsNullOrEmpty(_twilio.AuthToken) ? "AuthToken" : null,
        string.IsNullOrEmpty(_twilio.From) && string.IsNullOrEmpty(_twilio.MessagingServiceSid) ? "From" : null,
    }.OfType<string>().Select(key => $"{NotificationOptions.Section}:Twilio:{key}").FirstOrDefault();

    private async Task<SendOutcome> PostAsync(OutgoingMessage message, CancellationToken cancel)
    {
        var address = new Uri($"{_twilio.BaseUrl.TrimEnd('/')}/2010-04-01/Accounts/{Uri.EscapeDataString(_twilio.AccountSid!)}/Messages.json");
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["To"] = message.Target.Address,
                [string.IsNullOrEmpty(_twilio.From) ? "MessagingServiceSid" : "From"] = string.IsNullOrEmpty(_twilio.From) ? _twilio.MessagingServiceSid! : _twilio.From,
                ["Body"] = MessageTexts.Sms(message.News),
            }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_twilio.AccountSid}:{_twilio.AuthToken}")));
        request.Headers.Add("Idempotency-Key", message.Id); // Twilio documents none for this call; a log in between may tell repeats by it

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        return HttpTry.Judge(answer.StatusCode, Said(await HttpTry.ReadAsync(answer, cancel)), HttpTry.RetryAfter(answer.Headers, time));
    }

    /// <summary>What matters of an answer: the message's name and state, or the error's number and text.</summary>
    private static string Said(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            string Field(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
            var taken = Field("sid");
            return taken.Length > 0 ? $"{taken} {Field("status")}" : $"{Field("code")} {Field("message")}";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return body;
        }
    }
}
