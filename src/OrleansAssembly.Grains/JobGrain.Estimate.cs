using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>How a job comes to its estimate, and what others learn from it.</summary>
public sealed partial class JobGrain
{
    private EtaEstimator? _eta;
    private SlotOutlook _outlook = SlotOutlook.Unknown;
    private long _outlookAt;
    private string _machine = "";

    /// <summary>The estimate is reckoned so often where only numbers change: a thousand jobs that each report ten times a second are too many to reckon it for each report.</summary>
    private static readonly TimeSpan EstimatePeriod = TimeSpan.FromMilliseconds(500);

    private EtaEstimate? _estimate;
    private long _estimatedAt;

    /// <param name="state">The job.</param>
    /// <param name="anew">More than numbers changed: it is reckoned now. Else the last one may do, less what has passed since.</param>
    private EtaEstimate Estimate(JobState state, bool anew = false)
    {
        if (anew || _estimate is not { } last || time.GetElapsedTime(_estimatedAt) >= EstimatePeriod)
        {
            (_estimate, _estimatedAt) = (Reckon(state), time.GetTimestamp());
            return _estimate;
        }

        var passed = Math.Max(0, state.ElapsedSeconds(time.GetUtcNow()) - last.Elapsed);
        return last with { Seconds = Less(last.Seconds), Low = Less(last.Low), High = Less(last.High), Elapsed = last.Elapsed + passed };

        double Less(double seconds) => Math.Max(0, seconds - passed);
    }

    private EtaEstimate Reckon(JobState state)
    {
        // The scheduler's word may be older than what it has lent since.
        var outlook = _outlook with
        {
            Slots = Math.Max(_outlook.Slots, state.Running.Count),
            StartsIn = _outlook.StartsIn is { } wait ? Math.Max(0, wait - time.GetElapsedTime(_outlookAt).TotalSeconds) : null,
        };
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
