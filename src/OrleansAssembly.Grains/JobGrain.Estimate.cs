using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>How a job comes to its estimate, and what others learn from it.</summary>
public sealed partial class JobGrain
{
    private EtaEstimator? _eta;
    private SlotOutlook _outlook = SlotOutlook.Unknown;
    private string _machine = "";

    private EtaEstimate Estimate(JobState state)
    {
        // The scheduler's word may be older than what it has lent since.
        var outlook = state.Running.Count > _outlook.Slots ? _outlook with { Slots = state.Running.Count } : _outlook;
        return _eta!.Next(state, outlook, time.GetUtcNow());
    }

    /// <summary>Reads what earlier jobs have cost, once it is known on what machines this one runs.</summary>
    private async Task KnowCostsAsync()
    {
        if (_outlook.Machine == _machine || store.IsAway)
        {
            return;
        }

        try
        {
            _eta!.Prior = await costs.GetAsync(_outlook.Machine).WaitAsync(Patience, time);
            _machine = _outlook.Machine;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogCostsAway(log, failure, Id); // read with a later wish
        }
    }

    private async Task LearnAsync(JobState ended)
    {
        if (ended.Status != JobStatus.Completed || _machine.Length == 0 || store.IsAway)
        {
            return;
        }

        try
        {
            await costs.LearnAsync(_machine, ended, _book!.Presets).WaitAsync(Patience, time);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogCostsAway(log, failure, Id); // a job less to learn from
        }
    }
}
