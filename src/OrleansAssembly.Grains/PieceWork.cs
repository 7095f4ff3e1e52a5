using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains;

/// <summary>Does the pieces of one stage. Runs outside of any grain, under a slot; writes its results into the work folder so that any silo can go on from them.</summary>
public interface IPieceWork
{
    Stage Stage { get; }

    /// <summary>Does a piece that may have been done, or half done, before. An exception counts as a failure that may pass.</summary>
    Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel);
}

/// <summary>A piece at work.</summary>
/// <param name="Request">What is asked for.</param>
/// <param name="Report">Tells how far it is.</param>
public sealed record PieceContext(PieceRequest Request, Action<WorkProgress> Report)
{
    public JobHeader Job => Request.Job;

    public int Index => Request.Piece.Index;
}

/// <summary>What came of a piece.</summary>
public sealed record PieceOutcome(Problem? Problem = null, bool Transient = false, WorkPlan? Plan = null)
{
    public static PieceOutcome Done { get; } = new();

    /// <summary>Its silo leaves: somebody else does it.</summary>
    public static PieceOutcome GivenBack { get; } = Failed(Problem.Of("given-back", "The work was given back", "It is given out again."), transient: true);

    public static PieceOutcome Planned(WorkPlan plan) => new(Plan: plan);

    public static PieceOutcome Failed(Problem problem, bool transient = false) => new(problem, transient);

    /// <summary>Done where there is no problem.</summary>
    public static PieceOutcome Of(MediaProblem? problem) => problem is null ? Done : Failed(problem);

    public static PieceOutcome Failed(MediaProblem problem) => new(Problem.Of(problem.Name, problem.Title, problem.Detail), problem.Transient);
}
