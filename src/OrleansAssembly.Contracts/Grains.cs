using Orleans.Concurrency;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Contracts;

/// <summary>What a command to a job came to: its progress after it, or why it was refused.</summary>
[GenerateSerializer, Immutable, Alias("CommandResult")]
public sealed record CommandResult([property: Id(0)] ProgressUpdate? Progress, [property: Id(1)] ProblemDetailsBody? Refusal);

/// <summary>How to pause: what the body of the pause call says.</summary>
/// <param name="After"><c>segment</c>: only once the pieces in work are done; without it at once.</param>
/// <param name="ResumeAt">When the job goes on by itself; without it when somebody says so.</param>
[GenerateSerializer, Immutable, Alias("PauseWish")]
public sealed record PauseWish([property: Id(0)] PauseAfter? After = null, [property: Id(1)] DateTimeOffset? ResumeAt = null)
{
    /// <summary>At once, until somebody says otherwise.</summary>
    public static PauseWish Now { get; } = new();
}

public enum PauseAfter
{
    Segment,
}

/// <summary>One job, keyed by its id (a version 7 GUID as 32 hex digits: ids sort by time of creation). The owner of its truth.</summary>
[Alias("OrleansAssembly.IJobGrain")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Takes a checked spec. Asking again with the same id changes nothing.</summary>
    [Alias("Submit")]
    Task<CommandResult> SubmitAsync(JobSpec spec);

    /// <summary>The job whole, or null where there is none. Outputs are left empty: they are files, and whoever has the media volume lists them.</summary>
    [Alias("Get"), ReadOnly]
    Task<JobDetails?> GetAsync();

    /// <summary>Which segments are made, or null where there is no such job.</summary>
    [Alias("GetSegments"), ReadOnly]
    Task<SegmentMap?> GetSegmentsAsync();

    /// <summary>What was asked for, or null where there is no such job. It never changes, so it is told even while the job waits for that very piece of work to stop.</summary>
    [Alias("GetSpec"), ReadOnly, AlwaysInterleave]
    Task<JobSpec?> GetSpecAsync();

    /// <summary>The newest progress, or null where there is no such job. Touches no store.</summary>
    [Alias("GetProgress"), ReadOnly]
    Task<ProgressUpdate?> GetProgressAsync();

    /// <summary>Pauses as the wish says. At once: when the answer comes the children stand still and the pause is stored.</summary>
    [Alias("PauseAs")]
    Task<CommandResult> PauseAsync(PauseWish wish);

    [Alias("Resume")]
    Task<CommandResult> ResumeAsync();

    [Alias("Cancel")]
    Task<CommandResult> CancelAsync();

    [Alias("Retry")]
    Task<CommandResult> RetryAsync();

    /// <summary>Forgets an ended job. Refused while it is not ended; its files are the caller's business.</summary>
    [Alias("Delete")]
    Task<CommandResult> DeleteAsync();

    /// <summary>Sends every change to the observer until <see cref="UnwatchAsync"/> or <see cref="WatchLease"/> passes without renewal. Answers the newest progress, null where there is no such job.</summary>
    [Alias("Watch")]
    Task<ProgressUpdate?> WatchAsync(IProgressObserver observer);

    /// <summary>
    /// Watches for longer, or anew where the job has forgotten the observer. Answers what the observer has surely heard last, else the newest progress:
    /// an answer newer than what is on its way would make it drop that as old. Null where there is no such job.
    /// </summary>
    [Alias("RenewWatch")]
    Task<ProgressUpdate?> RenewWatchAsync(IProgressObserver observer);

    [Alias("Unwatch")]
    Task UnwatchAsync(IProgressObserver observer);

    /// <summary>The scheduler lends an encoder slot.</summary>
    [Alias("Lend"), OneWay]
    Task LendAsync(Lease lease);

    /// <summary>
    /// Hears the numbers of a piece at work. Not by a stream: what a queue holds is told before what is newer, so that where there is more than can be told
    /// everybody hears of the past. Here the sender waits for the answer, and sends the newest then.
    /// </summary>
    [Alias("Hear")]
    Task HearAsync(PieceNumbers numbers);

    /// <summary>Makes sure that the job is awake and goes on, after a crash of whoever ran it.</summary>
    [Alias("Touch")]
    Task TouchAsync();
}

/// <summary>How long a watch holds without renewal.</summary>
public static class WatchLease
{
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);
}

/// <summary>One per frontend silo: hears the changes of the jobs that somebody there watches.</summary>
[Alias("OrleansAssembly.IProgressObserver")]
public interface IProgressObserver : IGrainObserver
{
    /// <summary>No one-way call: the job sends the next only when this one has come.</summary>
    [Alias("OnProgress")]
    Task OnProgressAsync(ProgressUpdate update);
}

/// <summary>The board: coalesced changes of all jobs for the silos whose users look at the list. Key 0.</summary>
[Alias("OrleansAssembly.IBoardGrain")]
public interface IBoardGrain : IGrainWithIntegerKey
{
    /// <summary>Sends notifications to the observer, and changes too where somebody there looks at the list, until <see cref="UnwatchAsync"/> or <see cref="WatchLease"/> passes without renewal.</summary>
    [Alias("WatchWhat")]
    Task WatchAsync(IBoardObserver observer, bool changes);

    [Alias("Unwatch")]
    Task UnwatchAsync(IBoardObserver observer);

    /// <summary>The newest of the jobs of one silo.</summary>
    [Alias("PublishAll")]
    Task PublishAsync(BoardChange[] changes);

    [Alias("Notify"), OneWay]
    Task NotifyAsync(NotificationEvent notification);
}

[Alias("OrleansAssembly.IBoardObserver")]
public interface IBoardObserver : IGrainObserver
{
    [Alias("OnBoard"), OneWay]
    Task OnBoardAsync(BoardChange[] changes);

    [Alias("OnNotification"), OneWay]
    Task OnNotificationAsync(NotificationEvent notification);
}

[GenerateSerializer, Immutable, Alias("BoardChange")]
public sealed record BoardChange([property: Id(0)] string ProjectId, [property: Id(1)] ProgressUpdate Progress);

/// <summary>A project and its films, keyed by the project's id.</summary>
[Alias("OrleansAssembly.IProjectGrain")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>Notes a finished film; the same job again replaces its entry.</summary>
    [Alias("AddFilm")]
    Task AddFilmAsync(ProjectFilm film);

    [Alias("RemoveFilm")]
    Task RemoveFilmAsync(string jobId);

    /// <summary>The project, or null where nothing was ever made in it.</summary>
    [Alias("Get"), ReadOnly]
    Task<ProjectInfo?> GetAsync();
}

/// <summary>Lends the encoder slots of the cluster, by priority and fair share. Key 0; soft state only.</summary>
[Alias("OrleansAssembly.ISlotSchedulerGrain")]
public interface ISlotSchedulerGrain : IGrainWithIntegerKey
{
    /// <summary>What a job wants now; replaces what it wanted before. Repeated while it wants anything. Answers what the job can count on.</summary>
    [Alias("WantSlots")]
    Task<SlotOutlook> WantAsync(SlotDemand demand);

    /// <summary>The job has done with a slot.</summary>
    [Alias("Return"), OneWay]
    Task ReturnAsync(Guid leaseId);

    /// <summary>What a silo has and runs; every second.</summary>
    [Alias("Report")]
    Task ReportAsync(SiloReport report);

    /// <summary>The silos that encode, and what runs on them.</summary>
    [Alias("GetCluster"), ReadOnly]
    Task<ClusterInfo> GetClusterAsync();

    /// <summary>How busy the slots are, and when all work is done.</summary>
    [Alias("GetQueue"), ReadOnly]
    Task<QueueOutlook> GetQueueAsync();

    /// <summary>What a job could count on that came now with this demand; nothing is lent for it.</summary>
    [Alias("Expect"), ReadOnly]
    Task<SlotOutlook> ExpectAsync(SlotDemand demand);
}

/// <summary>One attempt at one piece of work, on the silo that the key names: <c>job/stage/index/attempt@silo</c>.</summary>
[Alias("OrleansAssembly.IEncodingGrain")]
public interface IEncodingGrain : IGrainWithStringKey
{
    /// <summary>Where the piece is; a piece that it has not heard of is begun now, since the request may have been lost. From here on it stands or goes on as the request says.</summary>
    [Alias("Ask")]
    Task<PieceAnswer> AskAsync(PieceRequest request);

    /// <summary>Lets its children stand still, and after <see cref="ContinueAsync"/> go on where they were. Before the request has come it begins them held.</summary>
    [Alias("Hold")]
    Task HoldAsync();

    [Alias("Continue")]
    Task ContinueAsync();

    /// <summary>Ends the work, for good: a request that comes later begins nothing. What it had half done is dropped.</summary>
    [Alias("Stop")]
    Task StopAsync();
}

/// <summary>Names of the streams between jobs and encoders.</summary>
public static class PieceStreams
{
    public const string Provider = "pieces";

    /// <summary>To <see cref="IEncodingGrain"/>, keyed as it is: <see cref="PieceRequest"/>.</summary>
    public const string Requests = "encode-requested";

    /// <summary>To <see cref="IJobGrain"/>, keyed by job: the <see cref="PieceReport"/> of what became of a piece. Numbers before that go by <see cref="IJobGrain.HearAsync"/>.</summary>
    public const string Reports = "encode-reported";
}
