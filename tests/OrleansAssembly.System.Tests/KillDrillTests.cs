using OrleansAssembly.SystemTests.Drill;

namespace OrleansAssembly.SystemTests;

/// <summary>A short kill drill; a long one is run by hand, see <see cref="ByHand"/>.</summary>
public class KillDrillTests(ITestOutputHelper output)
{
    /// <summary>Each disturbance once.</summary>
    private static readonly int Rounds = Enum.GetValues<Disturbance>().Length;
    private const int Seed = 20260;

    /// <summary>Far above what is measured: a machine that does other things too must not fail it.</summary>
    private const double RecoverLimit = 30;

    [Fact]
    public async Task WhateverIsKilled_TheFilmIsTheSame_AndWatchersSeeNothingFallOrRepeat()
    {
        var rounds = await KillDrill.RunAsync(Rounds, Seed, output.WriteLine);
        Assert.Equal(Rounds, rounds.Count);
        Assert.All(rounds, round => Assert.True(round.IsGood, $"{round}"));
        Assert.All(rounds, round => Assert.True(round.Recover is not > RecoverLimit, $"{round}"));
        Assert.Equal(Enum.GetValues<Disturbance>(), rounds.Select(round => round.Kind).Distinct().Order());
    }
}
