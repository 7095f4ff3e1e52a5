using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

public class SegmentPlannerTests
{
    [Fact]
    public void Segments_CoverEachFrameOnce_AndKeepTheirBounds() => Gen.Select(Make.Film, Gen.Int[1, 20_000], (f, ms) => (f.Film, Max: new Rational(ms, 1000))).Sample(t =>
    {
        var (film, max) = t;
        var most = Math.Max(1, (max * film.Rate.Value).Floor());
        var next = 0L;
        foreach (var (segment, index) in SegmentPlanner.Plan(film, max).Select((s, i) => (s, i)))
        {
            var shot = film.Shots[segment.Shot];
            Assert.Equal((index, next), (segment.Index, segment.StartFrame));
            Assert.True(segment.StartFrame >= shot.StartFrame && segment.EndFrame <= shot.EndFrame && segment.Frames > 0);
            Assert.True(segment.Frames <= most || (segment.StartFrame == shot.StartFrame && segment.Frames <= shot.DissolveFrames));
            Assert.False(segment.StartFrame > shot.StartFrame && segment.StartFrame < shot.StartFrame + shot.DissolveFrames, "A dissolve is cut.");
            next = segment.EndFrame;
        }

        Assert.Equal(film.Frames, next);
    });

    [Fact]
    public void Shot_IsCutEvenly() =>
        Assert.Equal([0, 83, 166, 250], SegmentPlanner.Plan(Film(250), 4).Select(s => s.StartFrame).Append(250));

    [Fact]
    public void LongDissolve_IsASegmentOfItsOwn() =>
        Assert.Equal([(0L, 130L), (130L, 190L), (190L, 250L)], SegmentPlanner.Plan(Film(250, 130), 4).Select(s => (s.StartFrame, s.EndFrame)));

    private static Film Film(int frames, int dissolve = 0) =>
        new(Make.Pal, 16, 16, 0, false, [new(0, "a", 0, frames, 0, Make.Pal.TimeOf(frames), "a", null, null, null, dissolve)], []);

    [Fact]
    public void Order_HasEachPieceOnce_EachSourceInEachFormatFirst_AndTheCheapestLast() => Gen.Select(Make.Film, Gen.Int[1, 3], Gen.Int[0, 1000]).Sample((f, formats, seed) =>
    {
        var segments = SegmentPlanner.Plan(f.Film, 2);
        var random = new Random(seed);
        var costs = Enumerable.Range(0, formats).Select(_ => segments.Select(s => Math.Round(s.Frames * random.NextDouble())).ToArray()).ToList();
        var order = SegmentPlanner.Order(f.Film, segments, costs);
        Assert.Equal(costs.SelectMany((_, format) => segments.Select(s => (format, s.Index))), order.Order());

        var kinds = order.Select(p => (f.Film.Shots[segments[p.Segment].Shot].Source, p.Format)).ToArray();
        var first = kinds.Distinct().Count();
        Assert.Equal(kinds.Distinct(), kinds.Take(first));

        var tail = Math.Min(order.Count - first, (int)(order.Count * 0.15));
        var (body, last) = (order.Skip(first).SkipLast(tail).Select(Cost).ToArray(), order.TakeLast(tail).Select(Cost).ToArray());
        Assert.Equal(last.OrderDescending(), last);
        Assert.True(tail == 0 || body.Length == 0 || body.Min() >= last.Max());

        double Cost((int Format, int Segment) piece) => costs[piece.Format][piece.Segment];
    });

    [Fact]
    public void Order_SpreadsWhatIsFinished_OverTheTimelineAndTheFormats()
    {
        var film = Film(25 * 1000);
        var segments = SegmentPlanner.Plan(film, 1);
        var costs = segments.Select(s => (double)s.Frames).ToArray();
        var order = SegmentPlanner.Order(film, segments, [costs, costs]);
        foreach (var done in new[] { 20, 50, 100, 200, 400 })
        {
            // Of the first pieces each fifth of the film has about a fifth in each format.
            foreach (var (format, fifth) in Enumerable.Range(0, 2).SelectMany(format => Enumerable.Range(0, 5).Select(fifth => (format, fifth))))
            {
                Assert.InRange(order.Take(2 * done).Count(p => p.Format == format && p.Segment / 200 == fifth), (done / 5) - Math.Max(2, done / 5 * 0.45), (done / 5) + Math.Max(2, done / 5 * 0.45));
            }
        }
    }
}
