using OrleansAssembly.Timeline;

namespace OrleansAssembly.Jobs;

/// <summary>What a job may ask for, as far as it can be seen from the words alone.</summary>
public static class JobSpecValidator
{
    public const int DefaultPriority = 50;
    public const int MaxOutputs = 10;
    public const int MaxTitle = 200;

    /// <summary>Every mistake, by field path; empty where there is none.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="presetExists">Whether a preset of that name is on offer.</param>
    /// <param name="webhookMayReach">Whether a webhook may go to an address; null for no opinion.</param>
    public static IReadOnlyList<FieldProblem> Check(JobSpec spec, Func<string, bool> presetExists, Func<System.Net.IPAddress, bool>? webhookMayReach = null)
    {
        var problems = new List<FieldProblem>();
        CheckHead(spec, problems);
        CheckTimeline(spec, problems);
        CheckOutputs(spec, presetExists, problems);
        problems.AddRange(spec.Notifications is null ? [] : NotificationCheck.Check(spec.Notifications, "notifications", webhookMayReach));
        return problems;
    }

    /// <summary>1 to 64 of a-z, 0-9, <c>-</c> and <c>_</c>, starting with a letter or digit: it names a folder.</summary>
    public static bool IsProjectId(string? text) =>
        text is { Length: >= 1 and <= 64 } && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    private static void CheckHead(JobSpec spec, List<FieldProblem> problems)
    {
        if (!Enum.IsDefined(spec.Type))
        {
            problems.Add(new("type", "Unknown type. Use 'assembly', 'export' or 'edl'."));
        }

        if (!IsProjectId(spec.ProjectId))
        {
            problems.Add(new("projectId", "A project id has 1 to 64 of a-z, 0-9, '-' and '_', and starts with a letter or digit."));
        }

        if (string.IsNullOrWhiteSpace(spec.Title))
        {
            problems.Add(new("title", "A title is needed."));
        }
        else if (spec.Title.Length > MaxTitle || spec.Title.Any(char.IsControl))
        {
            problems.Add(new("title", $"A title is one line of at most {MaxTitle} characters."));
        }

        if (spec.Priority is < 0 or > 100)
        {
            problems.Add(new("priority", "A priority lies between 0 (last) and 100 (first)."));
        }

        if (spec.ProgressWeighting is { } weighting && !Enum.IsDefined(weighting))
        {
            problems.Add(new("progressWeighting", "Use 'milestones' or 'time'."));
        }
    }

    private static void CheckTimeline(JobSpec spec, List<FieldProblem> problems)
    {
        if (spec.Type == JobType.Export)
        {
            if (spec.SourceJobId is not { Length: 32 } id || !id.All(char.IsAsciiHexDigitLower))
            {
                problems.Add(new("sourceJobId", "An export names the finished job whose timeline it uses, by the 32 hex digits of its id."));
            }

            if (spec.Timeline is not null)
            {
                problems.Add(new("timeline", "An export takes the timeline of its source job: leave this out, or use type 'assembly'."));
            }

            return;
        }

        if (spec.SourceJobId is not null)
        {
            problems.Add(new("sourceJobId", "Only an export has a source job: leave this out, or use type 'export'."));
        }

        problems.AddRange(TimelineBuilder.Check(spec.Timeline));
    }

    private static void CheckOutputs(JobSpec spec, Func<string, bool> presetExists, List<FieldProblem> problems)
    {
        var outputs = spec.Outputs ?? [];
        if (spec.Type == JobType.Edl)
        {
            if (outputs.Count > 0)
            {
                problems.Add(new("outputs", "An edl job encodes nothing: leave the outputs out, or use type 'assembly'."));
            }

            return;
        }

        if (outputs.Count is 0 or > MaxOutputs)
        {
            problems.Add(new("outputs", $"Ask for 1 to {MaxOutputs} outputs."));
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < outputs.Count; index++)
        {
            var path = $"outputs[{index}].preset";
            if (outputs[index]?.Preset is not { Length: > 0 } name)
            {
                problems.Add(new(path, "Name a preset; GET /api/v1/presets lists them."));
            }
            else if (!presetExists(name))
            {
                problems.Add(new(path, "There is no preset of that name; GET /api/v1/presets lists them."));
            }
            else if (!seen.Add(name))
            {
                problems.Add(new(path, "This preset is asked for twice."));
            }
        }
    }
}
