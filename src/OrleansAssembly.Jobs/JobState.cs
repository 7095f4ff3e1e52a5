using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrleansAssembly.Jobs;

/// <summary>All that a job must remember. Immutable; only <see cref="JobStateMachine"/> makes the next one.</summary>
public sealed record JobState
{
    public required string Id { get; init; }

    public required JobType Type { get; init; }

    public required JobStatus Status { get; init; }

    /// <summary>0 to 100.</summary>
    public required int Priority { get; init; }

    public required ProgressWeighting Weighting { get; init; }

    /// <summary>Distinct source files of the cut.</summary>
    public required int Sources { get; init; }

    /// <summary>Formats to make.</summary>
    public required int Outputs { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first piece of work was given out.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>1, and one more with each retry.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Place in <see cref="StepList.Stages"/>.</summary>
    public int StagePosition { get; init; }

    /// <summary>Finished pieces of the current stage.</summary>
    public IndexSet Done { get; init; } = IndexSet.Empty;

    /// <summary>Pieces given out, of the current stage.</summary>
    public ImmutableList<RunningPiece> Running { get; init; } = [];

    /// <summary>Pieces of the current stage that went wrong or could not begin, by index.</summary>
    public ImmutableDictionary<int, Setback> Setbacks { get; init; } = ImmutableDictionary<int, Setback>.Empty;

    /// <summary>What a piece that cannot begin waits for; null where none does.</summary>
    public Problem? Waiting { get; init; }

    /// <summary>The number that the next piece given out gets: never used twice in a job.</summary>
    public int NextAttempt { get; init; } = 1;

    /// <summary>What the pieces that no longer run have handled, whatever came of them, in this stage and in those before that <see cref="SpeedUnit.Counted"/> joins with it.</summary>
    public double Handled { get; init; }

    /// <summary>Times of the steps begun so far, in order.</summary>
    public ImmutableList<StepTime> Steps { get; init; } = [];

    /// <summary>Running time before <see cref="RunningSince"/>, seconds.</summary>
    public double RanSeconds { get; init; }

    /// <summary>Since when the clock of the running time goes; null while it stands.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>Since when nothing of the job runs; null while something does.</summary>
    public DateTimeOffset? IdleSince { get; init; }

    /// <summary>It is to be paused as soon as nothing of it runs.</summary>
    public bool Pausing { get; init; }

    /// <summary>Since when it is paused.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>When a paused job goes on by itself.</summary>
    public DateTimeOffset? ResumeAt { get; init; }

    /// <summary>What finished encoding pieces cost, against what was predicted.</summary>
    public CostRecord Cost { get; init; } = CostRecord.None;

    /// <summary>What the finished pieces of each stage cost, encoding too; stages in which nothing is finished are missing.</summary>
    public ImmutableList<StageCost> Stages { get; init; } = [];

    /// <summary>So many encoding pieces an earlier attempt had made: they are found, as long as nothing has changed.</summary>
    public int MadeBefore { get; init; }

    /// <summary>Which encoding pieces of this attempt each silo has made; those found finished from an earlier one are missing.</summary>
    public ImmutableDictionary<string, IndexSet> MadeBy { get; init; } = ImmutableDictionary<string, IndexSet>.Empty;

    /// <summary>Shots of the cut; 0 in jobs of older versions.</summary>
    public int Shots { get; init; }

    /// <summary>What happened to the job, for people: see <see cref="JobDiary"/>. Nothing is decided by it.</summary>
    public ImmutableList<LogLine> Log { get; init; } = [];

    /// <summary>The pieces that had to be begun again, over all attempts: see <see cref="JobDiary"/>. Nothing is decided by it.</summary>
    public ImmutableList<PastSetback> History { get; init; } = [];

    /// <summary>What was to be expected when it was asked for; null in jobs of older versions.</summary>
    public JobOutline? Outline { get; init; }

    /// <summary>Why it failed.</summary>
    public Problem? Problem { get; init; }

    /// <summary>The number under which a cancelled job's work files are being removed; null where none are. Nothing new begins before that is done.</summary>
    public int? Discarding { get; init; }

    /// <summary>What people may want to be told, and the job's outbox has not got yet.</summary>
    public ImmutableList<Announcement> Outgoing { get; init; } = [];

    /// <summary>The highest percentage that was announced in this attempt.</summary>
    public double ToldPercent { get; init; }

    /// <summary>How much work there is; known from the plan stage on. Kept apart from the rest of the state, since it never changes and may be large.</summary>
    [JsonIgnore]
    public WorkPlan? Plan { get; init; }

    [JsonIgnore]
    public bool Ended => Status.IsEnded();

    [JsonIgnore]
    public Stage Stage => StepList.Stages(Type)[StagePosition];

    /// <summary>Pieces of the current stage.</summary>
    [JsonIgnore]
    public int Pieces => PiecesOf(Stage);

    /// <summary>Whether new work may be given out.</summary>
    [JsonIgnore]
    public bool Works => Status is JobStatus.Pending or JobStatus.Running && Discarding is null && !Pausing;

    /// <summary>Slots that the job could use now, those that it holds included.</summary>
    public int Wanted(DateTimeOffset now) => Works
        ? Pieces - Done.Count - Setbacks.Values.Count(setback => setback.Until > now)
        : Running.Count;

    /// <summary>Seconds that a piece takes which only looks, or which ends and is followed by none.</summary>
    private const double MomentSeconds = 3;

    /// <summary>Whether it asks for all the slots that its work could use: not where it stands still, or only looks now and then whether it can go on.</summary>
    [JsonIgnore]
    public bool ClaimsAll => Works && Waiting is null;

    /// <summary>How long it will use the slots that it wants, for the forecast of all jobs: seconds of a slot.</summary>
    /// <param name="left">Of all its work.</param>
    /// <param name="holdLimit">So long a paused job keeps its slots.</param>
    /// <param name="now">The present.</param>
    public double Claimed(double left, TimeSpan holdLimit, DateTimeOffset now) => this switch
    {
        { ClaimsAll: true } => left,
        { Status: JobStatus.Paused, PausedAt: { } since } => Math.Max(1, Running.Count * (holdLimit - (now - since)).TotalSeconds),
        _ => Math.Max(1, Running.Count) * MomentSeconds,
    };

    /// <summary>
    /// The silo where everything that could be given out now has just failed: others are to be preferred. Empty where there is none such.
    /// It crosses silos, so it is an array: of another list the compiler would make a type of this assembly, which no serializer can read back.
    /// </summary>
    public string[] Avoided(DateTimeOffset now)
    {
        var open = Setbacks.Where(setback => Running.All(piece => piece.Index != setback.Key)).Select(setback => setback.Value).ToList();
        if (!Works || open.Count < Pieces - Done.Count - Running.Count)
        {
            return []; // there is work that failed nowhere
        }

        var silos = open.Where(setback => setback.Until <= now).Select(setback => setback.Silo).Distinct().ToList();
        return silos is [{ } silo] ? [silo] : [];
    }

    /// <summary>Pieces of a stage; 0 where the plan is not made yet.</summary>
    public int PiecesOf(Stage stage) => stage switch
    {
        Stage.Probe or Stage.Decode => Sources,
        Stage.Sound => Plan?.SoundPieces ?? 0,
        Stage.Mix => Plan?.MixPieces ?? 0,
        Stage.Encode => Plan?.Encode.Count ?? 0,
        Stage.Join or Stage.Verify => Outputs,
        _ => 1,
    };

    /// <summary>Running time so far, pauses excluded.</summary>
    public double ElapsedSeconds(DateTimeOffset now) =>
        RanSeconds + (RunningSince is { } since && now > since ? (now - since).TotalSeconds : 0);
}

/// <summary>A piece given out.</summary>
/// <param name="Index">Its place in the stage.</param>
/// <param name="Attempt">Overrules lower numbers.</param>
/// <param name="LeaseId">The slot that it holds.</param>
/// <param name="Silo">Where the slot is.</param>
/// <param name="Number">Number of the newest report; 0 before the first.</param>
/// <param name="Fraction">0 to 1.</param>
/// <param name="Amount">What it has handled, in the unit of the stage's speed.</param>
/// <param name="CpuSeconds">Cost so far.</param>
/// <param name="WallSeconds">How long it runs.</param>
public sealed record RunningPiece(
    int Index, int Attempt, Guid LeaseId, string Silo, long Number = 0, double Fraction = 0, double Amount = 0, double CpuSeconds = 0, double WallSeconds = 0);

/// <summary>A piece that went wrong or could not begin.</summary>
/// <param name="Tries">How often it failed.</param>
/// <param name="Silo">Where it failed last; null where it is not the silo's fault.</param>
/// <param name="Until">Before this it is not tried again.</param>
public sealed record Setback(int Tries, string? Silo, DateTimeOffset Until);

/// <summary>When a step ran.</summary>
public sealed record StepTime(DateTimeOffset StartedAt, DateTimeOffset? EndedAt = null, double Seconds = 0);
