using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>Starts one piece of work on its silo, watches it and tells the job. Everything it knows can be lost: the job asks, hears that nobody knows, and gives the piece out again.</summary>
[LeasedSiloPlacement]
[ImplicitStreamSubscription(PieceStreams.Requests)]
public sealed partial class EncodingGrain(EncoderHost host, ILogger<EncodingGrain> log)
    : Grain, IEncodingGrain, IStreamSubscriptionObserver, IAsyncObserver<PieceRequest>
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMilliseconds(200);

    private RunningWork? _work;
    private IGrainTimer? _timer;
    private IAsyncStream<PieceReport>? _reports;
    private PieceReport? _sent;

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

    public Task<PieceAnswer> AskAsync(PieceRequest request) =>
        Task.FromResult(new PieceAnswer(_work is not null || Begin(request) ? _work!.Report() : null));

    public Task HoldAsync()
    {
        _work?.Hold();
        return Task.CompletedTask;
    }

    public Task ContinueAsync()
    {
        _work?.Continue();
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        if (_work is not null)
        {
            await _work.StopAsync();
        }

        DeactivateOnIdle();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_work is not null)
        {
            await _work.StopAsync();
            _work.Dispose();
        }
    }

    /// <summary>Starts the work; false where this is not the silo that lent a slot for it.</summary>
    private bool Begin(PieceRequest request)
    {
        if (!host.IsHere(PieceKey.SiloOf(this.GetPrimaryKeyString())))
        {
            return false;
        }

        _reports = this.GetStreamProvider(PieceStreams.Provider).GetStream<PieceReport>(PieceStreams.Reports, request.Job.JobId);
        _work = host.Start(request);
        _timer = this.RegisterGrainTimer(SendAsync, new GrainTimerCreationOptions(ReportPeriod, ReportPeriod) { KeepAlive = true });

        // The end is told at once, not at the next tick; on the grain's own scheduler.
        _ = _work.Completion.ContinueWith(_ => SendAsync(), TaskScheduler.Current).Unwrap();
        return true;
    }

    private async Task SendAsync()
    {
        var report = _work!.Report();
        if (report with { Number = 0, WallSeconds = 0 } == (_sent is null ? null : _sent with { Number = 0, WallSeconds = 0 }))
        {
            return;
        }

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
}
