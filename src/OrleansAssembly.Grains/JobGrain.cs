using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;
using Orleans.Utilities;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains;

/// <summary>
/// One job: a shell around <see cref="JobStateMachine"/>. It lets the rules decide, writes the state, runs the effects and tells the watchers.
/// Reports from the stream are hints: what is not heard of for a while is asked for.
/// </summary>
[ImplicitStreamSubscription(PieceStreams.Reports)]
public sealed partial class JobGrain(
    [PersistentState("job")] IPersistentState<JobEnvelope> job,
    [PersistentState("spec")] IPersistentState<SpecEnvelope> asked,
    [PersistentState("plan")] IPersistentState<PlanEnvelope> plan,
    JobCatalogue catalogue,
    ISiloStatusOracle membership,
    TimeProvider time,
    ILogger<JobGrain> log) : Grain, IJobGrain, IStreamSubscriptionObserver, IAsyncObserver<PieceReport>
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private readonly ObserverManager<IProgressObserver> _observers = new(WatchLease.Duration, log);
    private readonly Dictionary<int, long> _heard = []; // by attempt
    private JobState? _state;
    private ProgressBook? _book;
    private IGrainTimer? _timer;
    private int _slots = 1;

    private string Id => this.GetPrimaryKeyString();

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<PieceReport>().ResumeAsync(this);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (job.State.State is { } stored && asked.State.Spec is { } spec)
        {
            var woken = JobStateMachine.Wake(stored, job.State.WrittenAt, time.GetUtcNow());
            _state = woken with { Plan = plan.State.Attempt == stored.Attempt ? plan.State.Plan : null };
            _book = new ProgressBook(spec, job.State.Reserved ?? ProgressReserve.None, time);
            Watch();
        }

        return base.OnActivateAsync(cancellationToken);
    }

    public async Task<ProgressUpdate> SubmitAsync(JobSpec spec)
    {
        if (_state is null)
        {
            asked.State.Spec = spec;
            await asked.WriteStateAsync();
            var sources = spec.Type == JobType.Export
                ? await SourcesOfAsync(spec.SourceJobId!)
                : TimelineBuilder.Sources(spec.Timeline!).Count;
            _book = new ProgressBook(spec, ProgressReserve.None, time);
            await CommitAsync(JobStateMachine.Create(Id, spec, sources, time.GetUtcNow()), durable: true);
            LogSubmitted(log, Id, spec.Type, spec.ProjectId!);
            Watch();
            await WantAsync();
        }

        return _book!.Newest!;
    }

    public Task<JobDetails?> GetAsync() => Task.FromResult(_state is null ? null : _book!.Details(_state, Estimate()));

    public Task<JobSpec?> GetSpecAsync() => Task.FromResult(_state is null ? null : asked.State.Spec);

    public Task<ProgressUpdate?> GetProgressAsync() => Task.FromResult(_state is null ? null : _book!.Current(_state, Estimate()));

    public Task<CommandResult> PauseAsync() => CommandAsync(new JobInput.Pause());

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
            return new CommandResult(null, ProblemDetailsBody.Of(Problem.Of("not-ended", "The job's state forbids it", "Only an ended job can be deleted: cancel it first.", 409)));
        }

        var last = _book!.Current(_state, Estimate());
        await catalogue.RemoveAsync(Id);
        await GrainFactory.GetGrain<IProjectGrain>(asked.State.Spec!.ProjectId!).RemoveFilmAsync(Id);
        await plan.ClearStateAsync();
        await job.ClearStateAsync();
        await asked.ClearStateAsync();
        _state = null;
        DeactivateOnIdle();
        return new CommandResult(last, null);
    }

    public Task<ProgressUpdate?> WatchAsync(IProgressObserver observer)
    {
        if (_state is not null)
        {
            _observers.Subscribe(observer, observer);
        }

        return GetProgressAsync();
    }

    public Task UnwatchAsync(IProgressObserver observer)
    {
        _observers.Unsubscribe(observer);
        return Task.CompletedTask;
    }

    public async Task LendAsync(Lease lease)
    {
        if (_state is null || await ApplyAsync(new JobInput.SlotLent(lease.Id, lease.Silo)) is not Decision.Accepted)
        {
            await Scheduler.ReturnAsync(lease.Id);
        }
    }

    public Task TouchAsync() => Task.CompletedTask; // being called woke the grain, and with it the timer

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

    private ISlotSchedulerGrain Scheduler => GrainFactory.GetGrain<ISlotSchedulerGrain>(0);

    private IBoardGrain Board => GrainFactory.GetGrain<IBoardGrain>(0);

    private async Task<CommandResult> CommandAsync(JobInput input)
    {
        if (_state is null)
        {
            return new CommandResult(null, null);
        }

        return await ApplyAsync(input) is Decision.Refused refused
            ? new CommandResult(null, ProblemDetailsBody.Of(refused.Reason))
            : new CommandResult(_book!.Newest ?? _book.Current(_state, Estimate()), null);
    }

    private async Task<Decision> ApplyAsync(JobInput input)
    {
        var before = _state!;
        var decision = JobStateMachine.Decide(before, input, time.GetUtcNow());
        if (decision is Decision.Accepted(var next, var effects, var durable))
        {
            await CommitAsync(next, durable);
            if (next.Status != before.Status)
            {
                LogStatus(log, Id, next.Status, next.Problem?.Detail ?? "");
                Watch();
            }

            foreach (var effect in effects)
            {
                await RunAsync(effect);
            }

            if (durable)
            {
                await WantAsync();
            }
        }

        return decision;
    }

    private EtaEstimate Estimate() => EtaEstimator.Estimate(_state!, Math.Max(_slots, _state!.Running.Count), time.GetUtcNow());

    private async Task<int> SourcesOfAsync(string sourceJobId) =>
        await GrainFactory.GetGrain<IJobGrain>(sourceJobId).GetSpecAsync() is { Timeline: { } timeline } ? TimelineBuilder.Sources(timeline).Count : 1;
}

/// <summary>What is stored of a job; a null state is one that was never written.</summary>
public sealed class JobEnvelope
{
    public JobState? State { get; set; }

    /// <summary>What may have been shown already: see <see cref="ProgressReserve"/>.</summary>
    public ProgressReserve? Reserved { get; set; }

    /// <summary>When it was written: the running time stands still until the job wakes again.</summary>
    public DateTimeOffset WrittenAt { get; set; }
}

/// <summary>What was asked for: written once.</summary>
public sealed class SpecEnvelope
{
    public JobSpec? Spec { get; set; }
}

/// <summary>How much work there is: written once an attempt, since it may be large.</summary>
public sealed class PlanEnvelope
{
    public int Attempt { get; set; }

    public WorkPlan? Plan { get; set; }
}
