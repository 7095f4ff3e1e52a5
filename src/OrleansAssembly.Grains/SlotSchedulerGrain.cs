using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>Lends encoder slots: a shell around <see cref="LeaseBook"/>. It stores nothing; where it died, another begins an empty book and hears everything again.</summary>
public sealed class SlotSchedulerGrain(ISiloStatusOracle membership, TimeProvider time) : Grain, ISlotSchedulerGrain
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    private readonly LeaseBook _book = new(Random.Shared.NextInt64());
    private readonly Dictionary<string, SiloReport> _reports = []; // for those who look
    private readonly long _opened = time.GetTimestamp();

    private TimeSpan Now => time.GetElapsedTime(_opened);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Meet();
        this.RegisterGrainTimer(SweepAsync, SweepPeriod, SweepPeriod);
        return base.OnActivateAsync(cancellationToken);
    }

    public async Task<SlotOutlook> WantAsync(SlotDemand demand)
    {
        var outlook = _book.Want(ClaimOf(demand), demand.Held.Select(lease => new SlotLease(lease.Id, demand.JobId, lease.Silo)), Now);
        await LendAsync();
        return outlook with { Machine = UsualMachine() };
    }

    public Task ReturnAsync(Guid leaseId)
    {
        _book.Return(leaseId, Now);
        return LendAsync();
    }

    public Task ReportAsync(SiloReport report)
    {
        _reports[report.Silo] = report;
        _book.Report(new SiloSlots(report.Silo, report.Slots, report.Draining, [.. report.Running.Select(running => running.LeaseId)]), Now);
        return LendAsync();
    }

    public Task<ClusterInfo> GetClusterAsync()
    {
        var silos = _reports.Values.Where(report => _book.Knows(report.Silo)).OrderBy(report => report.Name, StringComparer.Ordinal).Select(report => new SiloInfo(
            report.Name,
            SiloAddress.FromParsableString(report.Silo).Endpoint.ToString(),
            report.Slots,
            [.. report.Running.Select(Slot)],
            _book.IsDraining(report.Silo)));
        return Task.FromResult(new ClusterInfo([.. silos], _book.Waiting) { Slots = _book.Slots, BusySlots = _book.BusySlots });
    }

    public Task<QueueOutlook> GetQueueAsync() => Task.FromResult(new QueueOutlook(_book.Slots, _book.BusySlots, _book.SecondsToEmpty(Now)));

    public Task<SlotOutlook> ExpectAsync(SlotDemand demand) => Task.FromResult(_book.Expect(ClaimOf(demand)) with { Machine = UsualMachine() });

    private static SlotClaim ClaimOf(SlotDemand demand) => new(demand.JobId, demand.Owner, demand.Priority, demand.Wanted, demand.Avoid ?? [], demand.Work, demand.Stands);

    private SlotInfo Slot(RunningLease running) => new(running.JobId, running.Piece)
    {
        Title = running.Title,
        Step = running.Step,
        Stage = running.Stage,
        Fraction = running.Fraction,
        Seconds = running.Seconds,
        Priority = _book.PriorityOf(running.JobId),
    };

    private string UsualMachine() => _reports.Values.GroupBy(report => report.Machine).MaxBy(kind => kind.Sum(report => report.Slots))?.Key ?? "";

    private async Task LendAsync()
    {
        foreach (var lease in _book.Lend(Now))
        {
            await GrainFactory.GetGrain<IJobGrain>(lease.JobId).LendAsync(new Lease(lease.Id, lease.Silo));
        }
    }

    private Task SweepAsync()
    {
        Meet();
        _book.Sweep(Now);
        foreach (var silo in _reports.Keys.Where(silo => !_book.Knows(silo)).ToList())
        {
            _reports.Remove(silo);
        }

        return LendAsync();
    }

    private void Meet()
    {
        var silos = membership.GetApproximateSiloStatuses();
        _book.Meet(Of(SiloStatus.Active), Of(SiloStatus.Dead));

        IEnumerable<string> Of(SiloStatus status) => silos.Where(silo => silo.Value == status).Select(silo => silo.Key.ToParsableString());
    }
}
