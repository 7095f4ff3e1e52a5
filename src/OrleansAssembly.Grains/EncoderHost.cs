using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains;

/// <summary>The encoder slots of this silo: runs pieces of work, never more at a time than there are slots, and reports to the scheduler.</summary>
public sealed partial class EncoderHost(
    IEnumerable<IPieceWork> works,
    IOptions<EncoderOptions> options,
    ILocalSiloDetails silo,
    IGrainFactory grains,
    TimeProvider time,
    ILogger<EncoderHost> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Stage, IPieceWork> _works = works.ToDictionary(work => work.Stage);
    private readonly ConcurrentDictionary<PieceId, RunningWork> _running = new();
    private readonly SemaphoreSlim _slots = new(Math.Max(1, options.Value.Slots));
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _address = silo.SiloAddress.ToParsableString();
    private Task _reporting = Task.CompletedTask;

    public bool IsHere(string address) => address == _address || address == AnySilo;

    /// <summary>Stands for the silo where none was lent: the work takes no slot.</summary>
    public const string AnySilo = "any";

    /// <summary>Begins a piece of work and returns at once. A silo that leaves gives it back.</summary>
    public RunningWork Start(PieceRequest request)
    {
        var work = new RunningWork(request, time);
        lock (_gate)
        {
            if (Draining)
            {
                work.Finish(PieceOutcome.GivenBack);
                return work;
            }

            _running[request.Piece] = work;
            work.Completion = Task.Run(() => RunAsync(work));
        }

        return work;
    }

    public void Participate(ISiloLifecycle observer)
    {
        observer.Subscribe(nameof(EncoderHost), ServiceLifecycleStage.Active, StartReportingAsync, StopReportingAsync);
        ParticipateInLeaving(observer);
    }

    public void Dispose()
    {
        _slots.Dispose();
        _stopping.Dispose();
        _leaving.Dispose();
        _hurry.Dispose();
    }

    private Task StartReportingAsync(CancellationToken cancel)
    {
        _reporting = Task.Run(ReportLoopAsync, cancel);
        return Task.CompletedTask;
    }

    private async Task StopReportingAsync(CancellationToken cancel)
    {
        await _stopping.CancelAsync();
        await _reporting;
    }

    private async Task RunAsync(RunningWork work)
    {
        var (piece, needsSlot) = (work.Request.Piece, work.Request.Lease.Id != Guid.Empty);
        var held = false;
        try
        {
            // The scheduler lends no more than there are; this holds even if it were mistaken.
            if (needsSlot)
            {
                await _slots.WaitAsync(work.Stopped);
                held = true;
            }

            await work.BeginAsync();
            LogBegun(log, piece.JobId, piece.Stage, piece.Index, piece.Attempt);
            Finish(await _works[piece.Stage].RunAsync(new PieceContext(work.Request, work.Advance), work.Stopped));
        }
        catch (OperationCanceledException) when (work.Stopped.IsCancellationRequested)
        {
            work.Finish(PieceOutcome.GivenBack);
        }
        catch (IOException full) when (FfmpegFile.IsDiskFull(full))
        {
            Finish(PieceOutcome.Failed(FfmpegFile.DiskFull()));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogFailed(log, failure, piece.JobId, piece.Stage, piece.Index);
            Finish(PieceOutcome.Failed(
                Problem.Of("internal-error", "Something unexpected went wrong", $"The stage {piece.Stage} failed in a way that nobody foresaw. Retry the job; the server's log tells more.", 500),
                transient: true));
        }
        finally
        {
            if (held)
            {
                _slots.Release();
            }

            _running.TryRemove(KeyValuePair.Create(piece, work)); // and not a later one of the same name
        }

        void Finish(PieceOutcome outcome) => work.Finish(outcome with { Problem = Place(outcome.Problem, work.Request) });
    }

    /// <summary>Which segment and output a problem is about, where a piece is about one.</summary>
    private static Problem? Place(Problem? problem, PieceRequest request)
    {
        var output = request.Piece.Stage switch
        {
            Stage.Encode => request.Detail?.Output,
            Stage.Join or Stage.Verify => request.Piece.Index,
            _ => null,
        };
        return problem is null ? null : problem with { Segment = request.Detail?.Segment + 1, Output = output is { } index ? request.Job.Presets[index] : null };
    }

    private async Task ReportLoopAsync()
    {
        var scheduler = grains.GetGrain<ISlotSchedulerGrain>(0);
        do
        {
            try
            {
                var running = _running.Values
                    .Where(work => work.Request.Lease.Id != Guid.Empty)
                    .Select(work => Tell(work))
                    .ToList();
                await scheduler.ReportAsync(new SiloReport(_address, silo.Name, options.Value.Slots, running, Draining, MachineKind.Here));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                LogReportFailed(log, failure);
            }
        }
        while (await WaitAsync());
    }

    private static RunningLease Tell(RunningWork work)
    {
        var (job, piece, (fraction, seconds)) = (work.Request.Job, work.Request.Piece, work.Progress());
        return new RunningLease(work.Request.Lease.Id, job.JobId, PieceId.Words(piece.Stage, piece.Index))
        {
            Title = job.Title,
            Step = StepList.Of(job.Type, piece.Stage).Name,
            Stage = piece.Stage,
            Fraction = Math.Round(fraction, 4),
            Seconds = Math.Round(seconds, 1),
        };
    }

    /// <summary>False where the silo stops. A silo that begins to leave says so at once.</summary>
    private async Task<bool> WaitAsync()
    {
        using var next = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, Draining ? CancellationToken.None : _leaving.Token);
        try
        {
            await Task.Delay(ReportPeriod, time, next.Token);
        }
        catch (OperationCanceledException)
        {
            // Something is to be said, or it is over.
        }

        return !_stopping.IsCancellationRequested;
    }
}
