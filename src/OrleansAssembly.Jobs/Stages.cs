namespace OrleansAssembly.Jobs;

/// <summary>A kind of work. Stages run one after the other; the pieces of one stage run side by side.</summary>
public enum Stage
{
    /// <summary>Checks the spec again, where it will be used.</summary>
    Validate,

    /// <summary>One piece a source: find out what it is.</summary>
    Probe,

    /// <summary>Checks in and out points against the sources and resolves the cut.</summary>
    Resolve,

    /// <summary>One piece a source: what is used of it decodes.</summary>
    Decode,

    /// <summary>Writes the story.</summary>
    Story,

    /// <summary>Writes the EDL.</summary>
    Edl,

    /// <summary>Cuts the film into segments and tells how many pieces the later stages have.</summary>
    Plan,

    /// <summary>Waits until the media volume has room for the job.</summary>
    Space,

    /// <summary>One piece a run of shots: their sound, to the sample.</summary>
    Sound,

    /// <summary>One piece a sound format: the whole sound of the film, mixed and encoded.</summary>
    Mix,

    /// <summary>One piece a segment and output.</summary>
    Encode,

    /// <summary>One piece an output: join segments and sound without encoding again.</summary>
    Join,

    /// <summary>One piece an output: the finished file is what was planned.</summary>
    Verify,

    /// <summary>Moves the finished files to the exports directory in one step.</summary>
    Publish,

    /// <summary>Notes the film in its project.</summary>
    Project,

    /// <summary>Poster, thumbnails, preview.</summary>
    Preview,

    /// <summary>Removes the work files.</summary>
    Cleanup,

    /// <summary>Tells whoever wants to know.</summary>
    Notify,
}

/// <summary>One piece of work of a job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Index">0-based place in the stage.</param>
/// <param name="Attempt">1 for the first try; a higher number overrules a lower one.</param>
public sealed record PieceId(string JobId, Stage Stage, int Index, int Attempt)
{
    /// <summary>A piece as people read it: a word and its number, <c>Encode 14</c>.</summary>
    public static string Words(Stage stage, int index) => $"{stage} {index + 1}";
}

/// <summary>Where a piece of work is.</summary>
public enum PieceState
{
    /// <summary>At work, or held where <see cref="PieceReport.Held"/> says so.</summary>
    Running,

    Done,

    /// <summary>It went wrong: the problem says why, and whether another try may do better.</summary>
    Failed,

    /// <summary>It cannot begin yet for a reason that is nobody's fault (the disk has no room): to be tried again later, as often as it takes.</summary>
    Waiting,

    /// <summary>Its silo leaves: whoever is lent a slot elsewhere begins it anew. No failed try.</summary>
    GivenBack,
}

/// <summary>The whole state of a piece of work; a later report replaces an earlier one, a repeated one changes nothing.</summary>
/// <param name="Piece">Which one.</param>
/// <param name="LeaseId">The slot that it holds.</param>
/// <param name="Number">Grows with each report of the attempt.</param>
/// <param name="State">Where it is.</param>
/// <param name="Fraction">0 to 1, of the piece.</param>
/// <param name="Amount">What it has handled so far, in the stage's <see cref="SpeedUnit"/>: frames, megabytes or shots; nothing that it found done.</param>
/// <param name="CpuSeconds">What its children cost so far.</param>
/// <param name="WallSeconds">How long it has run.</param>
/// <param name="Problem">Why it failed.</param>
/// <param name="Transient">Another try may do better.</param>
/// <param name="Plan">What the plan stage found.</param>
/// <param name="Held">It stands still, because its job is paused.</param>
/// <param name="Silo">Where the slot is.</param>
public sealed record PieceReport(
    PieceId Piece,
    Guid LeaseId,
    long Number,
    PieceState State,
    double Fraction,
    double Amount,
    double CpuSeconds,
    double WallSeconds,
    Problem? Problem = null,
    bool Transient = false,
    WorkPlan? Plan = null,
    bool Held = false,
    string Silo = "");

/// <summary>How much work the later stages have; written once, by the plan stage. What has a default is missing in plans of older versions.</summary>
/// <param name="Frames">Length of the film.</param>
/// <param name="SoundPieces">Pieces of <see cref="Stage.Sound"/>.</param>
/// <param name="MixPieces">Pieces of <see cref="Stage.Mix"/>: one a sound format.</param>
/// <param name="Encode">Pieces of <see cref="Stage.Encode"/> in the order in which to make them.</param>
/// <param name="Rate">Frames of the film a second.</param>
/// <param name="Sources">What is known of the sources, by <see cref="EncodePiece.Source"/>.</param>
/// <param name="Pixels">Pixels of a frame, by output.</param>
/// <param name="Intra">Whether each frame is encoded by itself, by output.</param>
public sealed record WorkPlan(
    long Frames,
    int SoundPieces,
    int MixPieces,
    IReadOnlyList<EncodePiece> Encode,
    double Rate = 24,
    IReadOnlyList<SourceTraits>? Sources = null,
    IReadOnlyList<double>? Pixels = null,
    IReadOnlyList<bool>? Intra = null);

/// <summary>One segment of one output.</summary>
/// <param name="Output">0-based place in the job's outputs.</param>
/// <param name="Segment">Index of the segment in the film.</param>
/// <param name="Frames">Its length.</param>
/// <param name="Cost">Predicted CPU seconds.</param>
/// <param name="Source">Place of its source in <see cref="WorkPlan.Sources"/>.</param>
public sealed record EncodePiece(int Output, int Segment, int Frames, double Cost, int Source = 0);

/// <summary>What tells, before it is encoded, how hard the picture of a source is; of several small ones that are taken together, their mean.</summary>
/// <param name="Bytes">Bytes of the source for each frame of the film: much detail and movement takes many.</param>
/// <param name="Pixels">Pixels of the source that are decoded for each frame of the film.</param>
public sealed record SourceTraits(double Bytes, double Pixels)
{
    /// <summary>More sources than this share their places, so that what a job remembers of them stays small.</summary>
    public const int Places = 32;

    /// <summary>Tells sources apart, from one job to the next: no two have the same numbers by chance.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Key => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Bytes:0.#}/{Pixels:0}");
}
