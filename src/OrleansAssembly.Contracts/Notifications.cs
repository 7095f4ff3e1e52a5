using Orleans.Concurrency;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Contracts;

/// <summary>A message to one receiver, as it is shown.</summary>
/// <param name="Id">Stable over all tries; webhooks carry it as <c>webhook-id</c>.</param>
/// <param name="Event"><c>started</c>, <c>progress</c>, <c>paused</c>, <c>completed</c>, <c>failed</c> or <c>test</c>.</param>
/// <param name="Channel"><c>email</c>, <c>sms</c> or <c>webhook</c>.</param>
/// <param name="Target">The receiver, so far masked that it can be told from others.</param>
/// <param name="Status">Where it is.</param>
/// <param name="Attempts">Newest last.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="NextAttemptAt">When it is tried next; null where nothing more is tried.</param>
/// <param name="GivenUpReason">Why nothing more is tried; null where it arrived or is still tried.</param>
[GenerateSerializer, Immutable, Alias("Delivery")]
public sealed record Delivery(
    [property: Id(0)] string Id,
    [property: Id(1)] string Event,
    [property: Id(2)] string Channel,
    [property: Id(3)] string Target,
    [property: Id(4)] DeliveryStatus Status,
    [property: Id(5)] DeliveryAttempt[] Attempts,
    [property: Id(6)] DateTimeOffset CreatedAt,
    [property: Id(7)] DateTimeOffset? NextAttemptAt,
    [property: Id(8)] string? GivenUpReason);

/// <summary>A message that somebody wants to see arrive.</summary>
/// <param name="Channel"><c>email</c>, <c>sms</c> or <c>webhook</c>.</param>
/// <param name="Target">Address, number or URL.</param>
/// <param name="Secret">Of a webhook that the settings do not name.</param>
[GenerateSerializer, Immutable, Alias("NotificationTest")]
public sealed record NotificationTest([property: Id(0)] string? Channel, [property: Id(1)] string? Target, [property: Id(2)] string? Secret = null)
{
    public override string ToString() => $"{nameof(NotificationTest)} {{ Channel = {Channel} }}";
}

/// <summary>A way to tell people, and whether this server has what it needs.</summary>
/// <param name="Name"><c>email</c>, <c>sms</c>, <c>webhook</c> or <c>browser</c>.</param>
/// <param name="Available">Whether messages go out.</param>
/// <param name="Reason">Why not, naming the keys that are missing; null where they do.</param>
/// <param name="Via"><c>sendgrid</c>, <c>smtp</c>, <c>twilio</c>, <c>http</c> or <c>hub</c>; null where it is off.</param>
public sealed record ChannelInfo(string Name, bool Available, string? Reason, string? Via);

/// <summary>All ways to tell people.</summary>
public sealed record ChannelList(IReadOnlyList<ChannelInfo> Channels);

/// <summary>What was set, as it may be shown, or why it was not.</summary>
[GenerateSerializer, Immutable, Alias("SettingsAnswer")]
public sealed record SettingsAnswer([property: Id(0)] NotificationSpec? Settings, [property: Id(1)] FieldProblem[] Problems);

/// <summary>The message that is on its way, or why there is none.</summary>
[GenerateSerializer, Immutable, Alias("TestAnswer")]
public sealed record TestAnswer([property: Id(0)] Delivery? Delivery, [property: Id(1)] FieldProblem[] Problems);

/// <summary>Something of a job to tell, with all that the messages say.</summary>
[GenerateSerializer, Immutable, Alias("JobNews")]
public sealed record JobNews(
    [property: Id(0)] Announcement What,
    [property: Id(1)] string JobId,
    [property: Id(2)] string ProjectId,
    [property: Id(3)] string Title,
    [property: Id(4)] string[] Presets,
    [property: Id(5)] ProgressUpdate? Progress,
    [property: Id(6)] OutputInfo[]? Outputs = null);

/// <summary>
/// Notification settings of a job, a project or the deployment (see <see cref="NotificationScope"/>), and the outbox of what was to be told under them.
/// A message is stored before anything is sent, and sent until it is taken or given up.
/// </summary>
[Alias("OrleansAssembly.INotificationsGrain")]
public interface INotificationsGrain : IGrainWithStringKey
{
    /// <summary>What was set here, secrets masked; null where nothing was.</summary>
    [Alias("Get")]
    Task<NotificationSpec?> GetAsync();

    /// <summary>What counts: this job's own, its project's and the deployment's taken together; secrets masked.</summary>
    [Alias("GetEffective")]
    Task<NotificationSpec> GetEffectiveAsync(string? projectId);

    /// <summary>The same as it is stored, for the grains below it.</summary>
    [Alias("GetStored"), AlwaysInterleave]
    Task<NotificationSpec?> GetStoredAsync();

    /// <summary>Replaces what was set; a masked secret stays as it was. Null takes it away.</summary>
    [Alias("Set")]
    Task<SettingsAnswer> SetAsync(NotificationSpec? settings);

    /// <summary>Stores what is to be told, and begins to. The same again changes nothing. Answers the percentages that the job is to announce.</summary>
    [Alias("Announce")]
    Task<double[]> AnnounceAsync(JobNews news);

    /// <summary>The percentages that a job of the project is to announce.</summary>
    [Alias("ProgressAt")]
    Task<double[]> ProgressAtAsync(string projectId);

    /// <summary>Newest first.</summary>
    [Alias("List")]
    Task<Delivery[]> ListAsync();

    /// <summary>Sends once more, whatever came of it; null where there is no such message.</summary>
    [Alias("Redeliver")]
    Task<Delivery?> RedeliverAsync(string deliveryId);

    [Alias("Test")]
    Task<TestAnswer> TestAsync(NotificationTest test);

    /// <summary>Makes sure that it is awake and goes on, whatever went wrong before: a crash of whoever ran it, or a reminder that the store refused.</summary>
    [Alias("Touch")]
    Task TouchAsync();

    /// <summary>Its job is deleted: what is still to be sent is sent all the same, everything else is forgotten, and that too once it is settled.</summary>
    [Alias("Forget")]
    Task ForgetAsync();
}

/// <summary>Keys of <see cref="INotificationsGrain"/>.</summary>
public static class NotificationScope
{
    public const string Deployment = "deployment";
    private const string JobPrefix = "job/";

    public static string Job(string jobId) => JobPrefix + jobId;

    public static string Project(string projectId) => "project/" + projectId;

    /// <summary>The job that the scope is of; null for the others.</summary>
    public static string? JobOf(string scope) => scope.StartsWith(JobPrefix, StringComparison.Ordinal) ? scope[JobPrefix.Length..] : null;
}

/// <summary>What is known of one receiver, whoever sends to it. Key: the channel and a digest of the address.</summary>
[Alias("OrleansAssembly.IEndpointGrain")]
public interface IEndpointGrain : IGrainWithStringKey
{
    [Alias("Get")]
    Task<EndpointHealth> GetAsync();

    [Alias("Failed")]
    Task FailedAsync(bool gone, string why);

    [Alias("Arrived")]
    Task ArrivedAsync();
}
