namespace OrleansAssembly.Media;

/// <summary>Why a piece of media work cannot be done, with what to do about it. Its name becomes the problem's URN.</summary>
/// <param name="Name">e.g. <c>source-not-found</c>, <c>source-damaged</c>, <c>disk-full</c>, <c>encoder-failed</c>.</param>
/// <param name="Title">The kind of problem in a few words.</param>
/// <param name="Detail">What happened and what to do; names no path outside the media root.</param>
/// <param name="Transient">True where another try may do better (killed, stalled).</param>
public sealed record MediaProblem(string Name, string Title, string Detail, bool Transient = false)
{
    /// <summary>Path of the source concerned, or null.</summary>
    public string? Source { get; init; }

    /// <summary>The same, met at a source unless it tells of another; where the disk is full that is not the source's affair.</summary>
    public MediaProblem At(string source) => Name == "disk-full" ? this : this with { Source = Source ?? source };
}

/// <summary>A value, or why there is none.</summary>
public readonly record struct MediaResult<T>(T? Value, MediaProblem? Problem)
{
    public static implicit operator MediaResult<T>(T value) => new(value, null);

    public static implicit operator MediaResult<T>(MediaProblem problem) => new(default, problem);
}

/// <summary>One line of <c>-progress</c>, with what the child has cost so far.</summary>
/// <param name="Frames">Frames that entered the encoder.</param>
/// <param name="OutTime">Media time that came out.</param>
/// <param name="CpuSeconds">User and system time of the child, from <c>/proc</c>.</param>
/// <param name="ReadBytes">Bytes that the child has read, from <c>/proc</c>.</param>
/// <param name="WrittenBytes">Bytes that it has written, those of a second pass over the file too.</param>
public readonly record struct FfmpegProgress(long Frames, TimeSpan OutTime, double CpuSeconds, long ReadBytes, long WrittenBytes);

/// <summary>How a child ended.</summary>
/// <param name="ExitCode">0 where all went well.</param>
/// <param name="Log">Last lines of stderr.</param>
/// <param name="Stalled">It was ended for making no progress.</param>
/// <param name="CpuSeconds">User and system time that it took.</param>
public sealed record FfmpegRun(int ExitCode, string Log, bool Stalled, double CpuSeconds);
