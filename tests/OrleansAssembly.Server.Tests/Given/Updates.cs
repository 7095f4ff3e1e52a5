using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Server.Tests.Given;

public static class Updates
{
    public static string NewId() => Guid.CreateVersion7().ToString("N");

    /// <summary>The id of the <paramref name="n"/>th job of a made-up history: later ones sort higher.</summary>
    public static string Id(int n) => Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(n + 1)).ToString("N");

    public static ProgressUpdate Of(string jobId, long sequence, int step = 1, JobStatus status = JobStatus.Running, double progress = 1, ProblemDetailsBody? error = null) => new()
    {
        JobId = jobId,
        Type = JobType.Assembly,
        Status = status,
        Progress = progress,
        CurrentStep = "Step " + step,
        TotalSteps = 12,
        EstimatedTimeRemaining = 1.5,
        ProcessingSpeed = 2,
        LastUpdate = DateTimeOffset.UnixEpoch,
        Sequence = sequence,
        StepIndex = step,
        StepProgress = 0,
        Message = "",
        ProcessingSpeedUnit = "fps",
        EtaLow = 1,
        EtaHigh = 2,
        TimeProgress = 0,
        Elapsed = 0,
        Error = error,
    };

    public static JobSummary Summary(string id, JobStatus status = JobStatus.Pending, string project = "harbour") =>
        new(id, JobType.Assembly, status, project, "A film", DateTimeOffset.UnixEpoch, null, null, Of(id, 1, status: status));
}
