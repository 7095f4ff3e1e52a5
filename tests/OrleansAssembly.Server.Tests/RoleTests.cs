using System.Text.Json;
using Orleans.Core.Internal;
using Orleans.Runtime.Placement;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>Servers that share the work of one cluster over a real Redis: people look at the first frontend, the grain of the job lies on the second.</summary>
public sealed class RoleTests(RunningServer running) : OnRedis
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task An_encoder_tells_whether_it_is_well_and_nothing_else()
    {
        await using var encoder = await StartAsync("encoder");
        using var http = new HttpClient { BaseAddress = encoder.Address };
        foreach (var path in new[] { "/health/live", "/health/ready", "/metrics" })
        {
            using var answer = await http.GetAsync(path, Cancel);
            Assert.True(answer.IsSuccessStatusCode, path);
        }

        foreach (var path in new[] { "/", "/index.html", "/docs", "/openapi/v1.json", "/api/v1/presets", "/api/v1/assembly/jobs", "/hubs/progress" })
        {
            using var answer = await http.GetAsync(path, Cancel);
            Assert.Equal("urn:orleans-assembly:encoder-only", (await ProblemAsync(answer, 404)).Type);
        }
    }

    [Fact]
    public async Task A_watcher_hears_the_end_once_when_the_grain_has_forgotten_its_watchers()
    {
        await using var frontend = await StartAsync("frontend");
        await using var second = await StartAsync("frontend");
        var id = await PausedJobAsync(frontend, second);
        await using var encoder = await StartAsync("encoder");
        await EndAsync(frontend, id, () => Job(frontend, id).AsReference<IGrainManagementExtension>().DeactivateOnIdle().AsTask());
    }

    [Fact]
    public async Task A_watcher_hears_the_end_once_when_the_silo_of_the_grain_leaves()
    {
        await using var frontend = await StartAsync("frontend");
        await using var second = await StartAsync("frontend");
        var id = await PausedJobAsync(frontend, second);
        await using var encoder = await StartAsync("encoder");
        await EndAsync(frontend, id, () => second.DisposeAsync().AsTask());
    }

    /// <summary>A job on the second silo that waits to be resumed; nobody could have done anything of it yet.</summary>
    private static async Task<string> PausedJobAsync(AssemblyServer frontend, AssemblyServer second)
    {
        var id = Updates.NewId();
        var spec = JsonSerializer.Deserialize<JobSpec>(SpecOf(JobType.Edl), AssemblyJson.Options)!;
        var silo = second.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        await Job(frontend, id).SubmitAsync(spec);
        RequestContext.Clear();
        var management = frontend.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        Assert.Equal(silo, await management.GetActivationAddress(Job(frontend, id)));
        Assert.Equal(JobStatus.Paused, (await Job(frontend, id).PauseAsync(PauseWish.Now)).Progress?.Status);
        return id;
    }

    /// <summary>Watches the job by the first server while something happens to its grain, lets it go on, and follows it to the end.</summary>
    private static async Task EndAsync(AssemblyServer frontend, string id, Func<Task> happens)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        using var http = new HttpClient { BaseAddress = frontend.Address };
        var seen = new List<ProgressUpdate>();
        try
        {
            await foreach (var (_, update) in EventsAsync(http, id, null, limit.Token))
            {
                seen.Add(update);
                if (seen.Count == 1)
                {
                    await happens();
                    await Job(frontend, id).ResumeAsync();
                }
            }
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            Assert.Fail($"The end of the job did not come within {Limit}; last: {seen.LastOrDefault()}");
        }

        Assert.Equal(JobStatus.Paused, seen[0].Status);
        Assert.Equal(JobStatus.Completed, Assert.Single(seen, update => update.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled).Status);
        Assert.Equal(seen.Select(update => update.Sequence).Order().Distinct(), seen.Select(update => update.Sequence));
    }

    private static IJobGrain Job(AssemblyServer server, string id) => server.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(id);

    private Task<AssemblyServer> StartAsync(string role) => StartAsync(running.MediaRoot, "--role", role, "--slots", "2");
}
