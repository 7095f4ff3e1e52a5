namespace OrleansAssembly.Timeline;

/// <summary>A CMX3600 list as read: each event line, what was odd, and what makes the list unusable.</summary>
/// <param name="Title">Text of the first title line; empty where there is none.</param>
/// <param name="Events">Event lines in the order of the file; the two lines of a transition share a number.</param>
/// <param name="Warnings">What was skipped or looks wrong and does no harm, by line.</param>
/// <param name="Problems">Why the list is refused, by line; none where it is good.</param>
public sealed record CmxList(string Title, IReadOnlyList<CmxEvent> Events, IReadOnlyList<CmxNote> Warnings, IReadOnlyList<CmxNote> Problems)
{
    /// <summary>Whether the list can be used.</summary>
    public bool IsGood => Problems.Count == 0;

    /// <summary>From the lowest record in to the highest record out, gaps included, in frames.</summary>
    public long RecordSpan => Events.Count == 0 ? 0 : Events.Max(e => e.RecordOut) - Events.Min(e => e.RecordIn);
}

/// <summary>A remark on one line of a list.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record CmxNote(int Line, string Message);

/// <summary>How an event begins.</summary>
public enum CmxEdit
{
    /// <summary><c>C</c>.</summary>
    Cut,

    /// <summary><c>D</c>: from the line before with the same number.</summary>
    Dissolve,

    /// <summary><c>Wnnn</c>: from the line before with the same number.</summary>
    Wipe,

    /// <summary><c>K</c>, <c>KB</c>, <c>KO</c>: keyed over something.</summary>
    Key,
}

/// <summary>One event line with what belongs to it. Frames are numbers at the list's rate; out points are exclusive, and more than a day's where the span passes midnight.</summary>
/// <param name="Line">1-based line of the file.</param>
/// <param name="Number">Event number as written.</param>
/// <param name="Reel">Source reel; <c>BL</c> is black, <c>AX</c> a file without a tape.</param>
/// <param name="Channels">As written, e.g. <c>V</c>, <c>AA/V</c>, <c>A2</c>.</param>
/// <param name="Edit">How it begins.</param>
/// <param name="EditText">As written, e.g. <c>W025</c>, <c>KB</c>.</param>
/// <param name="TransitionFrames">Length of the transition, 0 for a cut.</param>
/// <param name="SourceIn">First frame of the source.</param>
/// <param name="SourceOut">First frame of the source not used.</param>
/// <param name="RecordIn">First frame of the film.</param>
/// <param name="RecordOut">First frame of the film that is not the event's.</param>
/// <param name="DropFrame">Whether its timecodes count drop-frame.</param>
/// <param name="Markers">Its <c>LOC</c> comments.</param>
/// <param name="Comments">All its comments without the star, and the unstarred lines that systems write.</param>
public sealed record CmxEvent(
    int Line,
    string Number,
    string Reel,
    string Channels,
    CmxEdit Edit,
    string EditText,
    int TransitionFrames,
    long SourceIn,
    long SourceOut,
    long RecordIn,
    long RecordOut,
    bool DropFrame,
    IReadOnlyList<CmxMarker> Markers,
    IReadOnlyList<string> Comments)
{
    /// <summary>The speed that an <c>M2</c> line gives it, or null for the list's own.</summary>
    public CmxSpeed? Speed { get; init; }

    /// <summary>Name of the only source, or of the outgoing one of a transition.</summary>
    public string? FromClip { get; init; }

    /// <summary>Name of the incoming source of a transition.</summary>
    public string? ToClip { get; init; }

    /// <summary>The file that it comes from; text of a stranger.</summary>
    public string? SourceFile { get; init; }

    public long SourceFrames => SourceOut - SourceIn;

    public long RecordFrames => RecordOut - RecordIn;

    /// <summary>Black comes from no source.</summary>
    public bool IsBlack => Reel is "BL" or "BLACK";
}

/// <summary>An <c>M2</c> line.</summary>
/// <param name="FramesPerSecond">Speed; 0 stands still, below 0 runs backwards.</param>
/// <param name="SourceFrame">Where in the source it starts, or null where the line does not say.</param>
public sealed record CmxSpeed(decimal FramesPerSecond, long? SourceFrame);

/// <summary>A <c>LOC</c> comment.</summary>
/// <param name="Frame">Record frame number.</param>
/// <param name="Colour">Colour as written, or empty.</param>
/// <param name="Text">What it says, or empty.</param>
public sealed record CmxMarker(long Frame, string Colour, string Text);
