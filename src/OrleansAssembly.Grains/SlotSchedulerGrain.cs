using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>
/// Lends encoder slots. Remembers nothing that it could not hear again: silos report what they have and run, jobs what they want and hold.
/// After a start it lends nothing before every active silo has reported, or a while has passed.
/// </summary>
public sealed class SlotSchedulerGrain(ISiloStatusOracle membership, TimeProvider time) : Grain, ISlotSchedulerGrain
{
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SiloExpires = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DemandExpires = TimeSpan.FromSeconds(60);

    /// <summary>A lease that neither its silo nor its job has confirmed for so long was lost on the way.</summary>
    private static readonly TimeSpan LeaseExpires = TimeSpan.FromSeconds(8);

    private readonly Dictionary<string, (SiloReport Report, long Seen)> _silos = [];
    private readonly Dictionary<string, (SlotDemand Demand, long Seen)> _demands = [];
    private readonly Dictionary<Guid, LentSlot> _leases = [];

    // A report on its way may still name a slot that was given back since: it must not come to life again.
    private readonly Dictionary<Guid, long> _returned = [];
    private long _started;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _started = time.GetTimestamp();
        this.RegisterGrainTimer(SweepAsync, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        return base.OnActivateAsync(cancellationToken);
    }

    public async Task<int> WantAsync(SlotDemand demand)
    {
        var now = time.GetTimestamp();
        foreach (var lease in demand.Held)
        {
            Confirm(lease, demand.JobId, now);
        }

        if (demand.Wanted == 0 && demand.Held.Count == 0)
        {
            _demands.Remove(demand.JobId);
        }
        else
        {
            _demands[demand.JobId] = (demand, now);
        }

        await LendAsync();
        var rivals = _demands.Values.Count(other => other.Demand.Priority >= demand.Priority && other.Demand.Wanted > 0);
        return Math.Max(1, Slots() / Math.Max(1, rivals));
    }

    public Task ReturnAsync(Guid leaseId)
    {
        _returned[leaseId] = time.GetTimestamp();
        return _leases.Remove(leaseId) ? LendAsync() : Task.CompletedTask;
    }

    public Task ReportAsync(SiloReport report)
    {
        var now = time.GetTimestamp();
        _silos[report.Silo] = (report, now);
        foreach (var running in report.Running)
        {
            Confirm(new Lease(running.LeaseId, report.Silo), running.JobId, now);
        }

        return LendAsync();
    }

    public Task<ClusterInfo> GetClusterAsync()
    {
        var silos = _silos.Values.OrderBy(silo => silo.Report.Name, StringComparer.Ordinal).Select(silo => new SiloInfo(
            silo.Report.Name,
            SiloAddress.FromParsableString(silo.Report.Silo).Endpoint.ToString(),
            silo.Report.Slots,
            [.. silo.Report.Running.Select(running => new SlotInfo(running.JobId, running.Piece))]));
        var holding = _leases.Values.Select(lease => lease.JobId).ToHashSet();
        return Task.FromResult(new ClusterInfo([.. silos], _demands.Keys.Count(job => !holding.Contains(job))));
    }

    private void Confirm(Lease lease, string jobId, long now)
    {
        if (!_returned.ContainsKey(lease.Id))
        {
            _leases[lease.Id] = new LentSlot(lease, jobId, now);
        }
    }

    private async Task LendAsync()
    {
        if (!IsWarm())
        {
            return;
        }

        var used = _leases.Values.GroupBy(lease => lease.Lease.Silo).ToDictionary(silo => silo.Key, silo => silo.Count());
        var free = _silos.Values.ToDictionary(silo => silo.Report.Silo, silo => silo.Report.Slots - used.GetValueOrDefault(silo.Report.Silo));
        if (free.Values.All(slots => slots <= 0))
        {
            return; // thousands may be waiting: they are looked at only when there is something to give
        }

        var held = _leases.Values.GroupBy(lease => lease.JobId).ToDictionary(job => job.Key, job => job.Count());
        var claims = _demands.Values
            .Select(entry => new SlotClaim(entry.Demand.JobId, entry.Demand.Owner, entry.Demand.Priority, entry.Demand.Wanted, held.GetValueOrDefault(entry.Demand.JobId)))
            .ToList();
        foreach (var grant in SlotPolicy.Assign(claims, free))
        {
            var lease = new Lease(Guid.NewGuid(), grant.Silo);
            _leases[lease.Id] = new LentSlot(lease, grant.JobId, time.GetTimestamp());
            await GrainFactory.GetGrain<IJobGrain>(grant.JobId).LendAsync(lease);
        }
    }

    private Task SweepAsync()
    {
        Remove(_silos, silo => time.GetElapsedTime(silo.Seen) > SiloExpires);
        Remove(_demands, demand => time.GetElapsedTime(demand.Seen) > DemandExpires);
        Remove(_returned, since => time.GetElapsedTime(since) > LeaseExpires);
        Remove(_leases, lease => !_silos.ContainsKey(lease.Lease.Silo) || time.GetElapsedTime(lease.Seen) > LeaseExpires);
        return LendAsync();

        static void Remove<TKey, TValue>(Dictionary<TKey, TValue> entries, Func<TValue, bool> gone)
            where TKey : notnull
        {
            foreach (var key in entries.Where(entry => gone(entry.Value)).Select(entry => entry.Key).ToList())
            {
                entries.Remove(key);
            }
        }
    }

    private bool IsWarm() =>
        time.GetElapsedTime(_started) > Warmup
        || membership.GetActiveSilos().All(silo => _silos.ContainsKey(silo.ToParsableString()));

    private int Slots() => _silos.Values.Sum(silo => silo.Report.Slots);

    private sealed record LentSlot(Lease Lease, string JobId, long Seen);
}
