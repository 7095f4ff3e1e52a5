namespace OrleansAssembly.Jobs;

/// <summary>Something that happens to a job.</summary>
public abstract record JobInput
{
    private JobInput()
    {
    }

    /// <summary>The scheduler lends a slot.</summary>
    public sealed record SlotLent(Guid LeaseId, string Silo) : JobInput;

    /// <summary>A piece tells where it is.</summary>
    public sealed record Reported(PieceReport Report) : JobInput;

    /// <summary>Nobody knows of a piece that was given out: its silo is gone, or the request never came there.</summary>
    public sealed record Lost(int Attempt) : JobInput;

    /// <summary>Somebody wants it to stand still.</summary>
    /// <param name="AfterPieces">Only once the pieces in work are done; else at once, with its children held.</param>
    /// <param name="ResumeAt">When it goes on by itself; null for never.</param>
    public sealed record Pause(bool AfterPieces = false, DateTimeOffset? ResumeAt = null) : JobInput;

    public sealed record Resume : JobInput;

    public sealed record Cancel : JobInput;

    public sealed record Retry : JobInput;

    /// <summary>Time has passed: what was to happen at a certain time happens.</summary>
    /// <param name="HoldLimit">So long a paused job may keep its slots.</param>
    public sealed record TimePassed(TimeSpan HoldLimit) : JobInput;
}

/// <summary>Something to do after the state is written; doing it twice, or never, harms nothing.</summary>
public abstract record JobEffect
{
    private JobEffect()
    {
    }

    /// <summary>Ask an encoder for a piece.</summary>
    public sealed record Request(PieceId Piece, Guid LeaseId, string Silo) : JobEffect;

    /// <summary>Give a slot back.</summary>
    public sealed record Return(Guid LeaseId) : JobEffect;

    /// <summary>Let the children of a piece stand still.</summary>
    public sealed record Hold(PieceId Piece, string Silo) : JobEffect;

    /// <summary>Let them go on.</summary>
    public sealed record Continue(PieceId Piece, string Silo) : JobEffect;

    /// <summary>End a piece that is not wanted any more.</summary>
    public sealed record Stop(PieceId Piece, string Silo) : JobEffect;

    /// <summary>Remove what a cancelled job left in the work folder.</summary>
    public sealed record Discard(int Attempt) : JobEffect;

    /// <summary>Hand what is to be told, <see cref="JobState.Outgoing"/>, to the outbox.</summary>
    public sealed record Announce : JobEffect;
}

/// <summary>What an input leads to.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>The job goes on with <paramref name="Next"/>; <paramref name="Effects"/> are run after it is written.</summary>
    /// <param name="Next">The next state.</param>
    /// <param name="Effects">In order.</param>
    /// <param name="Durable">False where only numbers changed, which a crash may forget.</param>
    public sealed record Accepted(JobState Next, IReadOnlyList<JobEffect> Effects, bool Durable = true) : Decision;

    /// <summary>It cannot be, and the problem says why.</summary>
    public sealed record Refused(Problem Reason) : Decision;
}
