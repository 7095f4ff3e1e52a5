namespace OrleansAssembly.Timeline;

/// <summary>What the film tells and from what: the content of <c>story.json</c>.</summary>
/// <param name="Title">Title of the film.</param>
/// <param name="ProjectId">Project that it belongs to.</param>
/// <param name="FrameRate">Rate as a rational.</param>
/// <param name="Frames">Length in frames.</param>
/// <param name="DurationSeconds">Length in seconds.</param>
/// <param name="StartTimecode">Record timecode of the first frame.</param>
/// <param name="Scenes">In the order of the film: neighbouring shots of one scene together.</param>
public sealed record Story(
    string Title,
    string ProjectId,
    string FrameRate,
    long Frames,
    double DurationSeconds,
    string StartTimecode,
    IReadOnlyList<StoryScene> Scenes);

/// <summary>A run of neighbouring shots of one scene; one chapter of the film.</summary>
public sealed record StoryScene(string Name, long StartFrame, long EndFrame, double StartSeconds, double DurationSeconds, IReadOnlyList<StoryShot> Shots);

/// <summary>One shot, as people look for it.</summary>
/// <param name="Tags">Facts of the source for searching: size, rate, codec, <c>hdr</c>, <c>interlaced</c>, <c>portrait</c>, <c>no-sound</c> …</param>
public sealed record StoryShot(
    int Index,
    string Name,
    int? Take,
    string Source,
    string SourceIn,
    string SourceOut,
    string RecordIn,
    string RecordOut,
    double DurationSeconds,
    IReadOnlyList<string> Tags);
