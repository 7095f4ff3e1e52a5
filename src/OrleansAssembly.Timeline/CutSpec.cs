namespace OrleansAssembly.Timeline;

/// <summary>
/// A cut as a filmmaker or a script writes it down: times are still text and fields may be missing.
/// These records are the JSON of CONTRACT's <c>timeline</c>; <see cref="TimelineBuilder"/> turns them into a <see cref="Film"/>.
/// </summary>
/// <param name="FrameRate">Frames per second as a rational (<c>24000/1001</c>), an integer (<c>25</c>) or a usual decimal (<c>23.976</c>). Null: the first shot's.</param>
/// <param name="Width">Pixels, even, 16 to 8192. Null: the first shot's, as displayed.</param>
/// <param name="Height">Pixels, even, 16 to 8192. Null: the first shot's, as displayed.</param>
/// <param name="StartTimecode">Record timecode of the film's first frame. Null: 01:00:00:00.</param>
/// <param name="DropFrame">Drop-frame counting, only at 30000/1001 and 60000/1001. Null: as the start timecode is written; without one, as the first shot's source counts.</param>
/// <param name="Shots">1 to <see cref="TimelineLimits.MaxShots"/> shots in the order of the film.</param>
/// <param name="Audio">Sound laid under the whole film (music, voice-over), mixed with the shots' own sound.</param>
public sealed record TimelineSpec(
    string? FrameRate,
    int? Width,
    int? Height,
    string? StartTimecode,
    bool? DropFrame,
    IReadOnlyList<ShotSpec>? Shots,
    IReadOnlyList<AudioSpec>? Audio);

/// <summary>One shot of a <see cref="TimelineSpec"/>.</summary>
/// <param name="Source">Path below the media root's <c>sources/</c>.</param>
/// <param name="In">First frame used: timecode at the source's own rate, or seconds (<c>2.5s</c>). Null: the first frame.</param>
/// <param name="Out">First frame not used, written as <paramref name="In"/>. Null: to the end.</param>
/// <param name="Name">What people call the shot. Null: the file's name.</param>
/// <param name="Scene">Scene that the shot belongs to; neighbours with the same scene make one chapter.</param>
/// <param name="Take">Take number, 1 or more.</param>
/// <param name="Reel">Reel for the EDL. Null: made from the file's name.</param>
/// <param name="Transition">How the film comes into this shot. Null: a cut.</param>
public sealed record ShotSpec(
    string? Source,
    string? In = null,
    string? Out = null,
    string? Name = null,
    string? Scene = null,
    int? Take = null,
    string? Reel = null,
    TransitionSpec? Transition = null);

/// <summary>The transition into a shot.</summary>
/// <param name="Type"><c>cut</c> or <c>dissolve</c> (into the first shot: a dissolve from black).</param>
/// <param name="Frames">Length in frames of the film, at most the incoming shot's length. The outgoing source must go on that long after its out point.</param>
public sealed record TransitionSpec(string? Type, int? Frames = null);

/// <summary>A sound under the film.</summary>
/// <param name="Source">Path below the media root's <c>sources/</c>.</param>
/// <param name="Start">Where in the film it starts: seconds (<c>2.5s</c>) from the film's start. Null: 0.</param>
/// <param name="In">First moment used of the source, in seconds (<c>2.5s</c>). Null: its start.</param>
/// <param name="Out">First moment not used of the source, in seconds. Null: its end.</param>
/// <param name="GainDb">Level change in dB, -60 to +20. Null: 0.</param>
/// <param name="FadeIn">Length of a fade in, seconds. Null: none.</param>
/// <param name="FadeOut">Length of a fade out, seconds, that ends with the sound or the film, whichever is first. Null: none.</param>
public sealed record AudioSpec(
    string? Source,
    string? Start = null,
    string? In = null,
    string? Out = null,
    double? GainDb = null,
    string? FadeIn = null,
    string? FadeOut = null);

/// <summary>The bounds of what is accepted; each is told in the message that refuses more.</summary>
public static class TimelineLimits
{
    public const int MaxShots = 10_000;
    public const int MaxAudio = 100;

    /// <summary>Frames of a dissolve: an edit list has three digits for it.</summary>
    public const int MaxDissolve = 999;
    public const int MaxTextLength = 500;
    public const int MinSize = 16;
    public const int MaxSize = 8192;
}
