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
/// <param name="State">Any but <see cref="PieceState.Running"/>.</param>
/// <param name="Problem">Why it failed, or what it waits for.</param>
/// <param name="Transient">Another try may do better.</param>
/// <param name="Plan">What the plan stage found.</param>
public sealed record PieceOutcome(PieceState State, Problem? Problem = null, bool Transient = false, WorkPlan? Plan = null)
{
    public static PieceOutcome Done { get; } = new(PieceState.Done);

    /// <summary>Stopped before its end, through no fault of its own.</summary>
    public static PieceOutcome GivenBack { get; } = new(PieceState.GivenBack);

    public static PieceOutcome Planned(WorkPlan plan) => new(PieceState.Done, Plan: plan);

    /// <summary>It cannot begin yet; the problem's detail says what is missing.</summary>
    public static PieceOutcome Waiting(Problem problem) => new(PieceState.Waiting, problem);

    public static PieceOutcome Failed(Problem problem, bool transient = false) => new(PieceState.Failed, problem, transient);

    public static PieceOutcome Failed(MediaProblem problem) => Failed(Problem.Of(problem.Name, problem.Title, problem.Detail) with { Source = problem.Source }, problem.Transient);

    /// <summary>Done where there is no problem.</summary>
    public static PieceOutcome Of(MediaProblem? problem) => problem is null ? Done : Failed(problem);
}
