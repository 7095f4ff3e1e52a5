using System.Net;
using OrleansAssembly.Jobs;
using OrleansAssembly.Testing;

namespace OrleansAssembly.SystemTests;

/// <summary>Servers that leave while they encode. The encoder is made to stand still, so that the test chooses when it ends.</summary>
public class LeaveTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly Uri Ready = new("/health/ready", UriKind.Relative);

    [Fact]
    public async Task Sigterm_LetsWhatRunsComeToItsEnd_AndSaysMeanwhileThatTheServerIsNotReady()
    {
        using var place = new Workplace();
        await using var server = await StartAsync(place);
        var (job, goOn) = await StandStillAsync(place, server);

        Processes.Signal(server.Pid, "TERM");
        await Eventually.TrueAsync(async () => await StatusAsync(server) == HttpStatusCode.ServiceUnavailable, Limit, "the readiness that tells of the end");
        Assert.Equal(JobStatus.Running, (await server.ProgressAsync(job)).Status); // calls are answered all the same
        Assert.NotEmpty(place.Tools);

        goOn();
        Assert.Equal(0, await server.EndAsync("CONT")); // it goes on anyway; what counts is that it ends
        Assert.Empty(place.Tools);
    }

    [Theory]
    [InlineData("TERM", "TERM")]
    [InlineData("INT", null)]
    public async Task WhoeverDoesNotWantToWait_NeedNot(string first, string? second)
    {
        using var place = new Workplace();
        await using var server = await StartAsync(place);
        await StandStillAsync(place, server);
        if (second is not null)
        {
            Processes.Signal(server.Pid, first);
            await Eventually.TrueAsync(async () => await StatusAsync(server) == HttpStatusCode.ServiceUnavailable, Limit, "the readiness that tells of the end");
        }

        Assert.Equal(0, await server.EndAsync(second ?? first));
        Assert.Empty(place.Tools);
    }

    [Fact]
    public async Task AWatcher_GoesOnHearing_WhenTheServerThatHoldsTheJobIsKilled()
    {
        using var place = new Workplace();
        await using var redis = await RedisProcess.StartAsync();
        await using var holder = await place.StartAsync("--redis", redis.Address, "--slots", "1");
        var job = await holder.SubmitAsync(Workplace.Long()); // alone: its grain is here
        await using var other = await place.StartAsync("--redis", redis.Address, "--slots", "1");
        await using var watch = other.Watch(job);
        await watch.UntilAsync(JobWatch.EncodingFrom(10), "the middle of encoding");

        await holder.EndAsync("KILL");
        var (last, killed) = (watch.Seen[^1], TimeProvider.System.GetTimestamp());
        await watch.UntilAsync(update => update.Sequence > last.Sequence, "the first message after the kill");
        TestContext.Current.SendDiagnosticMessage("{0:0.00} s from the kill to the next message", TimeProvider.System.GetElapsedTime(killed).TotalSeconds);

        await watch.UntilAsync(JobWatch.Ended, "the end of the job");
        Assert.Equal(JobStatus.Completed, Assert.Single(watch.Seen, update => JobWatch.Ended(update)).Status);
        Assert.Equal(watch.Seen.Select(update => update.Sequence).Order().Distinct(), watch.Seen.Select(update => update.Sequence));
        Assert.Equal(watch.Seen.Select(update => update.Progress).Order(), watch.Seen.Select(update => update.Progress));
    }

    private static Task<ServerProcess> StartAsync(Workplace place) => ServerProcess.StartCommandAsync(
        ["dotnet", ServerProcess.Program, "--port", "0", "--media", place.Media.Root, "--data", place.Data, "--slots", "1", "--drain", "600"],
        Workplace.PatientWithChildren);

    /// <summary>A job in the middle of encoding, and what lets its one encoder go on, which stands still.</summary>
    private static async Task<(string Job, Action GoOn)> StandStillAsync(Workplace place, ServerProcess server)
    {
        var job = await server.SubmitAsync(Workplace.Long());
        await using var watch = server.Watch(job);
        await watch.UntilAsync(JobWatch.EncodingFrom(10), "the middle of encoding");
        return (job, await place.StopEncodersAsync());
    }

    private static async Task<HttpStatusCode> StatusAsync(ServerProcess server)
    {
        using var answer = await server.Http.GetAsync(Ready, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
