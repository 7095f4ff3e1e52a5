using OrleansAssembly.Timeline;

namespace OrleansAssembly.Jobs;

/// <summary>What a job makes.</summary>
public enum JobType
{
    /// <summary>Films, EDL and story from a timeline: twelve steps.</summary>
    Assembly,

    /// <summary>Further formats from the timeline of a finished job.</summary>
    Export,

    /// <summary>EDL and story only; nothing is encoded.</summary>
    Edl,
}

/// <summary>Where a job is in its life. <see cref="Completed"/>, <see cref="Failed"/> and <see cref="Cancelled"/> are ended; only a retry leads out of the last two.</summary>
public enum JobStatus
{
    /// <summary>Accepted and waiting for a first encoder slot.</summary>
    Pending,

    /// <summary>At least one piece of work has been given out.</summary>
    Running,

    /// <summary>Someone paused it: no new work is given out until it is resumed. Finished work stays.</summary>
    Paused,

    /// <summary>Everything asked for exists in the exports directory.</summary>
    Completed,

    /// <summary>It cannot go on; the error says why. A retry goes on from the finished pieces.</summary>
    Failed,

    /// <summary>Someone cancelled it. Its work files are removed.</summary>
    Cancelled,
}

/// <summary>What follows from a status alone.</summary>
public static class JobStatuses
{
    /// <summary>Nothing more happens to the job by itself.</summary>
    public static bool IsEnded(this JobStatus status) => status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;
}

/// <summary>How the whole progress maps to the steps.</summary>
public enum ProgressWeighting
{
    /// <summary>The fixed milestones of the contract.</summary>
    Milestones,

    /// <summary>Each step's share is its share of the estimated running time.</summary>
    Time,
}

/// <summary>A job as it is asked for: the JSON body of <c>POST /api/v1/assembly/jobs</c>.</summary>
/// <param name="Type">What to make.</param>
/// <param name="ProjectId">Project: 1 to 64 of <c>a-z 0-9 - _</c>, starting with a letter or digit.</param>
/// <param name="Title">Title of the film, 1 to 200 characters.</param>
/// <param name="Timeline">The cut; for <see cref="JobType.Export"/> null.</param>
/// <param name="SourceJobId">For <see cref="JobType.Export"/>: the finished job whose timeline is used.</param>
/// <param name="Outputs">1 to 10 formats; for <see cref="JobType.Edl"/> none.</param>
/// <param name="Notifications">Whom to tell.</param>
/// <param name="Priority">0 (last) to 100 (first). Default: 50.</param>
/// <param name="ProgressWeighting">How progress is counted. Default: milestones.</param>
public sealed record JobSpec(
    JobType Type,
    string? ProjectId,
    string? Title,
    TimelineSpec? Timeline,
    string? SourceJobId,
    IReadOnlyList<OutputSpec>? Outputs,
    NotificationSpec? Notifications,
    int? Priority,
    ProgressWeighting? ProgressWeighting);

/// <summary>One format to make.</summary>
/// <param name="Preset">Name of a preset, e.g. <c>h264-1080p</c>.</param>
public sealed record OutputSpec(string? Preset);

/// <summary>Whom to tell, and when. What is left out is as the project, else the deployment says; an empty list is nobody.</summary>
/// <param name="On">Of <see cref="NotificationEvents.Choosable"/>.</param>
/// <param name="Email">Addresses.</param>
/// <param name="Sms">Numbers, + and digits.</param>
/// <param name="Webhooks">URLs that get signed messages.</param>
/// <param name="ProgressAt">For the event <c>progress</c>: the percentages to tell of.</param>
/// <param name="Browser">Whether pages that are open are told.</param>
public sealed record NotificationSpec(
    IReadOnlyList<string>? On,
    IReadOnlyList<string>? Email,
    IReadOnlyList<string>? Sms,
    IReadOnlyList<WebhookSpec>? Webhooks,
    IReadOnlyList<double>? ProgressAt = null,
    bool? Browser = null)
{
    /// <summary>With each secret put through <paramref name="change"/>. What was not checked may hold a null.</summary>
    public NotificationSpec WithSecrets(Func<string, string> change) => this with { Webhooks = Webhooks is null ? null : [.. Webhooks.Select(hook => hook?.WithSecrets(change)!)] };

    /// <summary>As it may be shown, and kept unsealed.</summary>
    public NotificationSpec Masked() => WithSecrets(_ => WebhookSpec.Mask);
}

/// <summary>A webhook after the Standard Webhooks specification.</summary>
/// <param name="Url">Absolute, http or https.</param>
/// <param name="Secret"><c>whsec_</c> and base64 of 24 to 64 bytes. Once it is set it is shown as <see cref="Mask"/> only; that sent back means "as it was".</param>
/// <param name="Secrets">Further ones, while they are rotated: each signs.</param>
public sealed record WebhookSpec(string? Url, string? Secret, IReadOnlyList<string>? Secrets = null)
{
    public const string SecretPrefix = "whsec_";

    /// <summary>What is shown in place of a secret.</summary>
    public const string Mask = "whsec_********";

    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<string> AllSecrets => [.. new[] { Secret }.Concat(Secrets ?? []).OfType<string>().Distinct()];

    /// <summary>With each secret put through <paramref name="change"/>.</summary>
    public WebhookSpec WithSecrets(Func<string, string> change) => this with { Secret = Secret is null ? null : change(Secret), Secrets = Secrets is null ? null : [.. Secrets.Select(change)] };

    /// <summary>Nothing that is written of it tells a secret.</summary>
    public override string ToString() => $"{nameof(WebhookSpec)} {{ Url = {Url} }}";
}
