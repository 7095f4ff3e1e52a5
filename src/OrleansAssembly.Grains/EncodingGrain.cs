using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>Starts one piece of work on its silo, watches it and tells the job. Everything it knows can be lost: the job asks, hears that nobody knows, and gives the piece out again.</summary>
[LeasedSiloPlacement, OnEncoderSilos]
[ImplicitStreamSubscription(PieceStreams.Requests)]
public sealed partial class EncodingGrain(EncoderHost host, ILogger<EncodingGrain> log)
    : Grain, IEncodingGrain, IStreamSubscriptionObserver, IAsyncObserver<PieceRequest>
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMilliseconds(200);

    private RunningWork? _work;
    private IGrainTimer? _timer;
    private IAsyncStream<PieceReport>? _reports;
    private PieceReport? _sent;
    private bool _sending;
    private bool _held;
    private bool _over;

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<PieceRequest>().ResumeAsync(this);

    public Task OnNextAsync(PieceRequest item, StreamSequenceToken? token = null)
    {
        if (_work is not null)
        {
            _sent = null; // the same request again: the job has not heard the answer
            return SendAsync();
        }

        if (!Begin(item))
        {
            LogWrongSilo(log, item.Job.JobId, item.Piece.Stage, item.Piece.Index);
        }

        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        LogStreamFailed(log, ex, this.GetPrimaryKeyString()); // the job asks again for what was lost
        return Task.CompletedTask;
    }

    public Task<PieceAnswer> AskAsync(PieceRequest request)
    {
        if (_work is null && !Begin(request))
        {
            return Task.FromResult(new PieceAnswer(null));
        }

        Stand(request.Held);
        return Task.FromResult(new PieceAnswer(_work!.Report()));
    }

    public Task HoldAsync()
    {
        Stand(true);
        return Task.CompletedTask;
    }

    public Task ContinueAsync()
    {
        Stand(false);
        return Task.CompletedTask;
    }

    /// <summary>It stays in memory for a while, so that a request that is still on its way finds that it comes too late.</summary>
    public Task StopAsync()
    {
        _over = true;
        return _work?.StopAsync() ?? Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_work is not null)
        {
            await _work.StopAsync();
            _work.Dispose();
        }
    }

    /// <summary>Remembered where the request has not come yet: then the work begins held.</summary>
    private void Stand(bool held)
    {
        _held = held;
        if (held)
        {
            _work?.Hold();
        }
        else
        {
            _work?.Continue();
        }
    }

    /// <summary>Starts the work; false where it was stopped before, or this is not the silo that lent a slot for it.</summary>
    private bool Begin(PieceRequest request)
    {
        if (_over || !host.IsHere(PieceKey.SiloOf(this.GetPrimaryKeyString())))
        {
            return false;
        }

        _reports = this.GetStreamProvider(PieceStreams.Provider).GetStream<PieceReport>(PieceStreams.Reports, request.Job.JobId);
        _work = host.Start(request);
        Stand(_held || request.Held);
        _timer = this.RegisterGrainTimer(SendAsync, new GrainTimerCreationOptions(ReportPeriod, ReportPeriod) { KeepAlive = true });

        // What is new is told at once, not at the next tick; on the grain's own scheduler.
        var turns = TaskScheduler.Current;
        _work.Advanced = () => Task.Factory.StartNew(SendAsync, CancellationToken.None, TaskCreationOptions.None, turns).Unwrap();
        _ = _work.Completion.ContinueWith(_ => SendAsync(), turns).Unwrap();
        return true;
    }

    /// <summary>Sends what is new, one report after the other: where they do not get away as fast as they come, the newest is the next.</summary>
    private async Task SendAsync()
    {
        if (_sending)
        {
            return;
        }

        _sending = true;
        while (_work!.Report() is var report && !SaysTheSame(report))
        {
            _sent = report;
            if (report.State != PieceState.Running)
            {
                _timer?.Dispose();
            }

            try
            {
                await _reports!.OnNextAsync(report);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                LogReportLost(log, failure, report.Piece.JobId, report.Piece.Stage, report.Piece.Index); // the job will ask
            }
        }

        _sending = false;
    }

    private bool SaysTheSame(PieceReport report) =>
        _sent is not null && report with { Number = 0, WallSeconds = 0 } == _sent with { Number = 0, WallSeconds = 0 };
}
