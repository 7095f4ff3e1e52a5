namespace OrleansAssembly.Jobs;

/// <summary>
/// Estimates how long a job still runs: a point and an interval that is meant to hold 8 times in 10. One for each job, in memory; all that it must know is in the job's state,
/// the rest (how busy the slots are, what was shown last) is measured again within seconds where the job wakes elsewhere.
/// <para>
/// What is shown goes down with the running time and follows a new reckoning within a few seconds. It jumps only where <see cref="EtaEstimate.Cause"/> says why; without a cause
/// it never moves by more than its own interval. While a job is paused it stands still.
/// </para>
/// Half-width of the interval: 1.28 standard deviations (80 % of a normal distribution), times a factor found on recorded jobs, and 2 % for what no model knows.
/// </summary>
/// <param name="presets">Of the job's outputs, in order.</param>
/// <param name="wakes">The job was estimated elsewhere before: what it showed there is not known here.</param>
public sealed class EtaEstimator(IReadOnlyList<string> presets, bool wakes = false)
{
    private const double Eighty = 1.28;
    private const double Calibration = 0.8;
    private const double Unknown = 0.02;

    /// <summary>So fast a new reckoning is followed: time constant, seconds.</summary>
    private const double Following = 4;

    /// <summary>Not reckoned again sooner, where only numbers changed: thousands of pieces may report.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>So long a cause is told.</summary>
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(5);

    /// <summary>How well it is known when it is the turn of a job that waits: standard deviation, as a share of the wait.</summary>
    private const double TurnSpread = 0.3;

    /// <summary>A turn that moves by more than this, and a fifth of the wait, is told as a cause. Seconds.</summary>
    private const double TurnTolerance = 5;

    private readonly SlotMeter _meter = new();
    private EtaEstimate? _last;
    private JobState? _state;
    private DateTimeOffset _at;
    private SlotOutlook _outlook = SlotOutlook.Unknown;
    private EtaPrior _prior = EtaPrior.Empty;
    private double _slots = 1;
    private double _turnAt;
    private DateTimeOffset _causeAt;
    private string? _cause;

    /// <summary>What earlier jobs have taught.</summary>
    public EtaPrior Prior
    {
        get => _prior;
        set => (_prior, _last) = (value, _state is { StartedAt: not null } ? _last : null);
    }

    /// <summary>Seconds of a slot that the job still needs, as of the last estimate.</summary>
    public double SlotSeconds { get; private set; }

    /// <summary>An estimate with no history.</summary>
    public static EtaEstimate Estimate(JobState state, int slots, DateTimeOffset now) => new EtaEstimator([]).Next(state, new SlotOutlook(slots), now);

    /// <summary>The estimate for the present. The same again for the same state and time.</summary>
    /// <param name="state">The job.</param>
    /// <param name="outlook">What it can count on.</param>
    /// <param name="now">Never goes back.</param>
    public EtaEstimate Next(JobState state, SlotOutlook outlook, DateTimeOffset now)
    {
        var elapsed = state.ElapsedSeconds(now);
        if (state.Ended)
        {
            (_last, _state, SlotSeconds) = (null, state, 0);
            return new EtaEstimate(0, 0, 0, elapsed);
        }

        if (_last is { } last && _state is { } before && !IsNews(state, before, outlook, now))
        {
            return last;
        }

        var estimate = Reckon(state, outlook, elapsed, now);
        (_state, _outlook, _at, _last) = (state, outlook, now, estimate);
        return estimate;
    }

    /// <summary>What was shown stays for a moment, and while the job is paused.</summary>
    private bool IsNews(JobState state, JobState before, SlotOutlook outlook, DateTimeOffset now) =>
        state.Status != before.Status
        || state.StagePosition != before.StagePosition
        || state.Attempt != before.Attempt
        || (state.Status != JobStatus.Paused && (now - _at >= Period || outlook != _outlook || state.Done.Count != before.Done.Count));

    private EtaEstimate Reckon(JobState state, SlotOutlook outlook, double elapsed, DateTimeOffset now)
    {
        var slots = Math.Max(0.1, outlook.Slots);
        var turn = state.Status == JobStatus.Running ? outlook.StartsIn ?? 0 : 0; // the running time goes on while others are served first
        if (state.Stage == Stage.Encode && state.Status == JobStatus.Running)
        {
            _meter.Note(state, turn > 0 ? 0 : slots, elapsed);
        }

        var (seconds, variance, slotSeconds) = new RemainingWork(state, _prior, presets, slots, _meter).Estimate();
        SlotSeconds = slotSeconds;
        seconds += turn;
        variance += Math.Pow(TurnSpread * turn, 2);
        var half = (Calibration * Eighty * Math.Sqrt(variance)) + (Unknown * seconds) + 0.2;
        var start = ExpectedStart(state, outlook, now);
        var jumps = Watch(state, slots, turn, elapsed, now);
        if (!jumps && _last is { } last && _state is { StartedAt: not null })
        {
            if (state.Status == JobStatus.Paused)
            {
                return last with { Elapsed = elapsed, Cause = null };
            }

            var passed = Math.Max(0, elapsed - last.Elapsed);
            var expected = Math.Max(0, last.Seconds - passed);
            var limit = Math.Min(half, (last.High - last.Low) / 2);
            seconds = expected + Math.Clamp((seconds - expected) * (1 - Math.Exp(-passed / Following)), -limit, limit);
        }

        var cause = state.Status != JobStatus.Paused && now - _causeAt < Told ? _cause : null;
        return new EtaEstimate(seconds, Math.Max(0, seconds - half), seconds + half, elapsed, cause, start);
    }

    /// <summary>Finds what changes an estimate at once, and not by and by. True where there is such a cause, or nothing was shown of this attempt.</summary>
    private bool Watch(JobState state, double slots, double turn, double elapsed, DateTimeOffset now)
    {
        if (_state is not { } before || before.Ended || before.Attempt != state.Attempt || (_last is null && state.StartedAt is null))
        {
            (_slots, _turnAt, _causeAt, _cause) = (slots, elapsed + turn, now, wakes && _state is null ? "estimated anew" : null);
            return true;
        }

        var later = turn - Math.Max(0, _turnAt - elapsed);
        var cause = state.Status == JobStatus.Paused ? null
            : before.Status == JobStatus.Paused ? "resumed"
            : Math.Abs(later) > TurnTolerance + (0.2 * turn) ? later > 0 ? "other jobs go first" : "its turn comes sooner"
            : state.Plan is not null && before.Plan is null ? $"planned {Count(state.Plan.Encode.Count, "piece")}"
            : (state.Pieces > 1 || state.Status == JobStatus.Pending) && Math.Abs(slots - _slots) > 0.2 * _slots ? $"{Count(slots, "slot")} instead of {Number(_slots)}"
            : state.Setbacks.Count > before.Setbacks.Count ? "a piece is tried again"
            : state.StagePosition == before.StagePosition && state.Running.Count + state.Done.Count < before.Running.Count + before.Done.Count ? "a piece is done again"
            : null;
        if (cause is null)
        {
            return false;
        }

        (_slots, _turnAt, _cause, _causeAt) = (slots, elapsed + turn, cause, now);
        return true;
    }

    /// <summary>Held while the forecast moves only a little, so that thousands who wait need not be told anew.</summary>
    private DateTimeOffset? ExpectedStart(JobState state, SlotOutlook outlook, DateTimeOffset now)
    {
        if (state.Status != JobStatus.Pending || outlook.StartsIn is not { } wait)
        {
            return null;
        }

        var start = now.AddSeconds(wait);
        var tolerance = 2 + (0.15 * wait);
        return _last?.ExpectedStart is { } told && Math.Abs((told - start).TotalSeconds) <= tolerance ? told : start;
    }

    private static string Count(double count, string what) => $"{Number(count)} {what}{(Math.Abs(count - 1) < 0.05 ? "" : "s")}";

    private static string Number(double count) => Math.Round(count, count < 10 ? 1 : 0).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
