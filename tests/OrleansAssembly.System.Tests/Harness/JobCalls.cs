using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests;

/// <summary>The calls of the HTTP API that tests make again and again.</summary>
internal static class JobCalls
{
    public const string Jobs = "/api/v1/assembly/jobs";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Submits a job that is taken, and gives its id.</summary>
    public static async Task<string> SubmitAsync(this ServerProcess server, JobSpec spec)
    {
        using var answer = await server.PostAsync(spec);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"The job was not taken: {await answer.Content.ReadAsStringAsync(Cancel)}");
        return (await answer.Content.ReadFromJsonAsync<JobDetails>(AssemblyJson.Options, Cancel))!.Id;
    }

    public static Task<HttpResponseMessage> PostAsync(this ServerProcess server, JobSpec spec) =>
        server.Http.PostAsJsonAsync(Jobs, spec, AssemblyJson.Options, Cancel);

    /// <summary>Pauses, resumes, cancels or retries a job; the call must be answered with 200.</summary>
    public static async Task<ProgressUpdate> CommandAsync(this ServerProcess server, string job, string command)
    {
        using var answer = await server.TryCommandAsync(job, command);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{command} was refused: {await answer.Content.ReadAsStringAsync(Cancel)}");
        return (await answer.Content.ReadFromJsonAsync<ProgressUpdate>(AssemblyJson.Options, Cancel))!;
    }

    public static Task<HttpResponseMessage> TryCommandAsync(this ServerProcess server, string job, string command) =>
        server.Http.PostAsync(new Uri($"{Jobs}/{job}/{command}", UriKind.Relative), null, Cancel);

    public static async Task<JobDetails> GetAsync(this ServerProcess server, string job) =>
        (await server.Http.GetFromJsonAsync<JobDetails>($"{Jobs}/{job}", AssemblyJson.Options, Cancel))!;

    public static async Task<ProgressUpdate> ProgressAsync(this ServerProcess server, string job) =>
        (await server.Http.GetFromJsonAsync<ProgressUpdate>($"{Jobs}/{job}/progress", AssemblyJson.Options, Cancel))!;

    public static async Task<IReadOnlyList<JobSummary>> ListAsync(this ServerProcess server) =>
        (await server.Http.GetFromJsonAsync<Page<JobSummary>>($"{Jobs}?limit=100", AssemblyJson.Options, Cancel))!.Items;

    /// <summary>Watches the job from now on; the newest progress comes at once.</summary>
    public static JobWatch Watch(this ServerProcess server, string job) => new(server, job);

    /// <summary>Waits for the end of a job, which must be a good one.</summary>
    public static async Task<ProgressUpdate> CompleteAsync(this ServerProcess server, string job)
    {
        await using var watch = server.Watch(job);
        var last = await watch.UntilAsync(JobWatch.Ended, "the end of the job");
        Assert.True(last.Status == JobStatus.Completed, $"The job is {last.Status} at '{last.CurrentStep}': {last.Error?.Detail}\n{server.Log}");
        return last;
    }

    /// <summary>Fetches the only film of a job, and gives the checksum of what came; it is the one that the server promises.</summary>
    public static async Task<string> FilmChecksumAsync(this ServerProcess server, string job)
    {
        var film = Assert.Single((await server.GetAsync(job)).Outputs, output => output.Kind == "film");
        var bytes = await server.Http.GetByteArrayAsync(new Uri(film.Url, UriKind.Relative), Cancel);
        var checksum = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Equal((film.Bytes, film.Sha256), (bytes.LongLength, checksum));
        return checksum;
    }
}
