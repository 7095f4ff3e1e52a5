using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging;

namespace OrleansAssembly.NotificationTests.Given;

/// <summary>
/// An HTTP server that speaks the two calls that are made of SendGrid and Twilio, as their documentation has them, and refuses what that does not allow.
/// What it is told to answer first it answers first: a status, or 0 for nothing at all.
/// </summary>
public sealed class HttpReceiver : IAsyncLifetime
{
    public const string ApiKey = "SG.test-key";
    public const string Account = "AC00000000000000000000000000000000";
    public const string Token = "token";

    private WebApplication _app = null!;

    public Uri Address { get; private set; } = null!;

    public ConcurrentQueue<JsonElement> Mails { get; } = new();

    public ConcurrentQueue<(Dictionary<string, string> Form, string Id)> Messages { get; } = new();

    /// <summary>Answers that come before the right one, with the text of their Retry-After.</summary>
    public ConcurrentQueue<(int Status, string? RetryAfter)> Before { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use(async (http, next) =>
        {
            if (!Before.TryDequeue(out var answer))
            {
                await next(http);
                return;
            }

            if (answer.Status == 0)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
            }

            http.Response.StatusCode = answer.Status;
            http.Response.Headers.RetryAfter = answer.RetryAfter;
            await http.Response.WriteAsync("""{"errors":[{"message":"told to"}]}""");
        });
        _app.MapPost("/v3/mail/send", MailAsync);
        _app.MapPost("/2010-04-01/Accounts/{account}/Messages.json", MessageAsync);
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send: 202 and no body, or 400/401 and errors.</summary>
    private async Task<IResult> MailAsync(HttpRequest request)
    {
        if (request.Headers.Authorization != $"Bearer {ApiKey}")
        {
            return Errors(401, "The provided authorization grant is invalid, expired, or revoked", null);
        }

        var mail = (await JsonDocument.ParseAsync(request.Body)).RootElement;
        string[] known = ["personalizations", "from", "subject", "content", "attachments", "headers", "custom_args"];
        var content = mail.GetProperty("content").EnumerateArray().Select(part => part.GetProperty("type").GetString()).ToList();
        var wrong = request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) is not true ? "content-type"
            : mail.EnumerateObject().FirstOrDefault(field => !known.Contains(field.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } other ? other.Name
            : mail.GetProperty("personalizations").GetArrayLength() != 1 || mail.GetProperty("personalizations")[0].GetProperty("to")[0].GetProperty("email").GetString()?.Contains('@') is not true ? "personalizations"
            : mail.GetProperty("from").GetProperty("email").GetString() is not { Length: > 0 } ? "from"
            : mail.GetProperty("subject").GetString() is not { Length: > 0 } subject || subject.Any(char.IsControl) ? "subject"
            : !content.SequenceEqual(["text/plain", "text/html"]) ? "content" // plain first, as it asks
            : mail.TryGetProperty("attachments", out var files) && files.EnumerateArray().Any(file => file.GetProperty("disposition").GetString() == "inline" && !file.TryGetProperty("content_id", out _)) ? "attachments"
            : null;
        if (wrong is not null)
        {
            return Errors(400, $"Bad field {wrong}", wrong);
        }

        Mails.Enqueue(mail);
        return Results.StatusCode(202);
    }

    /// <summary>https://www.twilio.com/docs/messaging/api/message-resource: 201 and the message, or 400/401 and code, message, more_info, status.</summary>
    private async Task<IResult> MessageAsync(string account, HttpRequest request)
    {
        if (account != Account || request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Account}:{Token}")))
        {
            return Results.Json(new { code = 20003, message = "Authenticate", more_info = "https://www.twilio.com/docs/errors/20003", status = 401 }, statusCode: 401);
        }

        var form = (await request.ReadFormAsync()).ToDictionary(field => field.Key, field => field.Value.ToString());
        if (form["To"] == "+15005550001" || !(form.ContainsKey("From") || form.ContainsKey("MessagingServiceSid")) || form["Body"].Length is 0 or > 1600)
        {
            return Results.Json(new { code = 21211, message = $"The 'To' number {form["To"]} is not a valid phone number.", more_info = "https://www.twilio.com/docs/errors/21211", status = 400 }, statusCode: 400);
        }

        Messages.Enqueue((form, request.Headers["Idempotency-Key"].ToString()));
        return Results.Json(new { sid = "SM00000000000000000000000000000001", status = "queued", account_sid = Account, to = form["To"], body = form["Body"] }, statusCode: 201);
    }

    private static IResult Errors(int status, string message, string? field) => Results.Json(new { errors = new[] { new { message, field, help = (string?)null } } }, statusCode: status);
}
