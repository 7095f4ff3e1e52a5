using Orleans.Storage;
using Orleans.Streams;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>What a job does to the world: writing, asking for slots and work, telling the watchers.</summary>
public sealed partial class JobGrain
{
    private static readonly TimeSpan SummaryPeriod = TimeSpan.FromSeconds(3);

    /// <summary>So long anybody else's answer is waited for: a silo that just died must not hold up the job.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>In place of what the scheduler was told last, where it may not know it.</summary>
    private const int Untold = -1;

    private long _wantedAt;
    private int _wanted;
    private Newest? _wanting;
    private long _summaryAt;
    private Unentered _unentered;
    private Newest? _summarising;

    /// <summary>What the catalogue does not know yet: each more than the one before.</summary>
    private enum Unentered
    {
        Nothing,
        Numbers,
        Change,
    }

    private ISlotSchedulerGrain Scheduler => GrainFactory.GetGrain<ISlotSchedulerGrain>(0);

    /// <summary>So long a command waits for those who watch: they hear of it before its caller, unless they are slow.</summary>
    private static readonly TimeSpan TellingLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>Decides and does; false where it was refused, or could not be written and so did not happen.</summary>
    private async Task<bool> ApplyAsync(JobInput input) =>
        JobStateMachine.Decide(_state!, input, time.GetUtcNow()) is Decision.Accepted accepted && await TakeAsync(input, accepted);

    /// <summary>Takes a decision: writes it first where it must last, lets children stand or go at once, then shows it and does the rest.</summary>
    private async Task<bool> TakeAsync(JobInput input, Decision.Accepted decision)
    {
        var (before, (next, effects, durable)) = (_state!, decision);
        var page = _book!.Turn(next, Estimate(next, anew: durable), durable ? Occasion.Change : input is JobInput.TimePassed ? Occasion.Clock : Occasion.Numbers);
        (next, durable) = WithProgressNews(next, page.Shown.Progress, durable);
        if (!await WriteAsync(input, next, page, durable))
        {
            (_eta, _estimate) = (new EtaEstimator(_book.Presets, wakes: true) { Prior = _eta!.Prior }, null); // it knows of what did not happen
            Watch();
            return false;
        }

        _state = next;
        await Task.WhenAll(effects.Where(IsUrgent).Select(RunAsync));
        Show(page, durable);
        if (next.Status != before.Status)
        {
            LogStatus(log, Id, next.Status, next.Problem?.Detail ?? "");
            await LearnAsync(next);
        }

        foreach (var effect in effects.Where(effect => !IsUrgent(effect)))
        {
            await RunAsync(effect);
        }

        if (durable)
        {
            Wanting.Ask();
            Watch();
        }

        return true;
    }

    private async Task<bool> WriteAsync(JobInput input, JobState next, ProgressPage page, bool durable)
    {
        if (durable && JobStateMachine.MustLast(_state!, input, next))
        {
            return await UnlessOverruledAsync(_record.SaveAsync(next, page.Reserve));
        }

        if (durable || page.NeedsReserve)
        {
            await UnlessOverruledAsync(_record.OfferAsync(next, page.Reserve));
        }

        return true;
    }

    /// <summary>Where another activation of the job has written, this one ends.</summary>
    private async Task<bool> UnlessOverruledAsync(Task<bool> writing)
    {
        try
        {
            return await writing;
        }
        catch (InconsistentStateException overruled)
        {
            LogOverruled(log, overruled, Id);
            DeactivateOnIdle();
            throw;
        }
    }

    private static bool IsUrgent(JobEffect effect) => effect is JobEffect.Hold or JobEffect.Continue or JobEffect.Stop;

    /// <summary>Waits, for as long as a caller would not notice, until all who watch have heard what was shown.</summary>
    private async Task ToldAsync()
    {
        try
        {
            await _watchers.ToldAsync().WaitAsync(TellingLimit, time);
        }
        catch (TimeoutException)
        {
            // They are told later.
        }
    }

    /// <summary>Nobody waits for the catalogue: a slow store must hold up neither numbers nor work.</summary>
    private void Show(ProgressPage page, bool changed)
    {
        if (page.Update is not { } update)
        {
            return;
        }

        _book!.Sent(page);
        _watchers.Tell(update);
        board.Post(update, _record.Spec!.ProjectId!);
        if (changed)
        {
            MustEnter(Unentered.Change);
            Summarising.Ask();
        }
        else
        {
            MustEnter(Unentered.Numbers);
            SummariseNowAndThen();
        }
    }

    private void MustEnter(Unentered what) => _unentered = what > _unentered ? what : _unentered;

    private void SummariseNowAndThen()
    {
        if (_unentered != Unentered.Nothing && time.GetElapsedTime(_summaryAt) > SummaryPeriod)
        {
            Summarising.Ask();
        }
    }

    /// <summary>Keeps the catalogue's line of this job up to date: only with what is written, since the job may live elsewhere by now. Else a later tick does it.</summary>
    private Newest Summarising => _summarising ??= new Newest(SummariseAsync);

    private async Task SummariseAsync()
    {
        await _record.RestAsync();
        if (_state is null || !_record.IsCurrent || _book!.Newest is null)
        {
            return;
        }

        var what = _unentered;
        try
        {
            (_summaryAt, _unentered) = (time.GetTimestamp(), Unentered.Nothing);
            var putting = what == Unentered.Change ? catalogue.PutAsync(_book.Summary(_state), owes: !_state.Outgoing.IsEmpty) : catalogue.PutNumbersAsync(_book.Newest);
            await putting.WaitAsync(Patience, time);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            MustEnter(what);
            LogCatalogueFailed(log, failure, Id);
        }
    }

    /// <summary>Slots that it has a use for: none where the next step must be written and cannot be.</summary>
    private int Wanted() => store.IsAway && JobStateMachine.NeedsStore(_state!) ? _state!.Running.Count : _state!.Wanted(time.GetUtcNow());

    /// <summary>Tells the scheduler what the job could use, one wish after the other. Work does not wait for the answer.</summary>
    private Newest Wanting => _wanting ??= new Newest(WantAsync);

    private async Task WantAsync()
    {
        if (_state is null)
        {
            return;
        }

        (_wantedAt, _wanted) = (time.GetTimestamp(), Wanted());
        try
        {
            var held = _state.Running.Select(piece => new Lease(piece.LeaseId, piece.Silo)).ToList();
            var asksForAll = _state.ClaimsAll && (_wanted > 0 || held.Count > 0);
            var work = _state.Claimed(_eta!.SlotSeconds, options.Value.HoldLimit, time.GetUtcNow());
            var demand = new SlotDemand(Id, _record.Spec!.ProjectId!, _state.Priority, _wanted, held, _state.Avoided(time.GetUtcNow()), work, Stands: _state.Status == JobStatus.Paused);
            var outlook = await Scheduler.WantAsync(demand).WaitAsync(Patience, time);
            (_outlook, _outlookAt) = (asksForAll ? outlook : _outlook with { Machine = outlook.Machine }, asksForAll ? time.GetTimestamp() : _outlookAt); // what it can count on when it goes on is another matter
            await KnowCostsAsync();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _wanted = Untold; // the next tick tells it again
            LogSchedulerSilent(log, failure, Id);
        }
    }

    private async Task RunAsync(JobEffect effect)
    {
        try
        {
            await (effect switch
            {
                JobEffect.Request request => RequestAsync(request.Piece, new Lease(request.LeaseId, request.Silo)),
                JobEffect.Hold hold => Encoder(hold.Piece, hold.Silo).HoldAsync().WaitAsync(Patience, time),
                JobEffect.Continue on => Encoder(on.Piece, on.Silo).ContinueAsync().WaitAsync(Patience, time),
                JobEffect.Stop stop => Encoder(stop.Piece, stop.Silo).StopAsync().WaitAsync(Patience * 3, time),
                JobEffect.Return back => Scheduler.ReturnAsync(back.LeaseId),
                JobEffect.Discard discard => RequestAsync(new PieceId(Id, Stage.Cleanup, 0, discard.Attempt), new Lease(Guid.Empty, EncoderHost.AnySilo)),
                JobEffect.Announce => HandOverAsync(),
                _ => throw new InvalidOperationException($"Nobody knows how to do {effect}."),
            });
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogEffectFailed(log, failure, Id, effect); // every effect is found missing by comparing, and done again
        }
    }

    private Task RequestAsync(PieceId piece, Lease lease)
    {
        _heard[piece.Attempt] = time.GetTimestamp();
        return this.GetStreamProvider(PieceStreams.Provider)
            .GetStream<PieceRequest>(PieceStreams.Requests, PieceKey.Of(piece, lease.Silo))
            .OnNextAsync(Request(piece, lease));
    }

    private PieceRequest Request(PieceId piece, Lease lease)
    {
        var spec = _record.Spec!;
        var header = new JobHeader(Id, spec.Type, spec.ProjectId!, spec.Title!, spec.SourceJobId, _book!.Presets);
        return new PieceRequest(piece, lease, header, piece.Stage == Stage.Encode ? _state!.Plan?.Encode[piece.Index] : null, _state!.Status == JobStatus.Paused);
    }

    private IEncodingGrain Encoder(PieceId piece, string silo) => GrainFactory.GetGrain<IEncodingGrain>(PieceKey.Of(piece, silo));
}
