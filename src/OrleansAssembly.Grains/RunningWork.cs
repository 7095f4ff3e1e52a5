using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains;

/// <summary>A piece of work that runs on this silo, and where it is.</summary>
public sealed class RunningWork(PieceRequest request, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private WorkProgress _progress;
    private PieceOutcome? _outcome;
    private double? _wall;
    private long _number;

    public PieceRequest Request { get; } = request;

    /// <summary>Ends when the work has ended, whatever came of it; never faults.</summary>
    public Task Completion { get; internal set; } = Task.CompletedTask;

    internal CancellationToken Stopped => _stop.Token;

    /// <summary>Ends the work and waits until its children are gone.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Completion;
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>The whole state of the piece, with a higher number at each call.</summary>
    public PieceReport Report()
    {
        lock (_lock)
        {
            var state = _outcome switch
            {
                null => PieceState.Running,
                { Problem: null } => PieceState.Done,
                _ => PieceState.Failed,
            };
            return new PieceReport(
                Request.Piece,
                Request.Lease.Id,
                ++_number,
                state,
                state == PieceState.Done ? 1 : _progress.Fraction,
                _progress.Speed,
                _progress.CpuSeconds,
                Math.Round(_wall ?? time.GetElapsedTime(_started).TotalSeconds, 3),
                _outcome?.Problem,
                _outcome?.Transient ?? false,
                _outcome?.Plan);
        }
    }

    internal void Advance(WorkProgress progress)
    {
        lock (_lock)
        {
            _progress = progress;
        }
    }

    internal void Finish(PieceOutcome outcome)
    {
        lock (_lock)
        {
            _outcome = outcome;
            _wall = time.GetElapsedTime(_started).TotalSeconds;
        }
    }
}
