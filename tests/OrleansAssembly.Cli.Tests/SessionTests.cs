using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cli.Tests;

/// <summary>The command line as a shell uses it, against a stand-in server.</summary>
public sealed class SessionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Watch_in_a_pipe_ends_with_the_films_and_exit_code_0()
    {
        await using var server = await StandInServer.StartAsync();
        using var shell = new Shell();
        var run = shell.RunAsync(server, "watch", "job-1");
        await WatchedAsync(server);

        await server.PushAsync(Given.Update(2, progress: 65, step: 11));
        server.Job = server.Job with
        {
            Outputs =
            [
                new OutputInfo("film.edl", "edl", null, "text/plain", 812, "", null, null, "/api/v1/assembly/jobs/job-1/outputs/film.edl"),
                new OutputInfo("cut.mp4", "film", "h264-1080p", "video/mp4", 14_240_000, "", 42, 1007, "/api/v1/assembly/jobs/job-1/outputs/cut.mp4"),
            ],
        };
        await server.PushAsync(Given.Update(3, progress: 100, step: 12, status: JobStatus.Completed));

        Assert.Equal(ExitCode.Done, await run.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("step 11 of 12", shell.Text, StringComparison.Ordinal);
        Assert.Contains($"film       {server.Address}api/v1/assembly/jobs/job-1/outputs/cut.mp4  (cut.mp4, 14.2 MB, 0:42)", shell.Text, StringComparison.Ordinal);
        Assert.Contains($"page       {server.Address}#/jobs/job-1", shell.Text, StringComparison.Ordinal);
        Assert.True(shell.Text.IndexOf("cut.mp4", StringComparison.Ordinal) < shell.Text.IndexOf("film.edl", StringComparison.Ordinal), "The film comes first.");
    }

    [Fact]
    public async Task Watch_of_a_failed_job_tells_the_problem_and_what_to_do_and_exits_with_1()
    {
        await using var server = await StandInServer.StartAsync();
        server.Job = Given.Job(Given.Update(4, status: JobStatus.Failed) with
        {
            Error = new ProblemDetailsBody("urn:orleans-assembly:source-damaged", "A source is damaged", 422, "Replace [010].mp4 and retry."),
        });
        using var shell = new Shell();

        Assert.Equal(ExitCode.Failed, await shell.RunAsync(server, "watch", "job-1").WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("Replace [010].mp4 and retry.", shell.Text, StringComparison.Ordinal);
        Assert.Contains("assembly retry job-1", shell.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_says_how()
    {
        await using var server = await StandInServer.StartAsync();
        server.Job = Given.Job(Given.Update(4, status: JobStatus.Paused) with { ResumeAt = DateTimeOffset.Parse("2026-12-01T06:00Z", System.Globalization.CultureInfo.InvariantCulture) });
        using var shell = new Shell();

        Assert.Equal(ExitCode.Done, await shell.RunAsync(server, "pause", "job-1"));
        Assert.Equal(ExitCode.Done, await shell.RunAsync(server, "pause", "job-1", "--after-segment", "--until", "2026-12-01T08:00+02:00"));
        Assert.Equal(
            [new PauseWish(), new PauseWish(PauseAfter.Segment, server.Job.Progress.ResumeAt)],
            server.Calls.Select(call => System.Text.Json.JsonSerializer.Deserialize<PauseWish>(call.Body, AssemblyJson.Options)));
        Assert.Contains("job-1 is paused", shell.Text, StringComparison.Ordinal);
        Assert.Contains(", until ", shell.Text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Refused, await shell.RunAsync(server, "pause", "job-1", "--until", "soon"));
    }

    [Fact]
    public async Task Watch_outlives_the_server_and_goes_on_with_the_next_one()
    {
        var first = await StandInServer.StartAsync();
        var address = first.Address;
        using var shell = new Shell();
        var run = shell.RunAsync(first, "watch", "job-1");
        await WatchedAsync(first);
        await first.DisposeAsync();

        await using var second = await StandInServer.StartAsync(address.Port);
        second.Job = Given.Job(Given.Update(20, progress: 64));
        Assert.Equal(1, await WatchedAsync(second));
        await second.PushAsync(Given.Update(21, progress: 100, status: JobStatus.Completed));

        Assert.Equal(ExitCode.Done, await run.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("connection lost, trying again", shell.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JobStatus.Completed, ExitCode.Done)]
    [InlineData(JobStatus.Failed, ExitCode.Failed)]
    public async Task Watch_of_a_job_that_ends_before_the_hub_is_reached_ends_too(JobStatus status, int exitCode)
    {
        await using var server = await StandInServer.StartAsync();
        server.BeforeWatch = Given.Update(2, progress: 100, step: 12, status: status);
        using var shell = new Shell();

        Assert.Equal(exitCode, await shell.RunAsync(server, "watch", "job-1").WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("step 12 of 12", shell.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_of_a_job_that_ends_while_the_connection_is_lost_ends_too()
    {
        var first = await StandInServer.StartAsync();
        var address = first.Address;
        using var shell = new Shell();
        var run = shell.RunAsync(first, "watch", "job-1");
        await WatchedAsync(first);
        await first.DisposeAsync();

        await using var second = await StandInServer.StartAsync(address.Port, Given.Job(Given.Update(20, progress: 100, step: 12, status: JobStatus.Completed)));

        Assert.Equal(ExitCode.Done, await run.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("step 12 of 12", shell.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_stops_the_watching_and_not_the_job()
    {
        await using var server = await StandInServer.StartAsync();
        using var stop = new CancellationTokenSource();
        using var text = new StringWriter();
        var run = new Session(Given.Console(text), ServerClient.For(server.Address), TimeProvider.System).WatchAsync("job-1", null, stop.Token);
        await WatchedAsync(server);

        await stop.CancelAsync();

        Assert.Equal(ExitCode.Interrupted, await run.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("the job goes on", text.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Calls);
    }

    [Fact]
    public async Task Submit_sends_the_file_as_it_is_with_the_key()
    {
        await using var server = await StandInServer.StartAsync();
        using var shell = new Shell();
        var file = shell.File("{ \"projectId\": 12 }");

        Assert.Equal(ExitCode.Done, await shell.RunAsync(server, "submit", file, "--idempotency-key", "once").WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Equal(("submit", "{ \"projectId\": 12 }", "once"), Assert.Single(server.Calls));
        Assert.Contains("job-1", shell.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_names_every_field_that_the_server_refuses_and_exits_with_2()
    {
        await using var server = await StandInServer.StartAsync();
        var errors = new Dictionary<string, string[]> { ["timeline.shots[0].in"] = ["must come before 'out'"], ["outputs[1].preset"] = ["is not known"] };
        server.Refusal = Results.Json(
            new ProblemDetailsBody("urn:orleans-assembly:invalid-job", "The job cannot be accepted", 400, "2 fields need mending.", null, errors),
            AssemblyJson.Options, "application/problem+json", 400);
        using var shell = new Shell();

        Assert.Equal(ExitCode.Refused, await shell.RunAsync(server, "submit", shell.File("{}")).WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("timeline.shots[0].in: must come before 'out'", shell.Text, StringComparison.Ordinal);
        Assert.Contains("outputs[1].preset: is not known", shell.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JobStatus.Completed, 0)]
    [InlineData(JobStatus.Running, 0)]
    [InlineData(JobStatus.Failed, 1)]
    [InlineData(JobStatus.Cancelled, 1)]
    public async Task Submit_once_takes_the_job_of_that_title_and_retries_it_where_it_was_given_up(JobStatus status, int retries)
    {
        await using var server = await StandInServer.StartAsync();
        var update = Given.Update(1, status: status);
        server.Job = Given.Job(update);
        server.Listed.Add(new JobSummary("job-9", JobType.Assembly, JobStatus.Completed, "harbour", "Another", Given.Noon, null, null, update));
        server.Listed.Add(new JobSummary("job-1", JobType.Assembly, status, "harbour", "Harbour [cut 3]", Given.Noon, null, null, update));
        using var shell = new Shell();
        var file = shell.File("""{ "type": "assembly", "projectId": "harbour", "title": "Harbour [cut 3]" }""");

        Assert.Equal(ExitCode.Done, await shell.RunAsync(server, "submit", file, "--once").WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Equal(retries, server.Calls.Count(c => c.Call == "retry"));
        Assert.DoesNotContain(server.Calls, c => c.Call == "submit");
    }

    [Fact]
    public async Task List_all_follows_every_page()
    {
        await using var server = await StandInServer.StartAsync();
        server.Listed.AddRange(Enumerable.Range(0, 250).Select(i => new JobSummary($"job-{i:000}", JobType.Edl, JobStatus.Pending, "p", $"Film {i}", Given.Noon, null, null, Given.Update(1))));
        using var shell = new Shell();

        Assert.Equal(ExitCode.Done, await shell.RunAsync(server, "list", "--all").WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("job-000", shell.Text, StringComparison.Ordinal);
        Assert.Contains("job-249", shell.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_puts_each_file_below_the_folder()
    {
        await using var server = await StandInServer.StartAsync();
        using var shell = new Shell();
        var file = shell.File("pictures", "a b#1.mp4");

        Assert.Equal(ExitCode.Done, await shell.RunAsync(server, "upload", file, "--to", "harbour/day 1/").WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Equal(("put harbour/day 1/a b#1.mp4", "pictures", null), Assert.Single(server.Calls));
    }

    [Fact]
    public async Task An_upload_that_is_refused_is_told_and_not_sent()
    {
        await using var server = await StandInServer.StartAsync();
        server.Refusal = Results.Json(
            new ProblemDetailsBody("urn:orleans-assembly:invalid-source-path", "No source can be called so", 400, "It has a ':'."), AssemblyJson.Options, "application/problem+json", 400);
        using var film = new MemoryStream(new byte[20_000_000]);

        var answer = await ServerClient.For(server.Address).UploadAsync("scene1:take2.mov", film, TestContext.Current.CancellationToken);

        Assert.Equal("It has a ':'.", answer.Problem?.Detail);
        Assert.Equal(0, film.Position);
    }

    [Theory]
    [InlineData("watch", "no-such-job")]
    [InlineData("outputs", "../../health/live")]
    public async Task What_is_not_there_is_told_with_exit_code_2(params string[] line)
    {
        await using var server = await StandInServer.StartAsync();
        using var shell = new Shell();

        Assert.Equal(ExitCode.Refused, await shell.RunAsync(server, line).WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_told_with_exit_code_3()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var shell = new Shell();

        Assert.Equal(ExitCode.Unreachable, await shell.RunAsync(new Uri($"http://127.0.0.1:{port}"), "list").WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("./run.sh --serve-only", shell.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("watch")]
    [InlineData("list", "--status", "sleeping")]
    [InlineData("list", "--limit", "0")]
    [InlineData("list", "--server", "ftp://elsewhere")]
    [InlineData("assemble")]
    public async Task A_command_written_wrongly_gets_exit_code_2(params string[] line)
    {
        using var shell = new Shell();

        Assert.Equal(ExitCode.Refused, await shell.RunAsync(line).WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    private static async Task<long?> WatchedAsync(StandInServer server)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            return await server.Watches.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("Nobody watched the job.");
        }
    }
}
