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
    public void Order_IsAPermutation_WithEachSourceFirstAndShortOnesLast() => Make.Film.Sample(f =>
    {
        var segments = SegmentPlanner.Plan(f.Film, 2);
        var order = SegmentPlanner.Order(f.Film, segments);
        Assert.Equal(Enumerable.Range(0, segments.Count), order.Order());

        var tail = (int)(segments.Count * 0.15);
        var (body, last) = (order.SkipLast(tail).ToArray(), order.TakeLast(tail).ToArray());
        Assert.Equal(last.OrderByDescending(i => segments[i].Frames), last, (a, b) => segments[a].Frames == segments[b].Frames);
        Assert.True(tail == 0 || body.Min(i => segments[i].Frames) >= last.Max(i => segments[i].Frames));

        var sources = body.Select(i => f.Film.Shots[segments[i].Shot].Source).ToArray();
        Assert.Equal(sources.Distinct(), sources.Take(sources.Distinct().Count()));
    });

    [Fact]
    public void Order_SpreadsWhatIsFinished_OverTheTimeline()
    {
        var film = Film(25 * 1000);
        var order = SegmentPlanner.Order(film, SegmentPlanner.Plan(film, 1));
        foreach (var done in new[] { 20, 50, 100, 200, 400 })
        {
            // Of the first n segments each fifth of the film has about a fifth.
            foreach (var fifth in Enumerable.Range(0, 5))
            {
                Assert.InRange(order.Take(done).Count(i => i / 200 == fifth), (done / 5) - Math.Max(2, done / 5 * 0.45), (done / 5) + Math.Max(2, done / 5 * 0.45));
            }
        }
    }
}
