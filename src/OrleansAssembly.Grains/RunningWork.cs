using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains;

/// <summary>A piece of work that runs on this silo, and where it is.</summary>
public sealed class RunningWork(PieceRequest request, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ChildGroup _children = new();
    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private WorkProgress _progress;
    private long _advancedAt;
    private PieceOutcome? _outcome;
    private long? _heldSince;
    private double _heldSeconds;
    private double? _wall;

    // Higher than any number of an earlier life of the same attempt.
    private long _number = time.GetUtcNow().ToUnixTimeMilliseconds();

    public PieceRequest Request { get; } = request;

    /// <summary>Ends when the work has ended, whatever came of it; never faults.</summary>
    public Task Completion { get; internal set; } = Task.CompletedTask;

    /// <summary>Is called when there is something new to tell, on any thread.</summary>
    internal Action? Advanced { get; set; }

    internal CancellationToken Stopped => _stop.Token;

    /// <summary>Whether its children stand still.</summary>
    internal bool Held
    {
        get
        {
            lock (_lock)
            {
                return _heldSince is not null;
            }
        }
    }

    /// <summary>Lets its children stand still.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            _heldSince ??= time.GetTimestamp();
            _children.Hold();
        }
    }

    /// <summary>Lets them go on where they were held; one that a stranger has stopped is for who watches that it moves.</summary>
    public void Continue()
    {
        lock (_lock)
        {
            if (_heldSince is null)
            {
                return;
            }

            _heldSeconds += HeldNow();
            _heldSince = null;
            _children.Continue();
        }
    }

    /// <summary>From here on, in this flow of calls, children belong to this work; waits while it is held.</summary>
    internal Task BeginAsync()
    {
        _children.Enter();
        return ChildGroup.WhileHeldAsync(Stopped);
    }

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
            var state = _outcome?.State ?? PieceState.Running;
            return new PieceReport(
                Request.Piece,
                Request.Lease.Id,
                ++_number,
                state,
                state == PieceState.Done ? 1 : _progress.Fraction,
                _progress.Amount,
                _progress.CpuSeconds,
                Math.Round(_wall ?? Wall(), 3),
                _outcome?.Problem,
                _outcome?.Transient ?? false,
                _outcome?.Plan,
                _outcome is null && _heldSince is not null,
                Request.Lease.Silo);
        }
    }

    /// <summary>How far it is, 0 to 1, and how long it has run, seconds: for those who only look.</summary>
    internal (double Fraction, double Seconds) Progress()
    {
        lock (_lock)
        {
            return (Math.Clamp(_progress.Fraction, 0, 1), _wall ?? Wall());
        }
    }

    internal void Advance(WorkProgress progress)
    {
        lock (_lock)
        {
            _progress = progress;
            if (time.GetElapsedTime(_advancedAt) < Pace.Numbers)
            {
                return; // the next one tells it, or the tick of whoever tells
            }

            _advancedAt = time.GetTimestamp();
        }

        Advanced?.Invoke();
    }

    internal void Finish(PieceOutcome outcome)
    {
        lock (_lock)
        {
            _outcome = outcome;
            _wall = Wall();
        }
    }

    /// <summary>Seconds since it began in which it was not held.</summary>
    private double Wall() => time.GetElapsedTime(_started).TotalSeconds - _heldSeconds - HeldNow();

    private double HeldNow() => _heldSince is { } since ? time.GetElapsedTime(since).TotalSeconds : 0;
}
