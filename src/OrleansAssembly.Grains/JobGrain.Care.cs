using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>How a job looks after what was begun: nothing that is heard, or not heard, on the way is relied on.</summary>
public sealed partial class JobGrain
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>How often a job that waits repeats its wish: a scheduler that died is told again within this.</summary>
    private static readonly TimeSpan WaitingPeriod = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, long> _heard = []; // by attempt
    private IGrainTimer? _timer;

    /// <summary>The clock goes while there is anything to wait for.</summary>
    private void Watch()
    {
        var rests = _state switch
        {
            null => true,
            { Discarding: not null } or { Outgoing.IsEmpty: false } => false,
            { Ended: true } => true,
            { Status: JobStatus.Paused, Running.IsEmpty: true, ResumeAt: null } => true,
            _ => false,
        };
        if (!rests || _unentered != Unentered.Nothing || _wanted == Untold || (_state is not null && !_record.Settled))
        {
            _timer ??= this.RegisterGrainTimer(OnTickAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Tick) { KeepAlive = true });
        }
        else
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private async Task OnTickAsync()
    {
        if (_state is null)
        {
            return;
        }

        await ApplyAsync(new JobInput.TimePassed(options.Value.HoldLimit));
        await LookAfterPiecesAsync();
        await LookAfterNewsAsync();

        // Who holds slots says so each second; who only waits need not, and there may be thousands of those.
        var wanted = Wanted();
        if (!_state.Running.IsEmpty || wanted != _wanted || (wanted > 0 && time.GetElapsedTime(_wantedAt) > WaitingPeriod))
        {
            Wanting.Ask();
        }

        if (await UnlessOverruledAsync(_record.CatchUpAsync()))
        {
            MustEnter(Unentered.Change);
        }

        SummariseNowAndThen();
        Watch();
    }

    private async Task LookAfterPiecesAsync()
    {
        foreach (var attempt in _heard.Keys.Except(_state!.Running.Select(piece => piece.Attempt)).Where(attempt => attempt != _state.Discarding).ToList())
        {
            _heard.Remove(attempt);
        }

        foreach (var piece in _state.Running.Where(piece => IsGone(piece.Silo)))
        {
            await LoseAsync(piece);
        }

        var silent = _state.Running.Where(IsSilent).ToList();
        if (_state.Discarding is { } discarding)
        {
            silent.AddRange(new[] { new RunningPiece(0, discarding, Guid.Empty, EncoderHost.AnySilo) }.Where(IsSilent));
        }

        foreach (var (piece, answer) in await Task.WhenAll(silent.Select(AskAsync)))
        {
            // Another lease under the same number is the work of an earlier life of this job.
            if (answer is { Report: { } report } && report.LeaseId == piece.LeaseId)
            {
                await OnNextAsync(report);
            }
            else if (answer is not null)
            {
                await LoseAsync(piece);
            }
        }
    }

    private bool IsSilent(RunningPiece piece) => time.GetElapsedTime(_heard.GetValueOrDefault(piece.Attempt)) > options.Value.Silence;

    /// <summary>
    /// A piece that is silent: its grain knows where it is, or begins it now if the request was lost. No answer within a second says nothing:
    /// whether the silo lives is for the membership to tell.
    /// </summary>
    private async Task<(RunningPiece Piece, PieceAnswer? Answer)> AskAsync(RunningPiece piece)
    {
        var name = new PieceId(Id, piece.Attempt == _state!.Discarding ? Stage.Cleanup : _state.Stage, piece.Index, piece.Attempt);
        try
        {
            return (piece, await Encoder(name, piece.Silo).AskAsync(Request(name, new Lease(piece.LeaseId, piece.Silo))).WaitAsync(Patience, time));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogSilent(log, failure, Id, name.Stage, name.Index);
            return (piece, null);
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
}
