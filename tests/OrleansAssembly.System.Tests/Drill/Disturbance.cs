namespace OrleansAssembly.SystemTests.Drill;

/// <summary>What the drill does to a cluster that makes a film.</summary>
internal enum Disturbance
{
    /// <summary>kill -9 of the server on which the job's grain lives.</summary>
    KillOwner,

    /// <summary>kill -9 of a server that only encodes for the job.</summary>
    KillOther,

    /// <summary>kill -9 of an ffmpeg child.</summary>
    KillEncoder,

    /// <summary>kill -9 of Redis, which starts again a second later.</summary>
    KillRedis,

    /// <summary>Pause, and resume after a moment.</summary>
    Pause,

    /// <summary>SIGTERM to a server, which leaves in good order.</summary>
    Terminate,
}

/// <summary>What came of one round.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="At">When, seconds after the job was submitted.</param>
/// <param name="Trouble">Why no film came, or null.</param>
/// <param name="Identical">The film is byte for byte that of the undisturbed run.</param>
/// <param name="FramesLost">Frames of the timeline that the film does not have.</param>
/// <param name="Redone">Segments that were encoded once more because what encoded them was killed or told to go.</param>
/// <param name="Unexplained">Encodes beyond those: of segments that were finished, or that nothing had struck.</param>
/// <param name="Falls">How often progress fell.</param>
/// <param name="Repeats">How often a sequence number came again.</param>
/// <param name="Recover">Seconds from the disturbance to the next progress that was made after it; null where the job had ended.</param>
/// <param name="Seconds">From submission to the end.</param>
internal sealed record DrillRound(
    Disturbance Kind, double At, string? Trouble, bool Identical, long FramesLost, int Redone, int Unexplained, int Falls, int Repeats, double? Recover, double Seconds)
{
    /// <summary>Nobody can tell from the film, or from what they were told, that anything happened.</summary>
    public bool IsGood => Trouble is null && Identical && FramesLost == 0 && Unexplained == 0 && Falls == 0 && Repeats == 0;
}
