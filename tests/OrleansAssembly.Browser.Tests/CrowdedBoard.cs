using System.Net;
using System.Net.Http.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.SystemTests;

namespace OrleansAssembly.Browser.Tests;

/// <summary>A server with a thousand jobs that all wait, because it has no encoder.</summary>
public sealed class CrowdedBoard : Chromium
{
    internal const int Jobs = 1000;

    private const int AtOnce = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private protected override int Slots => 0;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForAsync(0, Jobs, options, async (i, _) => await Eventually.TrueAsync(() => IsTakenAsync(i), Limit, $"the server to take job {i}"));
    }

    /// <summary>A store that is slow under the burst says so; then the job is submitted once more, with its key, for the first call may have come through.</summary>
    private async Task<bool> IsTakenAsync(int i)
    {
        using var call = new HttpRequestMessage(HttpMethod.Post, JobCalls.Jobs);
        call.Headers.Add("Idempotency-Key", $"scene-{i}");
        call.Content = JsonContent.Create(Workplace.Small($"Scene {i:0000}", project: i % 10 == 0 ? "lighthouse" : "harbour"), options: AssemblyJson.Options);
        using var answer = await Server.Http.SendAsync(call, TestContext.Current.CancellationToken);
        Assert.True(
            answer.IsSuccessStatusCode || answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict,
            $"Job {i} was not taken: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        return answer.IsSuccessStatusCode;
    }
}
