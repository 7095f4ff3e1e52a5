using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using Orleans.Streams;
using Orleans.Streams.Core;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains;

/// <summary>
/// One job: a shell around <see cref="JobStateMachine"/>. It lets the rules decide, writes the state, runs the effects and tells the watchers.
/// This part receives and answers; the others act and look after what was begun. Reports from the stream are hints: what is not heard of for a while is asked for.
/// </summary>
[ImplicitStreamSubscription(PieceStreams.Reports)]
public sealed partial class JobGrain(
    [PersistentState("job")] IPersistentState<JobEnvelope> job,
    [PersistentState("spec")] IPersistentState<SpecEnvelope> asked,
    [PersistentState("plan")] IPersistentState<PlanEnvelope> plan,
    StoreWatch store,
    JobCatalogue catalogue,
    CostBook costs,
    BoardPost board,
    ISiloStatusOracle membership,
    IOptions<JobOptions> options,
    TimeProvider time,
    ILogger<JobGrain> log) : Grain, IJobGrain, IStreamSubscriptionObserver, IAsyncObserver<PieceReport>
{
    private readonly Watchers _watchers = new(time, log);
    private JobRecord _record = null!; // made when the grain wakes, before anything is asked of it
    private JobState? _state;
    private ProgressBook? _book;

    private string Id => this.GetPrimaryKeyString();

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<PieceReport>().ResumeAsync(this);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _record = new JobRecord(job, asked, plan, store, time, log);
        if (_record is { State: { } stored, Spec: { } spec })
        {
            _state = JobStateMachine.Wake(stored, _record.PlanOf(stored), _record.WrittenAt, time.GetUtcNow());
            _eta = new EtaEstimator(ProgressBook.PresetsOf(spec), wakes: true);
            _book = ProgressBook.Reopen(spec, _state, Estimate(_state), _record.Reserved, time);
            MustEnter(Unentered.Change); // an earlier life may have been killed before it had entered one
            Watch();
        }

        return base.OnActivateAsync(cancellationToken);
    }

    /// <summary>What the store was too slow to take, and how long it ran, is written before anybody reads it elsewhere.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            if (_state is { RunningSince: not null })
            {
                _record.Note(_state);
            }

            await _record.CatchUpAsync(patiently: true);
        }
        catch (InconsistentStateException overruled)
        {
            LogOverruled(log, overruled, Id);
        }

        await ToldAsync();
        _watchers.Clear();
    }

    public async Task<CommandResult> SubmitAsync(JobSpec spec)
    {
        if (_state is null)
        {
            var timeline = spec.Type == JobType.Export ? await TimelineOfAsync(spec.SourceJobId!) : spec.Timeline;
            var book = new ProgressBook(spec, time);
            _eta = new EtaEstimator(book.Presets);
            var first = JobStateMachine.Create(Id, spec, SourcesOf(timeline), time.GetUtcNow(), Outline.Of(timeline, book.Presets), timeline?.Shots?.Count);
            var page = book.Turn(first, Estimate(first, anew: true), Occasion.Change);
            if (!await _record.AskAsync(spec) || !await catalogue.ExpectAsync(Id) || !await _record.SaveAsync(first, page.Reserve))
            {
                DeactivateOnIdle(); // what was given up may still arrive: the next activation sees
                return StoreAway;
            }

            (_state, _book) = (first, book);
            LogSubmitted(log, Id, spec.Type, spec.ProjectId!);
            Watch();
            Wanting.Ask();
            await Wanting.Done; // the first that is shown knows what slots there are and what earlier jobs took
            Show(_book.Turn(_state, Estimate(_state, anew: true), Occasion.Change), changed: true);
            await Summarising.Done;
        }

        return new CommandResult(_book!.Current(_state, Estimate(_state)), null);
    }

    public Task<JobDetails?> GetAsync() => Task.FromResult(_state is null ? null : _book!.Details(_state, Estimate(_state)));

    public Task<SegmentMap?> GetSegmentsAsync() => Task.FromResult(_state is null ? null : _book!.Segments(_state));

    public Task<JobSpec?> GetSpecAsync() => Task.FromResult(_state is null ? null : _record.Spec);

    public Task<ProgressUpdate?> GetProgressAsync() => Task.FromResult(_state is null ? null : _book!.Current(_state, Estimate(_state)));

    public Task<CommandResult> PauseAsync(PauseWish wish) => CommandAsync(new JobInput.Pause(wish.After == PauseAfter.Segment, wish.ResumeAt));

    public Task<CommandResult> ResumeAsync() => CommandAsync(new JobInput.Resume());

    public Task<CommandResult> CancelAsync() => CommandAsync(new JobInput.Cancel());

    public Task<CommandResult> RetryAsync() => CommandAsync(new JobInput.Retry());

    public async Task<CommandResult> DeleteAsync()
    {
        if (_state is null)
        {
            return new CommandResult(null, null);
        }

        if (!_state.Ended)
        {
            return Refusal(Problem.NotEnded);
        }

        if (store.IsAway)
        {
            return StoreAway;
        }

        await LookAfterNewsAsync();
        if (!_state.Outgoing.IsEmpty)
        {
            return StoreAway; // people would never be told of it
        }

        var last = _book!.Current(_state, Estimate(_state));
        await Summarising.Done; // what is on its way there must not come after
        await catalogue.RemoveAsync(Id);
        await GrainFactory.GetGrain<IProjectGrain>(_record.Spec!.ProjectId!).RemoveFilmAsync(Id);
        await Outbox.ForgetAsync();
        await _record.ClearAsync();
        _state = null;
        DeactivateOnIdle();
        return new CommandResult(last, null);
    }

    public Task<ProgressUpdate?> WatchAsync(IProgressObserver observer)
    {
        if (_state is not null)
        {
            _watchers.Add(observer);
        }

        return GetProgressAsync();
    }

    public Task<ProgressUpdate?> RenewWatchAsync(IProgressObserver observer) =>
        _state is not null && _watchers.Add(observer).Told is { } told ? Task.FromResult<ProgressUpdate?>(told) : GetProgressAsync();

    public Task UnwatchAsync(IProgressObserver observer)
    {
        _watchers.Remove(observer);
        return Task.CompletedTask;
    }

    public async Task LendAsync(Lease lease)
    {
        if (_state is null || !await ApplyAsync(new JobInput.SlotLent(lease.Id, lease.Silo)))
        {
            await Scheduler.ReturnAsync(lease.Id);
        }
    }

    public Task HearAsync(PieceNumbers numbers) => OnNextAsync(numbers.ToReport());

    /// <summary>Being called woke the grain, and with it the timer. A job that was expected, and is not there, is expected no more.</summary>
    public async Task TouchAsync()
    {
        if (_state is not null)
        {
            return;
        }

        if (!await _record.IsThereAsync())
        {
            await catalogue.RemoveAsync(Id);
        }

        DeactivateOnIdle();
    }

    public async Task OnNextAsync(PieceReport item, StreamSequenceToken? token = null)
    {
        if (_state is not null)
        {
            _heard[item.Piece.Attempt] = time.GetTimestamp();
            await ApplyAsync(new JobInput.Reported(item));
        }
    }

    public Task OnErrorAsync(Exception ex)
    {
        LogStreamFailed(log, ex, Id); // silent pieces are asked
        return Task.CompletedTask;
    }

    private static CommandResult StoreAway { get; } = Refusal(Problem.StoreUnavailable);

    private static CommandResult Refusal(Problem problem) => new(null, ProblemDetailsBody.Of(problem));

    private async Task<CommandResult> CommandAsync(JobInput input)
    {
        if (_state is null)
        {
            return new CommandResult(null, null);
        }

        var decision = JobStateMachine.Decide(_state, input, time.GetUtcNow());
        if (decision is Decision.Refused refused)
        {
            return Refusal(refused.Reason);
        }

        if (!await TakeAsync(input, (Decision.Accepted)decision))
        {
            return StoreAway;
        }

        await Task.WhenAll(ToldAsync(), Summarising.Done); // who asks for the list next finds it there
        return new CommandResult(_book!.Current(_state, Estimate(_state)), null);
    }

    private static int SourcesOf(TimelineSpec? timeline) => timeline is null ? 1 : TimelineBuilder.Sources(timeline).Count;

    private async Task<TimelineSpec?> TimelineOfAsync(string sourceJobId) => (await GrainFactory.GetGrain<IJobGrain>(sourceJobId).GetSpecAsync())?.Timeline;
}
