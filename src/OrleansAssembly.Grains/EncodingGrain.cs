using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>Starts one piece of work on its silo, watches it and tells the job. Everything it knows can be lost: the job asks, hears that nobody knows, and gives the piece out again.</summary>
[LeasedSiloPlacement, OnEncoderSilos]
[ImplicitStreamSubscription(PieceStreams.Requests)]
public sealed partial class EncodingGrain(EncoderHost host, TimeProvider time, ILogger<EncodingGrain> log)
    : Grain, IEncodingGrain, IStreamSubscriptionObserver, IAsyncObserver<PieceRequest>
{
    private RunningWork? _work;
    private bool _held;
    private bool _over;

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<PieceRequest>().ResumeAsync(this);

    public Task OnNextAsync(PieceRequest item, StreamSequenceToken? token = null)
    {
        if (_work is not null)
        {
            _sent = null; // the same request again: the job has not heard the answer
            Tell();
        }
        else if (!Begin(item))
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

        _work = host.Start(request);
        Stand(_held || request.Held);
        TellFromNowOn(_work, request.Job.JobId);
        return true;
    }
}
