using OrleansAssembly.Timeline;

namespace OrleansAssembly.Jobs;

/// <summary>What a job may ask for, as far as it can be seen from the words alone.</summary>
public static class JobSpecValidator
{
    public const int DefaultPriority = 50;
    public const int MaxOutputs = 10;
    public const int MaxTitle = 200;
    public const int MaxRecipients = 20;

    private static readonly string[] Events = ["started", "completed", "failed", "paused"];

    /// <summary>Every mistake, by field path; empty where there is none.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="presetExists">Whether a preset of that name is on offer.</param>
    public static IReadOnlyList<FieldProblem> Check(JobSpec spec, Func<string, bool> presetExists)
    {
        var problems = new List<FieldProblem>();
        CheckHead(spec, problems);
        CheckTimeline(spec, problems);
        CheckOutputs(spec, presetExists, problems);
        CheckNotifications(spec.Notifications, problems);
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

    private static void CheckNotifications(NotificationSpec? notifications, List<FieldProblem> problems)
    {
        if (notifications is null)
        {
            return;
        }

        CheckList(notifications.On, "notifications.on", problems, Events.Contains, $"Known events: {string.Join(", ", Events)}.");
        CheckList(notifications.Email, "notifications.email", problems, IsEmail, "This is no e-mail address.");
        CheckList(notifications.Sms, "notifications.sms", problems, IsPhone, "Write the number as + and 7 to 15 digits, e.g. +15550100.");
        CheckList(notifications.Webhooks, "notifications.webhooks", problems, IsWebhook, "A webhook needs an absolute http or https URL.");
    }

    private static void CheckList<T>(IReadOnlyList<T>? items, string path, List<FieldProblem> problems, Func<T, bool> valid, string message)
    {
        if (items?.Count > MaxRecipients)
        {
            problems.Add(new(path, $"At most {MaxRecipients} are allowed."));
            return;
        }

        for (var index = 0; index < (items?.Count ?? 0); index++)
        {
            if (items![index] is not { } item || !valid(item))
            {
                problems.Add(new($"{path}[{index}]", message));
            }
        }
    }

    private static bool IsEmail(string text) =>
        text.Length <= 254 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
        && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 3 && text.IndexOf('.', at) > at + 1;

    private static bool IsPhone(string text) =>
        text.Length is >= 8 and <= 16 && text[0] == '+' && text.Skip(1).All(char.IsAsciiDigit);

    private static bool IsWebhook(WebhookSpec hook) =>
        hook.Url is { Length: <= 2000 } url && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}
