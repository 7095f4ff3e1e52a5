using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using Spectre.Console;

namespace OrleansAssembly.Cli.Tests;

/// <summary>Jobs and updates for the tests.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static ProgressUpdate Update(long sequence, double progress = 40, JobStatus status = JobStatus.Running, int step = 6, double stepProgress = 50) => new()
    {
        JobId = "job-1",
        Type = JobType.Assembly,
        Status = status,
        Progress = progress,
        CurrentStep = step == 6 ? "Apply format encoding" : $"Step {step}",
        TotalSteps = 12,
        EstimatedTimeRemaining = 80,
        ProcessingSpeed = 34.52,
        LastUpdate = Noon,
        Sequence = sequence,
        StepIndex = step,
        StepProgress = stepProgress,
        Message = "Encoding segment 14 of 40 (h264-1080p)",
        ProcessingSpeedUnit = "fps",
        EtaLow = 70,
        EtaHigh = 95,
        TimeProgress = 30,
        Elapsed = 42,
    };

    public static JobDetails Job(ProgressUpdate progress, int attempt = 1, IReadOnlyList<OutputInfo>? outputs = null, string title = "Harbour [cut 3]") => new(
        "job-1", JobType.Assembly, progress.Status, "harbour", title, Noon, Noon, null, 50, attempt,
        new JobSpec(JobType.Assembly, "harbour", title, null, null, null, null, null, null), [], outputs ?? [], progress);

    public static WatchModel Watched(ProgressUpdate update) => WatchModel.Of(Job(update), Noon);

    /// <summary>A console that writes into <paramref name="text"/> as a pipe would take it, or as a terminal of 100 columns.</summary>
    public static IAnsiConsole Console(TextWriter text)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 100;
        return console;
    }
}
