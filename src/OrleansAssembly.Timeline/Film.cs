namespace OrleansAssembly.Timeline;

/// <summary>
/// A cut whose every time is exact: frames of the film and rational seconds of the sources. It is made by <see cref="TimelineBuilder"/> and never has a mistake in it.
/// </summary>
/// <param name="Rate">Frames per second of the film.</param>
/// <param name="Width">Pixels, even.</param>
/// <param name="Height">Pixels, even.</param>
/// <param name="StartFrame">Frame number of the record start timecode, counted as <paramref name="DropFrame"/> says.</param>
/// <param name="DropFrame">Whether record timecodes are drop-frame.</param>
/// <param name="Shots">In the order of the film, without gaps: each starts where the one before ends.</param>
/// <param name="Audio">Sounds under the film.</param>
public sealed record Film(
    FrameRate Rate,
    int Width,
    int Height,
    long StartFrame,
    bool DropFrame,
    IReadOnlyList<Shot> Shots,
    IReadOnlyList<AudioClip> Audio)
{
    /// <summary>Length of the film in frames.</summary>
    public long Frames => Shots.Count == 0 ? 0 : Shots[^1].EndFrame;

    /// <summary>Length of the film in seconds.</summary>
    public Rational Duration => Rate.TimeOf(Frames);
}

/// <summary>One shot of a <see cref="Film"/>: the frames <c>[StartFrame, EndFrame)</c> of the film, and where they come from.</summary>
/// <param name="Index">0-based place in the film.</param>
/// <param name="Source">Path below <c>sources/</c>.</param>
/// <param name="StartFrame">First frame in the film.</param>
/// <param name="EndFrame">First frame of the film that is not the shot's.</param>
/// <param name="SourceIn">Time in the source of the first frame used, seconds from the source's first picture.</param>
/// <param name="SourceOut">Time in the source of the first frame not used, seconds from the source's first picture.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Scene">Scene, or null.</param>
/// <param name="Take">Take, or null.</param>
/// <param name="Reel">Reel as asked for, or null.</param>
/// <param name="DissolveFrames">Length of the dissolve out of the shot before (or out of black) into this one, in frames of the film; 0 for a cut. It covers this shot's first frames.</param>
public sealed record Shot(
    int Index,
    string Source,
    long StartFrame,
    long EndFrame,
    Rational SourceIn,
    Rational SourceOut,
    string Name,
    string? Scene,
    int? Take,
    string? Reel,
    int DissolveFrames)
{
    public long Frames => EndFrame - StartFrame;
}

/// <summary>A sound under a <see cref="Film"/>; all times in seconds.</summary>
/// <param name="Source">Path below <c>sources/</c>.</param>
/// <param name="Start">Where in the film it starts.</param>
/// <param name="SourceIn">First moment used of the source.</param>
/// <param name="Duration">How long it sounds; cut at the film's end.</param>
/// <param name="GainDb">Level change in dB.</param>
/// <param name="FadeIn">Length of the fade in.</param>
/// <param name="FadeOut">Length of the fade out, ending with the sound.</param>
public sealed record AudioClip(string Source, Rational Start, Rational SourceIn, Rational Duration, double GainDb, Rational FadeIn, Rational FadeOut);

/// <summary>One piece of picture to encode: the frames <c>[StartFrame, EndFrame)</c> of the film, all from one shot (and, in its dissolve, from the shot before).</summary>
/// <param name="Index">0-based place in the film.</param>
/// <param name="Shot">Index of the shot.</param>
/// <param name="StartFrame">First frame in the film.</param>
/// <param name="EndFrame">First frame of the film not in the segment.</param>
public sealed record Segment(int Index, int Shot, long StartFrame, long EndFrame)
{
    public long Frames => EndFrame - StartFrame;
}
