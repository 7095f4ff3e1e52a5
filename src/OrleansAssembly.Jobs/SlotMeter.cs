namespace OrleansAssembly.Jobs;

/// <summary>
/// What a job's slots really yield while it encodes, over about the last quarter of a minute of running time: CPU seconds for each second that a piece holds a slot,
/// and the share of its slots that it really holds. Pauses do not count, since nothing is counted up in them; other work on the machines and the gaps between pieces do.
/// </summary>
internal sealed class SlotMeter
{
    private const double Memory = 20;

    /// <summary>So many seconds of a slot the expected value counts as.</summary>
    private const double Faith = 15;

    private double _cpu;
    private double _wall;
    private double _weightedCpu;
    private double _weightedWall;
    private double _elapsed = double.NaN;
    private double _held;
    private double _offered;

    /// <param name="state">The job, while it encodes.</param>
    /// <param name="slots">Slots that it should hold.</param>
    /// <param name="elapsed">Its running time.</param>
    public void Note(JobState state, double slots, double elapsed)
    {
        var (cpu, wall) = (state.Cost.Cpu + state.Running.Sum(piece => piece.CpuSeconds), state.Cost.Wall + state.Running.Sum(piece => piece.WallSeconds));
        var (newCpu, newWall) = (cpu - _cpu, wall - _wall);
        (_cpu, _wall) = (cpu, wall);
        if (newCpu >= 0 && newWall > 0) // else a piece was lost, and what it had done with it
        {
            var keep = Math.Exp(-newWall / (Memory * Math.Max(1, state.Running.Count)));
            (_weightedCpu, _weightedWall) = ((_weightedCpu * keep) + newCpu, (_weightedWall * keep) + newWall);
        }

        var passed = elapsed - _elapsed;
        _elapsed = elapsed;
        var useful = Math.Min(slots, state.Pieces - state.Done.Count);
        if (passed > 0 && passed < 60 && useful > 0)
        {
            var keep = Math.Exp(-passed / Memory);
            (_held, _offered) = ((_held * keep) + (passed * Math.Min(useful, state.Running.Count)), (_offered * keep) + (passed * useful));
        }
    }

    /// <summary>CPU seconds a second of a slot, 0.05 to 1.5.</summary>
    /// <param name="expected">Without any measurement.</param>
    public double Utilisation(double expected) => Math.Clamp((_weightedCpu + (Faith * expected)) / (_weightedWall + Faith), 0.05, 1.5);

    /// <summary>The share of its slots that a job really holds, 0.2 to 1.</summary>
    public double Occupancy => Math.Clamp((_held + (Faith * 0.99)) / (_offered + Faith), 0.2, 1);
}
