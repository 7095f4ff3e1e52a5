using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cli.Tests;

/// <summary>Speaks the contract over real HTTP and a real hub, for one job whose progress the test decides.</summary>
internal sealed class StandInServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private (bool Asked, long? After) _watch;

    private StandInServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public required JobDetails Job { get; set; }

    public List<JobSummary> Listed { get; } = [];

    public ConcurrentQueue<(string Call, string Body, string? Key)> Calls { get; } = [];

    /// <summary>What submissions and uploads get instead of being taken.</summary>
    public IResult? Refusal { get; set; }

    /// <summary>Each watch of the hub that is complete, which is when the watcher has read the job after asking: the sequence that it had.</summary>
    public System.Threading.Channels.Channel<long?> Watches { get; } = System.Threading.Channels.Channel.CreateUnbounded<long?>();

    /// <summary>What the job becomes just before its first watch is up; nothing is pushed for it.</summary>
    public ProgressUpdate? BeforeWatch { get; set; }

    public static async Task<StandInServer> StartAsync(int port = 0, JobDetails? job = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.ConfigureHttpJsonOptions(o => AssemblyJson.Configure(o.SerializerOptions));
        builder.Services.AddSignalR().AddJsonProtocol(o => AssemblyJson.Configure(o.PayloadSerializerOptions));
        StandInServer? self = null;
        builder.Services.AddSingleton(_ => self!);
        var app = builder.Build();
        self = new StandInServer(app) { Job = job ?? Given.Job(Given.Update(1)) };
        self.Map();
        await app.StartAsync();
        return self;
    }

    /// <summary>Changes the job and pushes the change.</summary>
    public Task PushAsync(ProgressUpdate update)
    {
        Job = Job with { Status = update.Status, Progress = update };
        return _app.Services.GetRequiredService<IHubContext<Hub>>().Clients.All.SendAsync("progress", update);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private void Map()
    {
        // As with several servers behind one address: what was negotiated with another one is not known here.
        _app.Use((call, next) =>
        {
            if (!call.Request.Path.StartsWithSegments("/hubs/progress/negotiate"))
            {
                return next(call);
            }

            call.Response.StatusCode = 404;
            return Task.CompletedTask;
        });

        const string jobs = "/api/v1/assembly/jobs";
        _app.MapPost(jobs, async (HttpRequest request) =>
        {
            await NoteAsync("submit", request);
            return Refusal ?? Results.Created($"{jobs}/{Job.Id}", Job);
        });
        _app.MapGet(jobs, (int limit, string? cursor) =>
        {
            var start = cursor is null ? 0 : int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
            var items = Listed.Skip(start).Take(limit).ToList();
            return new Page<JobSummary>(items, start + limit < Listed.Count ? $"{start + limit}" : null);
        });
        _app.MapGet($"{jobs}/{{id}}", (string id) => id == Job.Id
            ? Results.Json(Read(), AssemblyJson.Options)
            : Results.Json(ProblemDetailsBody.Of(Problem.Of("job-not-found", "There is no such job", "Look for its id with: assembly list", 404)), AssemblyJson.Options, "application/problem+json", 404));
        _app.MapPost($"{jobs}/{{id}}/{{what}}", async (string what, HttpRequest request) =>
        {
            await NoteAsync(what, request);
            return Results.Json(Job.Progress, AssemblyJson.Options);
        });
        _app.MapPut("/api/v1/sources/{**path}", async (string path, HttpRequest request) =>
        {
            if (Refusal is not null)
            {
                return Refusal; // as the server does: what it does not take it does not read
            }

            await NoteAsync($"put {path}", request);
            return Results.StatusCode(201);
        });
        _app.MapHub<Hub>("/hubs/progress");
    }

    private JobDetails Read()
    {
        var job = Job;
        if (_watch.Asked)
        {
            Watches.Writer.TryWrite(_watch.After);
            _watch = default;
        }

        return job;
    }

    private async Task NoteAsync(string call, HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        Calls.Enqueue((call, await body.ReadToEndAsync(), request.Headers["Idempotency-Key"]));
    }

    public sealed class Hub(StandInServer server) : Microsoft.AspNetCore.SignalR.Hub
    {
        public ProgressUpdate? WatchJob(string jobId, long? afterSequence)
        {
            if (server.BeforeWatch is { } update)
            {
                server.Job = server.Job with { Status = update.Status, Progress = update };
            }

            server._watch = (true, afterSequence);
            return jobId == server.Job.Id ? server.Job.Progress : null;
        }
    }
}
