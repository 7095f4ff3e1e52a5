using System.Globalization;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using Spectre.Console;

namespace OrleansAssembly.Cli;

/// <summary>Prints what the server answered.</summary>
internal sealed class Report(IAnsiConsole console, ServerClient server)
{
    /// <summary>A refusal: what, what to do, and each field at fault.</summary>
    public static int Problem(IAnsiConsole console, ProblemDetailsBody problem)
    {
        console.MarkupLineInterpolated($"[red]{problem.Title}[/] ({problem.Status})");
        if (problem.Detail.Length > 0)
        {
            console.WriteLine(problem.Detail);
        }

        string?[] place = [problem.Step, problem.Segment is { } segment ? $"segment {segment}" : null, problem.Output, problem.Source];
        if (place.Any(part => part is not null))
        {
            console.WriteLine($"Where: {string.Join(", ", place.OfType<string>())}");
        }

        foreach (var (field, messages) in problem.Errors ?? new Dictionary<string, string[]>())
        {
            foreach (var message in messages)
            {
                console.MarkupLineInterpolated($"  [yellow]{field}[/]: {message}");
            }
        }

        if (problem.TraceId is not null)
        {
            console.WriteLine($"The server's log has more under trace {problem.TraceId}.");
        }

        return ExitCode.Refused;
    }

    /// <summary>How a job ended and where everything is.</summary>
    public void End(JobDetails job, string? media)
    {
        console.WriteLine();
        switch (job.Status)
        {
            case JobStatus.Completed:
                console.MarkupLineInterpolated($"[green]{job.Title}[/] is complete, made in {Texts.Duration(job.Progress.Elapsed)}.");
                Outputs(job, media);
                break;
            case JobStatus.Cancelled:
                console.MarkupLineInterpolated($"[orange3]{job.Title}[/] was cancelled. Start it again with:");
                console.WriteLine($"  assembly retry {job.Id}");
                break;
            case JobStatus.Failed:
                console.MarkupLineInterpolated($"[red]{job.Title}[/] failed in step {job.Progress.StepIndex}, {job.Progress.CurrentStep}.");
                if (job.Progress.Error is { } error)
                {
                    Problem(console, error);
                }

                console.WriteLine("When that is mended, go on from what is finished with:");
                console.WriteLine($"  assembly retry {job.Id}");
                break;
            default:
                console.WriteLine($"{job.Title} is {job.Status.Word()}. Watch it with:");
                console.WriteLine($"  assembly watch {job.Id}");
                break;
        }
    }

    /// <summary>Films first, then all else.</summary>
    public void Outputs(JobDetails job, string? media)
    {
        foreach (var file in job.Outputs.OrderBy(o => o.Kind is not "film"))
        {
            var length = file.DurationSeconds is { } seconds ? $", {Texts.Clock(seconds)}" : "";
            Place(file.Kind, $"{server.Address(file.Url)}", $"{file.Name}, {Texts.Bytes(file.Bytes)}{length}");
        }

        Place("page", server.Address($"#/jobs/{job.Id}").ToString(), "");
        if (media is not null)
        {
            Place("files", Path.Combine(Path.GetFullPath(media), "exports", job.ProjectId, job.Id), "");
        }
    }

    public void Jobs(IReadOnlyCollection<JobSummary> jobs, TimeZoneInfo zone)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in new[] { "Job", "Status", "Progress", "Project", "Title", "Made" })
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        table.Columns[2].RightAligned();
        foreach (var job in jobs)
        {
            table.AddRow(
                Text(job.Id),
                new Markup($"[{job.Status.Colour()}]{job.Status.Word()}[/]"),
                Text(Texts.Percent(job.Progress.Progress)),
                Text(job.ProjectId),
                Text(job.Title),
                Text(TimeZoneInfo.ConvertTime(job.CreatedAt, zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)));
        }

        Show(table, jobs.Count, "No jobs.");
    }

    public void Presets(IReadOnlyCollection<PresetInfo> presets)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in new[] { "Preset", "Video", "Sound", "File", "At most", "What it is for" })
        {
            table.AddColumn(new TableColumn(column));
        }

        foreach (var p in presets)
        {
            table.AddRow(Text(p.Name), Text(p.VideoCodec), Text(p.AudioCodec), Text(p.Extension), Text(p.MaxWidth > 0 ? $"{p.MaxWidth}x{p.MaxHeight}" : "any size"), Text(p.Description));
        }

        Show(table, presets.Count, "No presets.");
    }

    private static Text Text(string text) => new(text);

    /// <summary>One thing a line, never broken: addresses are there to be copied.</summary>
    private void Place(string what, string where, string facts)
    {
        console.Markup($"  [grey]{what,-11}[/]");
        console.Profile.Out.Writer.WriteLine(facts.Length > 0 ? $"{where}  ({facts})" : where);
    }

    private void Show(Table table, int rows, string none)
    {
        if (rows == 0)
        {
            console.WriteLine(none);
            return;
        }
        console.Write(table);
    }
}
