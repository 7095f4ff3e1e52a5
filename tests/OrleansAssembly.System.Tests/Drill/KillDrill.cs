using System.Diagnostics;
using System.Globalization;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests.Drill;

/// <summary>
/// Makes the same film again and again on a cluster of three servers, and does one thing to the cluster in each round, at a random moment.
/// Then it compares: nobody may be able to tell from the film, or from what they were told, that anything happened.
/// </summary>
internal sealed class KillDrill(SiloCluster cluster, int seed, Action<string> say)
{
    public const int Silos = 3;

    private const int Shots = 8;

    /// <summary>A round without an end by then is stuck.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Random _random = new(seed);
    private readonly List<Disturbance> _deck = [];

    private static JobSpec Film => Workplace.Long("Drill", Shots);

    public static async Task<IReadOnlyList<DrillRound>> RunAsync(int rounds, int seed, Action<string> say)
    {
        say(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}."));
        await using var cluster = await SiloCluster.StartAsync(Silos, segmentSeconds: 1, "--slots", "1");
        return await new KillDrill(cluster, seed, say).RunAsync(rounds);
    }

    private async Task<IReadOnlyList<DrillRound>> RunAsync(int rounds)
    {
        var film = await CalmAsync();

        var done = new List<DrillRound>();
        while (done.Count < rounds)
        {
            var round = await RoundAsync(film);
            done.Add(round);
            say(string.Create(CultureInfo.InvariantCulture, $"{done.Count}: {(round.IsGood ? "good" : "BAD")} {round}"));
        }

        say(DrillTable.Of(done));
        return done;
    }

    /// <summary>Makes the film undisturbed.</summary>
    private async Task<FinishedFilm> CalmAsync()
    {
        var started = Stopwatch.GetTimestamp();
        var job = await cluster.Any.SubmitAsync(Film);
        await cluster.Any.CompleteAsync(job);
        var time = Stopwatch.GetElapsedTime(started);
        var (film, starts) = (await FinishedFilm.FetchAsync(cluster.Any, job), cluster.Encodes.Of(job));
        Assert.Equal(starts.DistinctBy(start => start.File).Count(), starts.Count);
        say(string.Create(CultureInfo.InvariantCulture, $"Undisturbed: {time.TotalSeconds:F1} s, {film.Frames} frames, {starts.Count} segments."));
        return film;
    }

    private async Task<DrillRound> RoundAsync(FinishedFilm expected)
    {
        var (kind, moment, more) = (Draw(), Moment(), TimeSpan.FromMilliseconds(_random.Next(300)));
        var started = Stopwatch.GetTimestamp();
        var job = await Pick(cluster.Living).SubmitAsync(Film);
        await using var watch = cluster.Watch(job);
        await watch.FindAsync(moment, Limit);
        await Task.Delay(more, TimeProvider.System, TestContext.Current.CancellationToken); // or it would always be just behind a step
        var at = Stopwatch.GetElapsedTime(started);

        var struck = await new Blow(cluster, _random, job).StrikeAsync(kind);
        var end = await watch.FindAsync(JobWatch.Ended, Limit);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var next = watch.Told.FirstOrDefault(update => update.LastUpdate > struck.At);
        await struck.Repaired;

        var (identical, lost) = (false, (long)expected.Frames);
        var trouble = end switch
        {
            null => $"stuck: {watch.Last}",
            { Status: JobStatus.Completed } => null,
            _ => $"{end.Status}: {end.Error?.Detail}",
        };
        if (trouble is null)
        {
            var film = await FinishedFilm.FetchAsync(Pick(cluster.Living), job);
            (identical, lost) = (film.Sha256 == expected.Sha256, expected.Frames - film.Frames);
        }

        var (redone, unexplained) = Count(cluster.Encodes.Of(job), struck.Segments);
        var round = new DrillRound(
            kind, at.TotalSeconds, trouble, identical, lost, redone, unexplained, watch.Falls, watch.Repeats, (next?.LastUpdate - struck.At)?.TotalSeconds, seconds);
        if (!round.IsGood)
        {
            say($"Job {job}, struck at {struck.At:HH:mm:ss.fff} ({struck.What}), segments struck: {string.Join(' ', struck.Segments.Select(Path.GetFileName))}");
            say($"Encoded: {string.Join(' ', cluster.Encodes.Of(job).Select(start => $"{Path.GetFileName(start.File)[..5]}@{start.Server}{(start.WasMade ? "!" : "")}"))}");
            say(cluster.Excerpt(job));
        }

        if (end is null)
        {
            await cluster.Any.CommandAsync(job, "cancel"); // or it would share the slots of all later rounds
        }

        return round;
    }

    /// <summary>A segment may be encoded once, and once more where what encoded it was struck.</summary>
    private static (int Redone, int Unexplained) Count(IReadOnlyList<EncodeStart> starts, IReadOnlySet<string> struck)
    {
        var more = starts.GroupBy(start => start.File).Select(file => (File: file.Key, More: file.Count() - 1)).ToList();
        return (more.Sum(file => file.More), more.Sum(file => Math.Max(0, file.More - (struck.Contains(file.File) ? 1 : 0))));
    }

    /// <summary>A moment of the work and not of the clock, so that the same seed means the same on any machine. Encoding takes the most time, and so gets most of the moments.</summary>
    private Func<ProgressUpdate, bool> Moment()
    {
        const int Encoding = 6;
        var (encoding, part) = (_random.Next(10) < 6, _random.NextDouble());
        return update => encoding
            ? update.StepIndex > Encoding || (update.StepIndex == Encoding && update.StepProgress >= 100 * part)
            : update.Progress >= 65 * part;
    }

    /// <summary>All kinds in random order, then all again: in few rounds each has its turn.</summary>
    private Disturbance Draw()
    {
        if (_deck.Count == 0)
        {
            var kinds = Enum.GetValues<Disturbance>();
            _random.Shuffle(kinds);
            _deck.AddRange(kinds);
        }

        var kind = _deck[^1];
        _deck.RemoveAt(_deck.Count - 1);
        return kind;
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
