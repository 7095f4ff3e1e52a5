using Orleans.Streams;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>What a job does to the world: writing, asking for slots and work, telling the watchers.</summary>
public sealed partial class JobGrain
{
    private static readonly TimeSpan SummaryPeriod = TimeSpan.FromSeconds(3);

    /// <summary>How often a job that waits repeats its wish: a scheduler that died is told again within this.</summary>
    private static readonly TimeSpan WaitingPeriod = TimeSpan.FromSeconds(5);

    private long _wantedAt;
    private long _summaryAt;
    private bool _summaryStale;

    /// <summary>Takes the next state: writes it first where it must last, then shows it.</summary>
    private async Task CommitAsync(JobState next, bool durable)
    {
        if (next.Plan is { } made && !ReferenceEquals(made, plan.State.Plan))
        {
            plan.State.Plan = made;
            plan.State.Attempt = next.Attempt;
            await plan.WriteStateAsync();
        }

        var eta = EtaEstimator.Estimate(next, Math.Max(_slots, next.Running.Count), time.GetUtcNow());
        var page = _book!.Turn(next, eta, durable);
        if (durable || page.NeedsReserve)
        {
            var (before, reserved) = (job.State.State, job.State.Reserved);
            job.State.State = next;
            job.State.Reserved = page.Reserve;
            job.State.WrittenAt = time.GetUtcNow();
            try
            {
                await job.WriteStateAsync();
            }
            catch
            {
                (job.State.State, job.State.Reserved) = (before, reserved); // what was not written did not happen
                throw;
            }
        }

        _state = next;
        if (page.Update is { } update)
        {
            _book.Sent(page);
            await TellAsync(update, changed: durable);
        }
    }

    private async Task TellAsync(ProgressUpdate update, bool changed)
    {
        await _observers.Notify(observer => observer.OnProgressAsync(update));
        await Board.PublishAsync(update, asked.State.Spec!.ProjectId!);
        _summaryStale = true;
        if (changed || time.GetElapsedTime(_summaryAt) > SummaryPeriod)
        {
            await SummariseAsync();
        }
    }

    /// <summary>Keeps the catalogue's line of this job up to date; a store that fails is tried again at the next tick.</summary>
    private async Task SummariseAsync()
    {
        try
        {
            _summaryAt = time.GetTimestamp();
            await catalogue.PutAsync(_book!.Summary(_state!));
            _summaryStale = false;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogCatalogueFailed(log, failure, Id);
        }
    }

    /// <summary>The clock goes while there is anything to wait for.</summary>
    private void Watch()
    {
        if (_state is null or { Ended: true, Discarding: null })
        {
            if (!_summaryStale)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
        else
        {
            _timer ??= this.RegisterGrainTimer(OnTickAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Tick) { KeepAlive = true });
        }
    }

    private async Task OnTickAsync()
    {
        if (_state is null)
        {
            return;
        }

        foreach (var piece in _state.Running.ToList())
        {
            if (IsGone(piece.Silo))
            {
                await LoseAsync(piece);
            }
            else if (time.GetElapsedTime(_heard.GetValueOrDefault(piece.Attempt)) > Silence)
            {
                await AskAsync(piece);
            }
        }

        if (_state.Discarding is { } attempt && time.GetElapsedTime(_heard.GetValueOrDefault(attempt)) > Silence)
        {
            await RunAsync(new JobEffect.Discard(attempt)); // the request, or the answer, was lost
        }

        if (!_state.Ended)
        {
            // Who holds slots says so each second; who only waits need not, and there may be thousands of those.
            if (!_state.Running.IsEmpty || time.GetElapsedTime(_wantedAt) > WaitingPeriod)
            {
                await WantAsync();
            }

            await CommitAsync(_state, durable: false); // elapsed time and ETA go on even while nothing reports
        }

        if (_summaryStale && time.GetElapsedTime(_summaryAt) > SummaryPeriod)
        {
            await SummariseAsync();
        }

        Watch();
    }

    /// <summary>A piece that is silent: its grain knows where it is, or nobody does and it must be given out again.</summary>
    private async Task AskAsync(RunningPiece piece)
    {
        var name = new PieceId(Id, _state!.Stage, piece.Index, piece.Attempt);
        PieceReport? report = null;
        try
        {
            report = await Encoder(name, piece.Silo).GetReportAsync();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogSilent(log, failure, Id, name.Stage, name.Index);
        }

        if (report is not null)
        {
            await OnNextAsync(report);
        }
        else if (_heard.TryAdd(piece.Attempt, time.GetTimestamp()))
        {
            return; // just given out, or just woken: the request may still be on its way
        }
        else
        {
            await LoseAsync(piece);
        }
    }

    private async Task LoseAsync(RunningPiece piece)
    {
        LogLost(log, Id, _state!.Stage, piece.Index, piece.Attempt);
        await ApplyAsync(new JobInput.Lost(piece.Attempt));
    }

    /// <summary>Whether the silo is dead, or of an earlier life of the cluster.</summary>
    private bool IsGone(string silo) =>
        membership.GetApproximateSiloStatus(SiloAddress.FromParsableString(silo)) is SiloStatus.Dead or SiloStatus.None;

    private async Task WantAsync()
    {
        _wantedAt = time.GetTimestamp();
        try
        {
            var held = _state!.Running.Select(piece => new Lease(piece.LeaseId, piece.Silo)).ToList();
            _slots = await Scheduler.WantAsync(new SlotDemand(Id, asked.State.Spec!.ProjectId!, _state.Priority, _state.Wanted, held));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _wantedAt = 0; // the next tick asks again
            LogSchedulerSilent(log, failure, Id);
        }
    }

    private async Task RunAsync(JobEffect effect)
    {
        try
        {
            switch (effect)
            {
                case JobEffect.Request request:
                    _heard[request.Piece.Attempt] = time.GetTimestamp();
                    await RequestAsync(request.Piece, new Lease(request.LeaseId, request.Silo));
                    break;
                case JobEffect.Return back:
                    await Scheduler.ReturnAsync(back.LeaseId);
                    break;
                case JobEffect.Stop stop:
                    await Encoder(stop.Piece, stop.Silo).StopAsync();
                    break;
                case JobEffect.Discard discard:
                    _heard[discard.Attempt] = time.GetTimestamp();
                    await RequestAsync(new PieceId(Id, Stage.Cleanup, 0, discard.Attempt), new Lease(Guid.Empty, EncoderHost.AnySilo));
                    break;
                case JobEffect.Announce:
                    await Board.NotifyAsync(_book!.Notification(_state!));
                    break;
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogEffectFailed(log, failure, Id, effect); // every effect is found missing by comparing, and done again
        }
    }

    private Task RequestAsync(PieceId piece, Lease lease)
    {
        var spec = asked.State.Spec!;
        var header = new JobHeader(Id, spec.Type, spec.ProjectId!, spec.Title!, spec.SourceJobId, _book!.Presets);
        var detail = piece.Stage == Stage.Encode ? _state!.Plan?.Encode[piece.Index] : null;
        return this.GetStreamProvider(PieceStreams.Provider)
            .GetStream<PieceRequest>(PieceStreams.Requests, PieceKey.Of(piece, lease.Silo))
            .OnNextAsync(new PieceRequest(piece, lease, header, detail));
    }

    private IEncodingGrain Encoder(PieceId piece, string silo) => GrainFactory.GetGrain<IEncodingGrain>(PieceKey.Of(piece, silo));
}
