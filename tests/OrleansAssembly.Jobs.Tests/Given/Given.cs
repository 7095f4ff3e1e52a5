using OrleansAssembly.Timeline;

namespace OrleansAssembly.Jobs.Tests;

/// <summary>Jobs and reports for the tests.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static JobSpec Spec(JobType type = JobType.Assembly, params string[] presets) => new(
        type, "harbour", "Harbour, cut 3", new TimelineSpec(null, null, null, null, null, [new ShotSpec("a.mp4")], null), null,
        [.. presets.Select(preset => new OutputSpec(preset))], null, null, null);

    public static JobState Job(JobType type = JobType.Assembly, int sources = 3, int outputs = 2) =>
        JobStateMachine.Create("0123456789abcdef0123456789abcdef", Spec(type, [.. Enumerable.Range(0, outputs).Select(i => $"p{i}")]), sources, Start);

    public static WorkPlan Plan(int segments = 4, int outputs = 2) => new(
        segments * 120, 2, outputs,
        [.. Enumerable.Range(0, segments).SelectMany(segment => Enumerable.Range(0, outputs).Select(output => new EncodePiece(output, segment, 120, 5)))]);

    public static JobState Accept(this JobState state, JobInput input, DateTimeOffset? now = null) =>
        Assert.IsType<Decision.Accepted>(JobStateMachine.Decide(state, input, now ?? Start)).Next;

    public static JobState Lend(this JobState state, string silo = "silo") => state.Accept(new JobInput.SlotLent(Guid.NewGuid(), silo));

    public static PieceReport Report(JobState state, RunningPiece piece, PieceState to, double fraction = 0, bool transient = false, long? number = null) => new(
        new PieceId(state.Id, state.Stage, piece.Index, piece.Attempt), piece.LeaseId, number ?? piece.Number + 1, to, fraction, 24, 2, 3,
        to == PieceState.Failed ? Problem.Of("encoder-failed", "The encoder failed", "Try again.") : null,
        transient,
        to == PieceState.Done && state.Stage == Stage.Plan ? Plan(outputs: Math.Max(1, state.Outputs)) : null);

    public static JobState Finish(this JobState state, int at = 0) =>
        state.Accept(new JobInput.Reported(Report(state, state.Running[at], PieceState.Done)));

    public static JobState Fail(this JobState state, bool transient) =>
        state.Accept(new JobInput.Reported(Report(state, state.Running[0], PieceState.Failed, transient: transient)));

    /// <summary>Works one piece after the other until the stage begins, or the job ends where there is none.</summary>
    public static JobState WorkUntil(this JobState state, Stage? stage)
    {
        while (!state.Ended && state.Stage != stage)
        {
            state = state.Lend().Finish();
        }

        return state;
    }
}
