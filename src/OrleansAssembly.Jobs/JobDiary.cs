using System.Globalization;

namespace OrleansAssembly.Jobs;

/// <summary>How much attention a line of a job's log wants.</summary>
public enum LogSeverity
{
    Info,
    Warning,
    Error,
}

/// <summary>A line of a job's log.</summary>
public sealed record LogLine(DateTimeOffset At, LogSeverity Level, string Message);

/// <summary>A piece that had to be begun again.</summary>
/// <param name="At">When that was known.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Index">Its place in the stage.</param>
/// <param name="Attempt">The job's attempt.</param>
/// <param name="Problem">What went wrong; its segment is filled in where the piece is one.</param>
/// <param name="Output">0-based place of the output concerned; null where it is about none.</param>
public sealed record PastSetback(DateTimeOffset At, Stage Stage, int Index, int Attempt, Problem Problem, int? Output = null);

/// <summary>
/// Writes down what happens to a job, for people: a pure comparison of two states and what lay between them. The one place that words it.
/// What is kept is bounded, the oldest goes first; nothing is decided by it.
/// </summary>
public static class JobDiary
{
    public const int MostLines = 200;
    public const int MostSetbacks = 50;

    private static readonly Problem GivenBack = Problem.Of("given-back", "The server leaves", "The server that worked on it leaves; another does it.");
    private static readonly Problem Gone = Problem.Of("silo-gone", "The server is gone", "The server that worked on it is gone, or has heard nothing of it; another does it.");

    /// <summary>The next state with what the change to it is worth to be remembered of.</summary>
    public static JobState Note(JobState before, JobInput input, JobState next, DateTimeOffset now)
    {
        var setback = SetbackOf(before, input, next, now);
        var lines = Lines(before, input, next, setback).Select(line => new LogLine(now, line.Level, line.Message)).ToList();
        return lines.Count == 0 ? next : next with
        {
            Log = next.Log.AddRange(lines) is var log && log.Count > MostLines ? log.RemoveRange(0, log.Count - MostLines) : log,
            History = setback is null ? next.History
                : next.History.Count < MostSetbacks ? next.History.Add(setback)
                : next.History.RemoveRange(0, next.History.Count - MostSetbacks + 1).Add(setback),
        };
    }

    /// <summary>The piece that the input ends before it is done, where the job goes on and does it again.</summary>
    private static PastSetback? SetbackOf(JobState before, JobInput input, JobState next, DateTimeOffset now)
    {
        (int Attempt, Problem? Problem) ended = input switch
        {
            JobInput.Reported { Report: { State: PieceState.Failed } report } => (report.Piece.Attempt, report.Problem ?? Gone),
            JobInput.Reported { Report: { State: PieceState.GivenBack } report } => (report.Piece.Attempt, GivenBack),
            JobInput.Lost lost => (lost.Attempt, Gone),
            _ => (0, null),
        };
        if (ended.Problem is null || next.Ended || before.Running.FirstOrDefault(piece => piece.Attempt == ended.Attempt) is not { } piece || next.Running.Contains(piece))
        {
            return null;
        }

        var encode = before.Stage == Stage.Encode ? before.Plan?.Encode[piece.Index] : null;
        var output = encode?.Output ?? (before.Stage is Stage.Join or Stage.Verify ? piece.Index : null);
        return new PastSetback(now, before.Stage, piece.Index, before.Attempt, ended.Problem with { Segment = ended.Problem.Segment ?? (encode?.Segment + 1) }, output);
    }

    private static IEnumerable<(LogSeverity Level, string Message)> Lines(JobState before, JobInput input, JobState next, PastSetback? setback)
    {
        if (setback is not null)
        {
            yield return (LogSeverity.Warning, $"{PieceId.Words(setback.Stage, setback.Index)} is begun again: {setback.Problem.Detail}");
        }

        if (next.Waiting is { } waiting && waiting.Type != before.Waiting?.Type)
        {
            yield return (LogSeverity.Warning, waiting.Detail);
        }
        else if (before.Waiting is not null && next is { Waiting: null, Ended: false })
        {
            yield return (LogSeverity.Info, "What it waited for is there");
        }

        if (next.Pausing != before.Pausing && !next.Ended && next.Status != JobStatus.Paused)
        {
            yield return (LogSeverity.Info, next.Pausing ? "To be paused after the pieces in work" : "Not to be paused after all");
        }

        if (next.Status != before.Status)
        {
            yield return OfStatus(before, input, next);
        }
        else if (next.Status == JobStatus.Paused && input is JobInput.TimePassed && before.Running.Count > next.Running.Count)
        {
            yield return (LogSeverity.Info, "Paused for long: its slots are given to others, and what was half done is begun again later");
        }
        else if (next.Status == JobStatus.Paused && next.ResumeAt != before.ResumeAt)
        {
            yield return (LogSeverity.Info, next.ResumeAt is { } at ? $"Paused until {Clock(at)}" : "Paused until somebody resumes it");
        }

        var steps = StepList.Of(next.Type);
        for (var index = before.Attempt == next.Attempt ? before.Steps.Count : 0; index < next.Steps.Count; index++)
        {
            yield return (LogSeverity.Info, $"Step {index + 1} of {steps.Count} begins: {steps[index].Name}");
        }
    }

    private static (LogSeverity Level, string Message) OfStatus(JobState before, JobInput input, JobState next) => next.Status switch
    {
        JobStatus.Paused => (LogSeverity.Info, next.ResumeAt is { } at ? $"Paused until {Clock(at)}" : "Paused"),
        JobStatus.Failed => (LogSeverity.Error, $"Failed: {next.Problem?.Detail ?? "nobody knows why"}"),
        JobStatus.Cancelled => (LogSeverity.Info, "Cancelled"),
        JobStatus.Pending when before.Ended => (LogSeverity.Info, $"Retried: attempt {next.Attempt} waits for a slot"),
        JobStatus.Pending or JobStatus.Running when before.Status == JobStatus.Paused =>
            (LogSeverity.Info, input is JobInput.TimePassed ? "Resumed, since its time has come" : "Resumed"),
        JobStatus.Running => (LogSeverity.Info, next.Attempt > 1 ? $"Started, attempt {next.Attempt}" : "Started"),
        _ => (LogSeverity.Info, next.Status.ToString()),
    };

    private static string Clock(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}
