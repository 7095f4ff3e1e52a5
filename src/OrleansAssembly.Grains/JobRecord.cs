using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>
/// What is stored of a job, and the one place that writes it. Some things must be written before they count; the rest is written at once where the
/// store answers, and else as soon as it does: what it tells is found again by looking. A store that lost its last second is written to again.
/// </summary>
internal sealed partial class JobRecord(
    IPersistentState<JobEnvelope> job,
    IPersistentState<SpecEnvelope> asked,
    IPersistentState<PlanEnvelope> plan,
    StoreWatch store,
    TimeProvider time,
    ILogger log)
{
    /// <summary>So long a write may take before work, and what people see of it, goes on without it, where it can.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    /// <summary>The same for what must be written: a store that is only slow is waited for.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(10);

    /// <summary>So long the store may lose what it has acknowledged: its log is synced each second.</summary>
    private static readonly TimeSpan Syncs = TimeSpan.FromSeconds(3);

    // Kept apart from the storage's own, which reading replaces: what is taken meanwhile must not be lost with it.
    private readonly JobEnvelope _known = job.State;
    private readonly Guid _writer = Guid.NewGuid();
    private readonly (Guid Writer, long Revision) _found = (job.State.Writer, job.State.Revision);
    private Task<Saved> _writing = Task.FromResult(Saved.Written);
    private bool _askedWritten = true;
    private bool _planWritten = true;
    private long _writtenRevision = job.State.Revision;
    private long _begunAt;
    private long _writtenAt = time.GetTimestamp();
    private int _returns = store.Returns;

    private enum Saved
    {
        Written,
        Away,
        Overruled,
    }

    public JobSpec? Spec => asked.State.Spec;

    /// <summary>What was last written, or is waiting to be; null for a job that was never submitted.</summary>
    public JobState? State => _known.State;

    public DateTimeOffset WrittenAt => _known.WrittenAt;

    public ProgressReserve Reserved => _known.Reserved ?? ProgressReserve.None;

    /// <summary>There is something that the store has not got.</summary>
    public bool Behind => _known.Revision != _writtenRevision;

    /// <summary>The store has all that is known here, as far as can be told: no other activation has written since it last came back.</summary>
    public bool IsCurrent => !Behind && !store.IsAway && _returns == store.Returns;

    /// <summary>All is written, and the store will not forget it.</summary>
    public bool Settled => IsCurrent && time.GetElapsedTime(_writtenAt) > Syncs;

    /// <summary>The plan that belongs to the stored attempt; null where it is not made yet, or lost.</summary>
    public WorkPlan? PlanOf(JobState state) => plan.State.Attempt == state.Attempt ? plan.State.Plan : null;

    /// <summary>Writes what is asked for; false where the store is away.</summary>
    public async Task<bool> AskAsync(JobSpec spec)
    {
        asked.State.Spec = spec;
        return await WriteOverAsync(asked);
    }

    /// <summary>Writes a state that must last; false where the store is away, and then it did not happen.</summary>
    /// <exception cref="InconsistentStateException">The job lives elsewhere by now.</exception>
    public async Task<bool> SaveAsync(JobState next, ProgressReserve reserve)
    {
        var (state, reserved) = (_known.State, _known.Reserved);
        Take(next, reserve);
        if (await WriteAsync(LongPatience))
        {
            return true;
        }

        (_known.State, _known.Reserved) = (state, reserved);
        _known.Revision++; // the write that was given up may still arrive: it is written over, where there was anything before it
        return false;
    }

    /// <summary>Takes a state that need not last, and writes it where the store answers.</summary>
    /// <exception cref="InconsistentStateException">The job lives elsewhere by now.</exception>
    public Task<bool> OfferAsync(JobState next, ProgressReserve reserve)
    {
        Take(next, reserve);
        return WriteAsync(Patience);
    }

    /// <summary>Writes what the store has not got, or may have forgotten.</summary>
    /// <param name="patiently">Nobody can write it later.</param>
    /// <returns>True where it may have forgotten: what else is stored of the job is to be written again too.</returns>
    /// <exception cref="InconsistentStateException">The job lives elsewhere by now.</exception>
    public async Task<bool> CatchUpAsync(bool patiently = false)
    {
        var forgotten = _returns != store.Returns;
        if (State is not null && (Behind || forgotten))
        {
            await WriteAsync(patiently ? LongPatience : Patience);
        }

        return forgotten && !Behind;
    }

    /// <summary>Takes how long the job ran until now, to be written with the next <see cref="CatchUpAsync"/>.</summary>
    public void Note(JobState now) => Take(now, Reserved);

    /// <summary>Ends with the write that is on its way, or when that has taken too long.</summary>
    public Task RestAsync() => WithinAsync(Patience, _writing);

    /// <summary>Whether the store has a job here, though this activation found none when it woke: a write that was given up may have come late.</summary>
    public async Task<bool> IsThereAsync()
    {
        await job.ReadStateAsync();
        return job.State.State is not null;
    }

    public async Task ClearAsync()
    {
        _known.State = null;
        await plan.ClearStateAsync();
        await job.ClearStateAsync();
        await asked.ClearStateAsync();
    }

    private void Take(JobState next, ProgressReserve reserve)
    {
        if (next.Plan is { } made && !ReferenceEquals(made, plan.State.Plan))
        {
            (plan.State.Plan, plan.State.Attempt) = (made, next.Attempt);
            _planWritten = false;
        }

        (_known.State, _known.Reserved, _known.WrittenAt) = (next, reserve, time.GetUtcNow());
        (_known.Writer, _known.Revision) = (_writer, _known.Revision + 1);
    }

    private async Task<bool> WriteAsync(TimeSpan patience)
    {
        if (store.IsAway)
        {
            return false;
        }

        // One write at a time: where the store hangs, the next one waits for the answer to the last, and all together no longer than one.
        await WithinAsync(patience - time.GetElapsedTime(_begunAt), _writing);
        var saved = _writing.IsCompleted ? await _writing : Saved.Away;
        if (_writing.IsCompleted && saved != Saved.Overruled && (Behind || _returns != store.Returns))
        {
            _begunAt = time.GetTimestamp();
            saved = await WithinAsync(patience, _writing = WriteNowAsync());
        }

        return saved == Saved.Overruled
            ? throw new InconsistentStateException($"Another activation of job {State?.Id} has written since.")
            : !Behind;
    }

    private async Task<Saved> WithinAsync(TimeSpan patience, Task<Saved> writing)
    {
        try
        {
            return await writing.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time);
        }
        catch (TimeoutException)
        {
            return Saved.Away;
        }
    }

    private async Task<Saved> WriteNowAsync()
    {
        var returns = store.Returns;
        if (returns != _returns)
        {
            (_askedWritten, _planWritten) = (false, plan.State.Plan is null);
        }

        _askedWritten = _askedWritten || await WriteOverAsync(asked);
        _planWritten = _planWritten || await WriteOverAsync(plan);
        if (!_askedWritten || !_planWritten)
        {
            return Saved.Away;
        }

        try
        {
            _writtenRevision = await WriteJobAsync();
            (_writtenAt, _returns) = (time.GetTimestamp(), returns);
            return Saved.Written;
        }
        catch (InconsistentStateException)
        {
            return Saved.Overruled;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogAway(log, failure, State?.Id);
            return Saved.Away;
        }
    }

    /// <summary>Answers the revision that was written: another may have been taken meanwhile.</summary>
    private async Task<long> WriteJobAsync()
    {
        var revision = _known.Revision;
        try
        {
            job.State = _known;
            await job.WriteStateAsync();
        }
        catch (InconsistentStateException)
        {
            // Either another activation has written, or the store came back without its last second: then what is there is older than what is known here.
            await job.ReadStateAsync();
            var there = (job.State.Writer, job.State.Revision);
            var older = there.Writer == _writer || (_returns != store.Returns && (!job.RecordExists || there == _found));
            job.State = _known;
            if (!older)
            {
                throw;
            }

            revision = _known.Revision;
            await job.WriteStateAsync();
        }

        return revision;
    }

    /// <summary>Writes a record that never changes once it is made: whatever the store has of it, this is the same or better.</summary>
    private async Task<bool> WriteOverAsync<T>(IPersistentState<T> record)
    {
        try
        {
            try
            {
                await record.WriteStateAsync();
            }
            catch (InconsistentStateException)
            {
                var mine = record.State;
                await record.ReadStateAsync();
                record.State = mine;
                await record.WriteStateAsync();
            }

            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogAway(log, failure, State?.Id);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: the store did not take what was to be written; trying again.")]
    private static partial void LogAway(ILogger log, Exception failure, string? jobId);
}

/// <summary>What is stored of a job; a null state is one that was never written.</summary>
public sealed class JobEnvelope
{
    public JobState? State { get; set; }

    /// <summary>What may have been shown already: see <see cref="ProgressReserve"/>.</summary>
    public ProgressReserve? Reserved { get; set; }

    /// <summary>When it was written: the running time stands still until the job wakes again.</summary>
    public DateTimeOffset WrittenAt { get; set; }

    /// <summary>Which activation wrote it.</summary>
    public Guid Writer { get; set; }

    /// <summary>Grows with each write.</summary>
    public long Revision { get; set; }
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
