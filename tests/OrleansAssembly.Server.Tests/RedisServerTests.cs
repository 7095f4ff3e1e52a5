using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Progress;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>The same server on a real Redis.</summary>
public sealed class RedisServerTests : OnRedis
{
    private static readonly Uri Jobs = new(JobsApi.Root, UriKind.Relative);

    [Fact]
    public async Task Jobs_are_kept_in_Redis_over_a_restart_and_its_loss_is_told_as_503_but_progress_needs_none()
    {
        string id;
        await using (var server = await StartAsync())
        {
            using var http = new HttpClient { BaseAddress = server.Address };
            id = await SubmitAsync(http);
        }

        Assert.False(Directory.Exists(Folder.Below("data")));
        await using var again = await StartAsync();
        using var client = new HttpClient { BaseAddress = again.Address };
        Assert.Equal(id, Assert.Single((await client.GetFromJsonAsync<Page<JobSummary>>(Jobs, AssemblyJson.Options, Cancel))!.Items).Id);
        Assert.Equal("A film", (await client.GetFromJsonAsync<JobDetails>($"{JobsApi.Root}/{id}", AssemblyJson.Options, Cancel))!.Title);

        await Redis.KillAsync();
        foreach (var path in new[] { "/health/ready", JobsApi.Root })
        {
            using var answer = await client.GetAsync(path, Cancel);
            Assert.Equal("urn:orleans-assembly:store-unavailable", (await ProblemAsync(answer, 503)).Type);
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        using var progress = await client.GetAsync(new Uri($"{JobsApi.Root}/{id}/progress", UriKind.Relative), Cancel);
        Assert.Equal(id, (await ReadAsync<ProgressUpdate>(progress)).JobId);
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(again.Address, ProgressHub.Path))
            .AddJsonProtocol(options => AssemblyJson.Configure(options.PayloadSerializerOptions))
            .Build();
        await hub.StartAsync(Cancel);
        Assert.Equal(id, (await hub.InvokeAsync<ProgressUpdate?>("WatchJob", id, null, Cancel))?.JobId);

        using var alive = await client.GetAsync(new Uri("/health/live", UriKind.Relative), Cancel);
        Assert.True(alive.IsSuccessStatusCode);
    }

    private static async Task<string> SubmitAsync(HttpClient http)
    {
        using var source = new ByteArrayContent([0]);
        using var stored = await http.PutAsync(new Uri("/api/v1/sources/one.mp4", UriKind.Relative), source, Cancel);
        using var body = new StringContent(SpecOf(JobType.Edl, shots: 1), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(Jobs, body, Cancel);
        return (await ReadAsync<JobDetails>(answer)).Id;
    }

    private Task<AssemblyServer> StartAsync() => StartAsync(Folder.Below("media"));
}
