using OrleansAssembly.Jobs;

namespace OrleansAssembly.Contracts;

/// <summary>Which jobs a board shows.</summary>
/// <param name="ProjectId">Only this project's, or null.</param>
/// <param name="Status">Only these, or null. A job that leaves the status is told once more, so that the board can drop it.</param>
public sealed record BoardFilter(string? ProjectId = null, JobStatus? Status = null);

/// <summary>What a WebSocket gets: each change of a job in an envelope.</summary>
public sealed record ProgressMessage(string Type, string JobId, ProgressUpdate Data)
{
    public static ProgressMessage Of(ProgressUpdate update) => new("progress_update", update.JobId, update);
}
