using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cli;

/// <summary>What the server said: a value, or why not.</summary>
internal sealed record Answer<T>(T? Value, ProblemDetailsBody? Problem)
    where T : class;

/// <summary>The server's HTTP calls. A server that does not answer is an <see cref="HttpRequestException"/>.</summary>
internal sealed class ServerClient(HttpClient http)
{
    private const string Jobs = "api/v1/assembly/jobs";

    /// <summary>How long a server gets for a first sign of life; an upload that it has not refused by then is sent.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Uri Server => http.BaseAddress!;

    public static ServerClient For(Uri server) =>
        new(new HttpClient(new SocketsHttpHandler { ConnectTimeout = Patience, Expect100ContinueTimeout = Patience })
        {
            BaseAddress = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/"),
            // Uploads may last for hours; a dead connection shows as an error of the socket.
            Timeout = Timeout.InfiniteTimeSpan,
        });

    /// <summary>Submits a job's JSON as it was written, so that the server judges every field of it.</summary>
    public Task<Answer<JobDetails>> SubmitAsync(string json, string? idempotencyKey, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Jobs) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        return SendAsync<JobDetails>(request, cancellation);
    }

    public Task<Answer<JobDetails>> JobAsync(string id, CancellationToken cancellation) => GetAsync<JobDetails>($"{Jobs}/{Escape(id)}", cancellation);

    public Task<Answer<Page<JobSummary>>> ListAsync(string? status, string? project, int limit, string? cursor, CancellationToken cancellation)
    {
        var query = new StringBuilder(Jobs).Append("?limit=").Append(limit);
        foreach (var (name, value) in new[] { ("status", status), ("projectId", project), ("cursor", cursor) })
        {
            if (value is not null)
            {
                query.Append('&').Append(name).Append('=').Append(Escape(value));
            }
        }

        return GetAsync<Page<JobSummary>>(query.ToString(), cancellation);
    }

    public Task<Answer<ProgressUpdate>> PauseAsync(string id, PauseWish wish, CancellationToken cancellation) => SendAsync<ProgressUpdate>(
        new HttpRequestMessage(HttpMethod.Post, $"{Jobs}/{Escape(id)}/pause") { Content = JsonContent.Create(wish, options: AssemblyJson.Options) }, cancellation);

    /// <summary>Asks for <c>resume</c>, <c>cancel</c> or <c>retry</c>.</summary>
    public Task<Answer<ProgressUpdate>> AskAsync(string id, string what, CancellationToken cancellation) =>
        SendAsync<ProgressUpdate>(new HttpRequestMessage(HttpMethod.Post, $"{Jobs}/{Escape(id)}/{what}"), cancellation);

    public Task<Answer<IReadOnlyList<PresetInfo>>> PresetsAsync(CancellationToken cancellation) => GetAsync<IReadOnlyList<PresetInfo>>("api/v1/presets", cancellation);

    /// <summary>Sends a file to <c>sources/</c>; the server shows it only when it has all of it.</summary>
    public async Task<Answer<SourceFile>> UploadAsync(string path, Stream content, CancellationToken cancellation)
    {
        var body = new StreamContent(content, 1 << 20);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var target = "api/v1/sources/" + string.Join('/', path.Split('/').Select(Escape));
        var request = new HttpRequestMessage(HttpMethod.Put, target) { Content = body };
        request.Headers.ExpectContinue = true; // a refusal comes before hours of sending, and is read
        using var response = await http.SendAsync(request, cancellation);
        return response.IsSuccessStatusCode
            ? new Answer<SourceFile>(new SourceFile(path, content.Length, default), null)
            : new Answer<SourceFile>(null, await ProblemAsync(response, cancellation));
    }

    /// <summary>An absolute address for a path that the server gave.</summary>
    public Uri Address(string path) => new(Server, path);

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private Task<Answer<T>> GetAsync<T>(string path, CancellationToken cancellation)
        where T : class => SendAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    private async Task<Answer<T>> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellation)
        where T : class
    {
        using (request)
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                return new Answer<T>(null, await ProblemAsync(response, cancellation));
            }

            try
            {
                var value = await response.Content.ReadFromJsonAsync<T>(AssemblyJson.Options, cancellation);
                return value is null ? Foreign<T>(response.StatusCode) : new Answer<T>(value, null);
            }
            catch (JsonException)
            {
                return Foreign<T>(response.StatusCode);
            }
        }
    }

    private static Answer<T> Foreign<T>(HttpStatusCode status)
        where T : class => new(null, Unknown((int)status, "It answers, but not as an OrleansAssembly server does: check the address."));

    private static ProblemDetailsBody Unknown(int status, string detail) => new(Problem.Prefix + "unknown-answer", "The answer was not understood", status, detail);

    private static async Task<ProblemDetailsBody> ProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            // Framework-made problems may leave fields out, which the strict wire type refuses.
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            return new ProblemDetailsBody(
                Field(root, "type") ?? "about:blank",
                Field(root, "title") ?? response.ReasonPhrase ?? "The server refused",
                (int)response.StatusCode,
                Field(root, "detail") ?? "",
                Field(root, "instance"),
                root.TryGetProperty("errors", out var errors) ? errors.Deserialize<Dictionary<string, string[]>>(AssemblyJson.Options) : null,
                Field(root, "traceId"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Unknown((int)response.StatusCode, $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}.");
        }
    }

    private static string? Field(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
