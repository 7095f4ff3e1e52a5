using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansAssembly.Cli.Demo;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using Spectre.Console;

namespace OrleansAssembly.Cli;

/// <summary>What the commands do, against one server. Each gives the exit code.</summary>
internal sealed class Session(IAnsiConsole console, ServerClient server, TimeProvider time)
{
    private const int PageSize = 100;
    private readonly Report _report = new(console, server);

    public Task<int> SubmitAsync(string file, bool watch, string? key, bool once, string? media, CancellationToken cancellation) => ReachAsync(async () =>
    {
        string json;
        try
        {
            json = file == "-" ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(file, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse($"Cannot read {file}: {e.Message}");
        }

        var answer = once ? await OnceAsync(json, key, cancellation) : await server.SubmitAsync(json, key, cancellation);
        if (answer.Value is not { } job)
        {
            return Report.Problem(console, answer.Problem!);
        }

        console.MarkupLineInterpolated($"[bold]{job.Title}[/] is job {job.Id} of project {job.ProjectId}.");
        return watch ? await WatchAsync(job, media, cancellation) : ExitCode.Done;
    });

    public Task<int> WatchAsync(string id, string? media, CancellationToken cancellation) => ReachAsync(async () =>
    {
        var answer = await server.JobAsync(id, cancellation);
        return answer.Value is { } job ? await WatchAsync(job, media, cancellation) : Report.Problem(console, answer.Problem!);
    });

    public Task<int> ListAsync(string? status, string? project, int limit, bool all, CancellationToken cancellation) => ReachAsync(async () =>
    {
        var jobs = new List<JobSummary>();
        string? cursor = null;
        do
        {
            var answer = await server.ListAsync(status, project, all ? PageSize : limit, cursor, cancellation);
            if (answer.Value is not { } page)
            {
                return Report.Problem(console, answer.Problem!);
            }

            jobs.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (all && cursor is not null);

        _report.Jobs(jobs, time.LocalTimeZone);
        if (cursor is not null)
        {
            console.WriteLine("There are more: --all lists everything.");
        }

        return ExitCode.Done;
    });

    public Task<int> OutputsAsync(string id, string? media, CancellationToken cancellation) => ReachAsync(async () =>
    {
        var answer = await server.JobAsync(id, cancellation);
        if (answer.Value is not { } job)
        {
            return Report.Problem(console, answer.Problem!);
        }

        _report.End(job, media);
        return ExitCode.Done;
    });

    public Task<int> PresetsAsync(CancellationToken cancellation) => ReachAsync(async () =>
    {
        var answer = await server.PresetsAsync(cancellation);
        if (answer.Value is not { } presets)
        {
            return Report.Problem(console, answer.Problem!);
        }

        _report.Presets(presets);
        return ExitCode.Done;
    });

    public Task<int> AskAsync(string id, string what, CancellationToken cancellation) =>
        ReachAsync(async () => Tell(id, await server.AskAsync(id, what, cancellation)));

    public Task<int> PauseAsync(string id, PauseWish wish, CancellationToken cancellation) =>
        ReachAsync(async () => Tell(id, await server.PauseAsync(id, wish, cancellation)));

    public Task<int> UploadAsync(FileInfo[] files, string? folder, CancellationToken cancellation) => ReachAsync(async () =>
    {
        foreach (var file in files)
        {
            var path = string.IsNullOrEmpty(folder) ? file.Name : $"{folder.Trim('/')}/{file.Name}";
            await using var content = file.OpenRead();
            var answer = await server.UploadAsync(path, content, cancellation);
            if (answer.Problem is not null)
            {
                return Report.Problem(console, answer.Problem);
            }

            console.WriteLine($"{path}  {Texts.Bytes(content.Length)}");
        }

        return ExitCode.Done;
    });

    public async Task<int> DemoAsync(DirectoryInfo media, CancellationToken cancellation)
    {
        try
        {
            console.WriteLine(await new DemoFootage(media, console.WriteLine, time).MakeAsync(cancellation));
            return ExitCode.Done;
        }
        catch (DemoException e)
        {
            console.MarkupLineInterpolated($"[red]{e.Message}[/]");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private Task<int> WatchAsync(JobDetails job, string? media, CancellationToken cancellation) =>
        new Watcher(console, server, time).WatchAsync(job, media, cancellation);

    /// <summary>The project's newest job of the same title; a new one only where there is none.</summary>
    private async Task<Answer<JobDetails>> OnceAsync(string json, string? key, CancellationToken cancellation)
    {
        var spec = Parse(json);
        string? cursor = null;
        while (spec?.ProjectId is not null)
        {
            var page = await server.ListAsync(null, spec.ProjectId, PageSize, cursor, cancellation);
            if (page.Value?.Items.FirstOrDefault(j => j.Title == spec.Title && j.Type == spec.Type) is { } known)
            {
                return known.Status is JobStatus.Failed or JobStatus.Cancelled && (await server.AskAsync(known.Id, "retry", cancellation)).Problem is { } problem
                    ? new Answer<JobDetails>(null, problem)
                    : await server.JobAsync(known.Id, cancellation);
            }

            cursor = page.Value?.NextCursor;
            if (cursor is null)
            {
                break;
            }
        }

        // Two that start at the same moment get the same job through the key.
        return await server.SubmitAsync(json, key ?? "once-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..32], cancellation);
    }

    private int Tell(string id, Answer<ProgressUpdate> answer)
    {
        if (answer.Value is not { } update)
        {
            return Report.Problem(console, answer.Problem!);
        }

        var until = update.ResumeAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", until {at.ToLocalTime():yyyy-MM-dd HH:mm:ss}") : "";
        console.WriteLine($"{id} is {update.Status.Word()} at {Texts.Percent(update.Progress)}{until}.");
        return ExitCode.Done;
    }

    private static JobSpec? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<JobSpec>(json, AssemblyJson.Options);
        }
        catch (JsonException)
        {
            return null; // The server says what is wrong with it.
        }
    }

    private int Refuse(string why)
    {
        console.MarkupLineInterpolated($"[red]{why}[/]");
        return ExitCode.Refused;
    }

    /// <summary>Runs a command; tells where no server answers.</summary>
    private async Task<int> ReachAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            console.MarkupLineInterpolated($"[red]No server answers at {server.Server}[/]: {e.Message}");
            console.WriteLine("Is it running? ./run.sh --serve-only starts one; --server names another address.");
            return ExitCode.Unreachable;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }
}
