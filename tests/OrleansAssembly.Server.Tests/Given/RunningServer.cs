using System.Diagnostics;
using System.Text;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Server.Tests.Given;

[assembly: AssemblyFixture(typeof(RunningServer))]

namespace OrleansAssembly.Server.Tests.Given;

/// <summary>One whole server with the embedded store on a free port, and two sources made by the real ffmpeg.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly TempFolder _folder = new();
    private AssemblyServer? _server;

    public HttpClient Http { get; private set; } = null!;

    public Uri Address => _server!.Address;

    public IServiceProvider Services => _server!.Services;

    public string MediaRoot => _folder.Below("media");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(MediaRoot, "sources"));
        await MakeSourceAsync("one.mp4", "testsrc2=s=320x180:r=25:d=3");
        await MakeSourceAsync("two.mp4", "smptebars=s=320x180:r=25:d=3");
        var settings = ServerSettings.Read(["--port", "0", "--slots", "2", "--data", _folder.Below("data"), "--media", MediaRoot], new ConfigurationBuilder().Build()).Settings!;
        _server = await AssemblyServer.StartAsync(settings);
        Http = new HttpClient { BaseAddress = _server.Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    public static string SpecOf(JobType type = JobType.Assembly, string project = "harbour", int shots = 2, string title = "A film") => JsonSerializer.Serialize(
        new JobSpec(
            type,
            project,
            title,
            new Timeline.TimelineSpec(null, null, null, null, null, [.. Enumerable.Range(0, shots).Select(i => new Timeline.ShotSpec(i % 2 == 0 ? "one.mp4" : "two.mp4", "0.2s", "1.2s", Scene: "1"))], null),
            null,
            type == JobType.Edl ? null : [new OutputSpec("h264-720p")],
            null,
            null,
            null),
        AssemblyJson.Options);

    public Task<HttpResponseMessage> PostJobAsync(string json, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, JobsApi.Root) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add(IdempotencyKeys.Header, key);
        }

        return Http.SendAsync(request, Cancel);
    }

    public async Task<JobDetails> SubmitAsync(string json)
    {
        using var answer = await PostJobAsync(json);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return await ReadAsync<JobDetails>(answer);
    }

    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<T>(AssemblyJson.Options, Cancel))!;

    /// <summary>A problem of the given status, checked for everything that each problem has.</summary>
    public static async Task<ProblemDetailsBody> ProblemAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode} instead of {status}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize<ProblemDetailsBody>(text, AssemblyJson.Options)!;
        Assert.StartsWith(Problem.Prefix, problem.Type, StringComparison.Ordinal);
        Assert.Equal(status, problem.Status);
        Assert.NotEmpty(problem.Title);
        Assert.NotEmpty(problem.Detail);
        Assert.NotNull(problem.Instance);
        return problem;
    }

    /// <summary>Follows the job's events until it has ended; fails with what it was doing where that takes too long.</summary>
    public async Task<ProgressUpdate> EndOfAsync(string jobId)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        ProgressUpdate? last = null;
        try
        {
            await foreach (var (_, update) in EventsAsync(jobId, null, limit.Token))
            {
                last = update;
            }
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            Assert.Fail($"Job {jobId} did not end; last: {last}");
        }

        return last!;
    }

    /// <summary>The job's server-sent events with their ids, to the end of the stream.</summary>
    public IAsyncEnumerable<(long Id, ProgressUpdate Update)> EventsAsync(string jobId, long? lastEventId, CancellationToken cancellation) => EventsAsync(Http, jobId, lastEventId, cancellation);

    /// <summary>The same from any server.</summary>
    public static async IAsyncEnumerable<(long Id, ProgressUpdate Update)> EventsAsync(
        HttpClient http, string jobId, long? lastEventId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{JobsApi.Root}/{jobId}/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", $"{lastEventId}");
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(body).EnumerateAsync(cancellation))
        {
            var message = JsonSerializer.Deserialize<ProgressMessage>(item.Data, AssemblyJson.Options)!;
            Assert.Equal(("progress_update", jobId), (message.Type, message.JobId));
            yield return (long.Parse(item.EventId!, System.Globalization.CultureInfo.InvariantCulture), message.Data);
        }
    }

    private async Task MakeSourceAsync(string name, string picture)
    {
        string[] arguments =
        [
            "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=f=440:d=3",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", Path.Combine(MediaRoot, "sources", name),
        ];
        using var ffmpeg = Process.Start("ffmpeg", arguments);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
    }
}
