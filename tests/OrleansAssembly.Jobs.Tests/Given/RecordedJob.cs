using System.Globalization;

namespace OrleansAssembly.Jobs.Tests;

/// <summary>A piece that was made.</summary>
/// <param name="Start">When it was lent a slot, seconds from the start of the job.</param>
/// <param name="End">When it was done.</param>
/// <param name="Cpu">What it cost, seconds.</param>
internal sealed record RecordedPiece(Stage Stage, int Index, double Start, double End, double Cpu);

/// <summary>A real job: what was planned, and when each piece was made.</summary>
internal sealed record RecordedJob(IReadOnlyList<string> Presets, WorkPlan Plan, int Sources, IReadOnlyList<RecordedPiece> Pieces)
{
    /// <summary>Of a machine that had other work.</summary>
    public static IReadOnlyList<RecordedJob> All { get; } = Read("recorded-jobs.csv");

    /// <summary>One after the other on a machine that had none, cut from the same eight shots.</summary>
    public static IReadOnlyList<RecordedJob> Quiet { get; } = Read("recorded-quiet-jobs.csv");

    /// <summary>
    /// The same pieces at their recorded cost, made one after the other on a machine whose slots yield a little more or less as time goes on, and otherwise does nothing else:
    /// how good an estimate can be is seen here, since nobody foretells what else a machine will be asked to do.
    /// </summary>
    /// <param name="slots">Pieces at a time.</param>
    /// <param name="seed">Of the fluctuations.</param>
    public RecordedJob OnAQuietMachine(int slots, int seed)
    {
        var random = new Random(seed);
        var encoded = Pieces.Where(piece => piece.Stage == Stage.Encode).ToList();
        var busy = encoded.Sum(piece => piece.Cpu) / encoded.Sum(piece => piece.End - piece.Start); // what a slot yielded when it was recorded
        var (made, free, at, drift) = (new List<RecordedPiece>(), new double[slots], 0.0, 0.0);
        foreach (var stage in Pieces.GroupBy(piece => piece.Stage).OrderBy(stage => stage.Key))
        {
            Array.Fill(free, at);
            foreach (var piece in stage.OrderBy(piece => piece.Index))
            {
                var slot = Array.IndexOf(free, free.Min());
                drift = (0.85 * drift) + (0.05 * ((2 * random.NextDouble()) - 1)); // about 6 % up and down
                var cpu = piece.Cpu > 0 ? piece.Cpu : (piece.End - piece.Start) * busy;
                var start = free[slot] + 0.05;
                free[slot] = start + 0.1 + (cpu / (0.9 * Math.Exp(drift)));
                made.Add(piece with { Start = start, End = free[slot] });
            }

            at = free.Max();
        }

        return this with { Pieces = made };
    }

    /// <summary>A film that is so many times as long, from the same sources: what a piece costs differs from one to the next.</summary>
    public RecordedJob Longer(int times, int seed)
    {
        var random = new Random(seed);
        var segments = Plan.Encode.Max(piece => piece.Segment) + 1;
        var encoded = Pieces.Where(piece => piece.Stage == Stage.Encode).ToDictionary(piece => piece.Index);
        var copies = Plan.Encode.Index().SelectMany(piece => Enumerable.Range(0, times).Select(copy =>
            (Piece: piece.Item with { Segment = piece.Item.Segment + (copy * segments) }, Made: encoded[piece.Index], By: Math.Exp(0.3 * (random.NextDouble() + random.NextDouble() - 1)))))
            .OrderBy(piece => (piece.Piece.Segment + 1) * 0.6180339887498949 % 1).ThenBy(piece => piece.Piece.Output).ToList();
        var first = copies.DistinctBy(piece => (piece.Piece.Source, piece.Piece.Output)).ToList();
        var tail = copies.Except(first).OrderByDescending(piece => piece.Piece.Cost).TakeLast(copies.Count * 15 / 100).ToList();
        var ordered = first.Concat(copies.Except(first).Except(tail)).Concat(tail).ToList();
        var others = Pieces.Where(piece => piece.Stage != Stage.Encode)
            .Select(piece => (Piece: piece, By: piece.Stage switch
            {
                Stage.Sound or Stage.Mix or Stage.Verify => times,
                Stage.Preview => (1 + times) / 2.0, // its length is bounded, the search for its pictures is not
                _ => 1,
            }))
            .Select(piece => piece.Piece with { Cpu = piece.Piece.Cpu * piece.By, End = piece.Piece.Start + ((piece.Piece.End - piece.Piece.Start) * piece.By) });
        return this with
        {
            Plan = Plan with { Frames = Plan.Frames * times, Encode = [.. ordered.Select(piece => piece.Piece)] },
            Pieces = [.. others, .. ordered.Select((piece, index) => piece.Made with { Index = index, Cpu = piece.Made.Cpu * piece.By })],
        };
    }

    private static List<RecordedJob> Read(string file)
    {
        var jobs = new List<RecordedJob>();
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Given", file)).Where(line => !line.StartsWith('#')).Select(line => line.Split(',')).ToList();
        for (var at = 0; at < lines.Count;)
        {
            var head = lines[at];
            var body = lines.Skip(at + 1).TakeWhile(line => line[0] != "job").ToList();
            at += 1 + body.Count;
            var made = body.Where(line => line[0] == "piece").ToList();
            var pieces = made.Select(line => new RecordedPiece(Enum.Parse<Stage>(line[1]), (int)Number(line[2]), Number(line[3]), Number(line[4]), Number(line[5]))).ToList();
            var encode = made.Where(line => line[1] == nameof(Stage.Encode)).OrderBy(line => Number(line[2]))
                .Select(line => new EncodePiece((int)Number(line[6]), (int)Number(line[7]), (int)Number(line[8]), Number(line[9]), (int)Number(line[10]))).ToList();
            var plan = new WorkPlan(
                (long)Number(head[3]), (int)Number(head[5]), (int)Number(head[6]), encode, Number(head[4]),
                [.. body.Where(line => line[0] == "source").Select(line => new SourceTraits(Number(line[1]), Number(line[2])))],
                [.. body.Where(line => line[0] == "output").Select(line => Number(line[1]))],
                [.. head[2].Split(';').Select(preset => preset.StartsWith("prores", StringComparison.Ordinal))]);
            jobs.Add(new RecordedJob(head[2].Split(';'), plan, pieces.Count(piece => piece.Stage == Stage.Probe), pieces));
        }

        return jobs;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
