using Orleans.Streams;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>How the job hears of its piece: of numbers as often as it can, by a call, the newest each time; of what became of the piece at once, by the stream.</summary>
public sealed partial class EncodingGrain
{
    /// <summary>So often it is looked for what was not told yet.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>So long the job may take to hear numbers before they are told again, the newest then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Pace _pace = new(time);
    private IGrainTimer? _timer;
    private IAsyncStream<PieceReport>? _reports;
    private IJobGrain? _job; // kept: looking for it anew with each report took half as long as all that the job does with one
    private PieceReport? _sent;
    private Task _telling = Task.CompletedTask;

    private void TellFromNowOn(RunningWork work, string jobId)
    {
        _job = GrainFactory.GetGrain<IJobGrain>(jobId);
        _reports = this.GetStreamProvider(PieceStreams.Provider).GetStream<PieceReport>(PieceStreams.Reports, jobId);
        _timer = this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(LookPeriod, LookPeriod) { KeepAlive = true });

        // What is new is told at once, not at the next tick; on the grain's own scheduler.
        var turns = TaskScheduler.Current;
        work.Advanced = () => Task.Factory.StartNew(Tell, CancellationToken.None, TaskCreationOptions.None, turns);
        _ = work.Completion.ContinueWith(_ => Tell(), turns);
    }

    private Task TickAsync()
    {
        Tell();
        return Task.CompletedTask;
    }

    /// <summary>Tells what is new. Nobody waits for it here: the job may be waiting for this grain to stop.</summary>
    private void Tell()
    {
        if (_telling.IsCompleted)
        {
            _telling = TellAsync();
        }
    }

    /// <summary>One report after the other. Where the job does not hear numbers as fast as they come, the newest is the next; what became of the piece is told at once.</summary>
    private async Task TellAsync()
    {
        while (_work!.Report() is var report && !SaysTheSame(report) && (report.State != PieceState.Running || _pace.IsOpen))
        {
            _sent = report;
            try
            {
                await (report.State == PieceState.Running ? TellNumbersAsync(report) : TellEndAsync(report));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                LogReportLost(log, failure, report.Piece.JobId, report.Piece.Stage, report.Piece.Index); // the job will ask
            }
        }
    }

    private async Task TellNumbersAsync(PieceReport report)
    {
        _pace.Begin();
        try
        {
            await _job!.HearAsync(PieceNumbers.Of(report)).WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            // The job, or its store, is slow: newer numbers are told later.
        }
        finally
        {
            _pace.End();
        }
    }

    private Task TellEndAsync(PieceReport report)
    {
        _timer?.Dispose();
        return _reports!.OnNextAsync(report);
    }

    private bool SaysTheSame(PieceReport report) =>
        _sent is not null && report with { Number = 0, WallSeconds = 0 } == _sent with { Number = 0, WallSeconds = 0 };
}
