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
