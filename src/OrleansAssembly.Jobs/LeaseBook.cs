namespace OrleansAssembly.Jobs;

/// <summary>
/// The rules of lending encoder slots. Soft state only: a new book learns from what silos report and jobs say they hold, and lends nothing before.
/// <para>
/// A lease lives from its loan until the job returns it, or its silo is gone, or its job has been silent for <see cref="LeaseTerms.DemandExpires"/>, or neither silo nor job
/// has named it for <see cref="LeaseTerms.LeaseExpires"/>. What has ended never lives again. A silo may still run what has ended, or what no book that lives knows of:
/// such a slot is used, and nobody holds it. No slot is lent while those lent and those used otherwise are as many as the silo has.
/// </para>
/// <para>
/// What it cannot know are loans of an earlier book that are still on their way to a silo: so many pieces too many may be sent to the silo, where they wait for a slot.
/// </para>
/// Every <c>now</c> is the time since the book was opened and never goes back. Not safe for threads. A call costs the logarithm of the number of jobs,
/// <see cref="Sweep"/> their number. Measured, 2 cores: with 10,000 jobs waiting and 1,000 slots lent, a call that finds nothing free takes 1 µs, returning a slot and lending it again 10 µs.
/// </summary>
/// <param name="edition">Tells this book's leases from those of every other: chosen at random.</param>
public sealed class LeaseBook(long edition)
{
    private readonly LeaseIds _ids = new(edition);
    private readonly SlotQueue _queue = new();
    private readonly Dictionary<string, LendingSilo> _silos = [];
    private readonly Dictionary<Guid, Loan> _loans = [];
    private readonly Dictionary<Guid, TimeSpan> _returned = [];
    private readonly HashSet<string> _draining = [];
    private readonly HashSet<Guid> _ended = []; // of other books; an id of this book that is no loan has ended
    private HashSet<string> _active = [];
    private HashSet<string> _gone = [];
    private bool _warm;
    private QueueForecast? _forecast;
    private TimeSpan _forecastAt;

    /// <summary>Every lease that lives.</summary>
    public IEnumerable<SlotLease> Leases => _loans.Values.Select(loan => loan.Lease);

    /// <summary>Jobs that hold nothing yet.</summary>
    public int Waiting => _queue.Jobs.Count(job => job.Leases.Count == 0);

    /// <summary>Slots that can be lent: those of silos that stay.</summary>
    public int Slots => _silos.Values.Sum(silo => IsDraining(silo.Address) ? 0 : silo.Slots);

    /// <summary>Slots in which something runs, under whatever lease.</summary>
    public int BusySlots => _silos.Values.Sum(silo => silo.Lent + silo.Others.Count);

    /// <summary>Priority of a job that wants or holds slots; null of all others.</summary>
    public int? PriorityOf(string jobId) => _queue.Find(jobId)?.Claim.Priority;

    /// <summary>Whether the silo has reported and is not gone.</summary>
    public bool Knows(string silo) => _silos.TryGetValue(silo, out var known) && known.Reported;

    public bool IsDraining(string silo) => _draining.Contains(silo);

    /// <summary>
    /// Takes what a job wants, in place of what it wanted before, and the leases that it says it holds: its own live on, those of an earlier book are taken over.
    /// Answers what it can count on.
    /// </summary>
    public SlotOutlook Want(SlotClaim claim, IEnumerable<SlotLease> held, TimeSpan now)
    {
        var job = _queue.Put(claim);
        (job.Seen, job.Words) = (now, job.Words + 1);
        foreach (var lease in held)
        {
            if (_loans.TryGetValue(lease.Id, out var loan))
            {
                loan.Confirmed = loan.Lease == lease ? now : loan.Confirmed;
            }
            else if (_ids.IsForeign(lease.Id) && !_ended.Contains(lease.Id) && !_gone.Contains(lease.Silo))
            {
                Open(lease, job, now, job.Words - 1);
            }
        }

        Settle(job);
        return Foretell(job, now);
    }

    /// <summary>From a forecast that is made anew every second, or with thousands of jobs every some seconds: a call does not pay for it.</summary>
    private SlotOutlook Foretell(SlotJob job, TimeSpan now)
    {
        var forecast = Forecast(now, mustKnow: job.Claim.JobId);
        var passed = (now - _forecastAt).TotalSeconds;
        if (forecast.Of(job.Claim.JobId) is not { } turn)
        {
            return new SlotOutlook(1, Slots == 0 ? null : Math.Max(0, forecast.End - passed)); // it comes last until the next forecast
        }

        var outlook = OutlookOf(turn, job.Claim, passed);
        return job.BeganAt > _forecastAt ? outlook with { StartsIn = 0 } : outlook; // the forecast does not know yet
    }

    /// <summary>What a job could count on that came now, with a claim that nobody makes yet.</summary>
    public SlotOutlook Expect(SlotClaim claim) =>
        OutlookOf(new QueueForecast(Queued().Append(new QueuedJob(claim, 0)), Slots).Of(claim.JobId) ?? default, claim, 0);

    /// <summary>Seconds until all that runs or waits is done; 0 where nothing does, null where nobody can tell, since there are no slots.</summary>
    public double? SecondsToEmpty(TimeSpan now) => (_queue.Jobs.Count, Slots) switch
    {
        (0, _) => 0,
        (_, 0) => null,
        _ => Math.Max(0, Forecast(now).End - (now - _forecastAt).TotalSeconds),
    };

    private QueueForecast Forecast(TimeSpan now, string? mustKnow = null)
    {
        if (_forecast is null || now - _forecastAt > LeaseTerms.ForecastPeriod * (1 + (_queue.Jobs.Count / 500.0)) || (mustKnow is not null && _queue.Jobs.Count < 100 && _forecast.Of(mustKnow) is null))
        {
            (_forecast, _forecastAt) = (new QueueForecast(Queued(), Slots), now);
        }

        return _forecast;
    }

    private IEnumerable<QueuedJob> Queued() => _queue.Jobs.Select(queued => new QueuedJob(queued.Claim, queued.Leases.Count));

    private SlotOutlook OutlookOf(Turn turn, SlotClaim claim, double passed)
    {
        var share = QueueForecast.WorkOf(claim) / Math.Max(0.1, turn.End - Math.Max(passed, turn.Start));
        return new SlotOutlook(Math.Clamp(Math.Round(share, 1), 0.1, Math.Max(1, Slots)), Slots == 0 ? null : Math.Max(0, turn.Start - passed));
    }

    /// <summary>The job has done with a slot, or has no use for it.</summary>
    public void Return(Guid lease, TimeSpan now)
    {
        _returned[lease] = now;
        if (_loans.TryGetValue(lease, out var loan))
        {
            CloseUnused(loan);
            return;
        }

        if (_ids.IsForeign(lease))
        {
            _ended.Add(lease);
        }

        foreach (var silo in _silos.Values)
        {
            silo.Others.Remove(lease);
        }
    }

    /// <summary>Takes what a silo has and runs.</summary>
    public void Report(SiloSlots report, TimeSpan now)
    {
        if (_gone.Contains(report.Silo))
        {
            return; // it was on its way when the silo died
        }

        if (report.Draining)
        {
            _draining.Add(report.Silo);
        }

        var silo = SiloOf(report.Silo, now);
        (silo.Reported, silo.Slots, silo.Seen) = (true, report.Slots, now);
        silo.Others.Clear();
        foreach (var lease in report.Running)
        {
            if (_loans.TryGetValue(lease, out var loan) && loan.Lease.Silo == report.Silo)
            {
                loan.Confirmed = now;
            }
            else if (!_returned.TryGetValue(lease, out var since) || now - since > LeaseTerms.ReportLag)
            {
                silo.Others.Add(lease);
            }
        }
    }

    /// <summary>Takes what membership says: the silos to wait for after a start, and those that are gone for ever.</summary>
    public void Meet(IEnumerable<string> active, IEnumerable<string> gone)
    {
        (_active, _gone) = ([.. active], [.. gone]);
        foreach (var silo in _silos.Values.Where(silo => _gone.Contains(silo.Address)).ToList())
        {
            Drop(silo);
        }
    }

    /// <summary>Ends what has been silent for too long; every second.</summary>
    public void Sweep(TimeSpan now)
    {
        foreach (var silo in _silos.Values.Where(silo => now - silo.Seen > LeaseTerms.SiloExpires).ToList())
        {
            Drop(silo);
        }

        foreach (var job in _queue.Jobs.Where(job => now - job.Seen > LeaseTerms.DemandExpires).ToList())
        {
            Withdraw(job);
            foreach (var lease in job.Leases.ToList())
            {
                _silos[_loans[lease].Lease.Silo].Others.Add(lease); // it may still run: the next report tells
                Close(_loans[lease]);
            }
        }

        foreach (var loan in _loans.Values.Where(loan => now - loan.Confirmed > LeaseTerms.LeaseExpires).ToList())
        {
            CloseUnused(loan);
        }

        foreach (var lease in _returned.Where(entry => now - entry.Value > LeaseTerms.ReportLag).Select(entry => entry.Key).ToList())
        {
            _returned.Remove(lease);
        }
    }

    /// <summary>Lends what is free to those who are next, and answers the new leases, which their jobs must be told.</summary>
    public IReadOnlyList<SlotLease> Lend(TimeSpan now)
    {
        _warm = _warm || now > LeaseTerms.Warmup || (_active.Count > 0 && _active.All(Knows));
        if (!_warm || !_silos.Values.Any(silo => Lends(silo) && silo.Free > 0))
        {
            return []; // thousands may be waiting: they are looked at only when there is something to give
        }

        var lent = new List<SlotLease>();
        var offers = _silos.Values.Where(Lends).Select(silo => new SlotOffer(silo.Address, silo.Free)).ToList();
        while (_queue.Next(avoid => SlotPolicy.Choose(offers, avoid)) is var (job, silo))
        {
            var lease = new SlotLease(_ids.Next(), job.Claim.JobId, silo);
            Open(lease, job, now, job.Words);
            lent.Add(lease);
            var index = offers.FindIndex(offer => offer.Silo == silo);
            offers[index] = new SlotOffer(silo, offers[index].Free - 1);
        }

        return lent;
    }

    private bool Lends(LendingSilo silo) => silo.Reported && silo.Slots > 0 && !IsDraining(silo.Address);

    private LendingSilo SiloOf(string address, TimeSpan now)
    {
        if (!_silos.TryGetValue(address, out var silo))
        {
            _silos.Add(address, silo = new LendingSilo(address) { Seen = now });
        }

        return silo;
    }

    private void Open(SlotLease lease, SlotJob job, TimeSpan now, long words)
    {
        var silo = SiloOf(lease.Silo, now); // one that a job names before it reports has as long as any to do so
        silo.Lent++;
        silo.Others.Remove(lease.Id);
        _loans.Add(lease.Id, new Loan(lease, job, words) { Confirmed = now });
        _queue.Hold(job, lease.Id);
        job.BeganAt ??= now;
    }

    private void Close(Loan loan)
    {
        var id = loan.Lease.Id;
        _loans.Remove(id);
        _silos[loan.Lease.Silo].Lent--;
        _queue.Release(loan.Job, id);
        if (_ids.IsForeign(id))
        {
            _ended.Add(id);
        }

        Settle(loan.Job);
    }

    /// <summary>Ends a lease that was given back or lost. A job that has not said a word since it was lent wants nothing any more, or is gone: else it will say so again.</summary>
    private void CloseUnused(Loan loan)
    {
        if (!loan.Answered)
        {
            Withdraw(loan.Job);
        }

        Close(loan);
    }

    private void Drop(LendingSilo silo)
    {
        foreach (var loan in _loans.Values.Where(loan => loan.Lease.Silo == silo.Address).ToList())
        {
            Close(loan);
        }

        _silos.Remove(silo.Address);
    }

    private void Withdraw(SlotJob job)
    {
        _queue.Put(job.Claim with { Wanted = 0 });
        Settle(job);
    }

    private void Settle(SlotJob job)
    {
        if (job.Claim.Wanted == 0 && job.Leases.Count == 0)
        {
            _queue.Remove(job);
        }
    }
}
