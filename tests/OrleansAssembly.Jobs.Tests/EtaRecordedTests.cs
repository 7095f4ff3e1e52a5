namespace OrleansAssembly.Jobs.Tests;

/// <summary>The estimate over real jobs that were recorded, each with what was learned of all the others, in the part between a tenth and nine tenths of its time.</summary>
public class EtaRecordedTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 2, 0.06, 0.2)] // films of less than a minute: most of the time goes into steps of which there is one each
    [InlineData(8, 2, 0.03, 0.1)]
    [InlineData(8, 4, 0.035, 0.16)]
    public void OnAQuietMachine_ItIsWithinAFewPercent(int times, int slots, double median, double most)
    {
        var samples = Run(slots, (job, index) => job.Longer(times, index).OnAQuietMachine(slots, index));

        Assert.InRange(At(samples, s => s.Error, 0.5), 0, median);
        Assert.InRange(At(samples, s => s.Error, 0.95), 0, most);
        Assert.InRange(samples.Average(s => s.Covered ? 1 : 0), 0.75, 0.97);
        Assert.All(samples.GroupBy(s => s.Job), job => Assert.True(At([.. job], s => s.Error, 0.5) < At([.. job], s => s.NaiveError, 0.5)));
    }

    [Fact]
    public void AsRecorded_OnABusyMachine_ItIsFarBetterThanByProgressAlone()
    {
        var samples = Run(2, (job, _) => job);

        Assert.True(At(samples, s => s.Error, 0.5) < 0.7 * At(samples, s => s.NaiveError, 0.5));
        Assert.True(At(samples, s => s.Error, 0.95) < 0.3 * At(samples, s => s.NaiveError, 0.95));
        Assert.InRange(samples.Average(s => s.Covered ? 1 : 0), 0.6, 0.97);
    }

    /// <summary>As in life: the first film finds nothing learned, each later one what those before have taught.</summary>
    [Fact]
    public void InTheOrderInWhichTheyWereMade_TheyTeachOneAnother()
    {
        var (prior, all) = (EtaPrior.Empty, new List<Sample>());
        foreach (var job in RecordedJob.Quiet)
        {
            var known = prior;
            var samples = Replay.Run(job, known, 2, end => prior = known.Learn(end, job.Presets)).Where(sample => sample.Counts).ToList();
            output.WriteLine($"{string.Join(' ', job.Presets)} {samples[0].Total:0} s: {Tell(samples)}");
            all.AddRange(samples);
        }

        output.WriteLine($"all: {Tell(all)}");
        Assert.InRange(At(all, s => s.Error, 0.5), 0, 0.045);
        Assert.InRange(At(all, s => s.Error, 0.95), 0, 0.12);
        Assert.InRange(all.Average(s => s.Covered ? 1 : 0), 0.75, 0.92);
        Assert.True(At(all, s => s.Error, 0.5) < 0.5 * At(all, s => s.NaiveError, 0.5));
        Assert.True(all.GroupBy(s => s.Job).Count(job => At([.. job], s => s.Error, 0.5) < At([.. job], s => s.NaiveError, 0.5)) >= 10); // of twelve: where segments cost alike, counting frames does well
    }

    /// <summary>Films are cut again from the same shots: what one of them cost is known before it is encoded once more.</summary>
    [Fact]
    public void AFilmThatIsCutAnew_IsForeknown()
    {
        var job = RecordedJob.Quiet[3];
        JobState? end = null;
        Replay.Run(job, EtaPrior.Empty, 2, state => end = state);
        double Worst(EtaPrior prior) => At(Replay.Run(job, prior, 2).Where(sample => sample.Counts).ToList(), sample => sample.Error, 0.95);

        var learned = EtaPrior.Empty.Learn(end!, job.Presets);
        Assert.NotEmpty(learned.Sources);
        Assert.InRange(Worst(learned), 0, 0.09);
        Assert.True(Worst(learned) < 0.8 * Worst(learned with { Sources = EtaPrior.Empty.Sources }), $"{Worst(learned)} {Worst(learned with { Sources = EtaPrior.Empty.Sources })}");
    }

    private List<Sample> Run(int slots, Func<RecordedJob, int, RecordedJob> of)
    {
        var jobs = RecordedJob.All.Select(of).ToList();
        var completed = jobs.Select(job =>
        {
            JobState? end = null;
            Replay.Run(job, EtaPrior.Empty, slots, state => end = state);
            return end!;
        }).ToList();
        var all = new List<Sample>();
        foreach (var (index, job) in jobs.Index())
        {
            var prior = Enumerable.Range(0, jobs.Count).Where(other => other != index).Aggregate(EtaPrior.Empty, (known, other) => known.Learn(completed[other], jobs[other].Presets));
            var samples = Replay.Run(job, prior, slots).Where(sample => sample.Counts).ToList();
            output.WriteLine($"{string.Join(' ', job.Presets)} {samples[0].Total:0} s: {Tell(samples)}");
            all.AddRange(samples);
        }

        output.WriteLine($"all: {Tell(all)}");
        return all;
    }

    private static string Tell(List<Sample> samples) =>
        $"median {At(samples, s => s.Error, 0.5):P1}, 95th {At(samples, s => s.Error, 0.95):P1}, naive {At(samples, s => s.NaiveError, 0.5):P1} / {At(samples, s => s.NaiveError, 0.95):P1}, covered {samples.Average(s => s.Covered ? 1 : 0):P0}";

    private static double At(List<Sample> samples, Func<Sample, double> of, double share) => samples.Select(of).Order().ElementAt((int)(share * (samples.Count - 1)));
}
