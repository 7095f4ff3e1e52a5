namespace OrleansAssembly.Timeline;

/// <summary>Cuts a film into pieces that are encoded independently.</summary>
public static class SegmentPlanner
{
    /// <summary>The part of the segments that is kept for the end.</summary>
    private const double TailShare = 0.15;

    /// <summary>The golden ratio's fractional part: multiples of it are spread as evenly over 0..1 as any sequence can be.</summary>
    private const double Golden = 0.6180339887498949;

    /// <summary>Cut at shots and at most every <paramref name="maxSeconds"/>: a shot of n frames in k segments is cut at <c>S + floor(n·j/k)</c>, never inside its dissolve. Covers every frame once, in order.</summary>
    /// <remarks>A dissolve longer than such a piece is one segment by itself, and only then a segment may be longer than <paramref name="maxSeconds"/>.</remarks>
    public static IReadOnlyList<Segment> Plan(Film film, Rational maxSeconds)
    {
        var most = Math.Max(1, (long)((Exact)maxSeconds * film.Rate.Value).Floor());
        var segments = new List<Segment>();
        foreach (var shot in film.Shots)
        {
            var start = shot.StartFrame;
            if (shot.DissolveFrames > shot.Frames / Pieces(shot.Frames))
            {
                start += shot.DissolveFrames;
                segments.Add(new(segments.Count, shot.Index, shot.StartFrame, start));
            }

            var frames = shot.EndFrame - start;
            var pieces = Pieces(frames);
            for (var j = 0L; j < pieces; j++)
            {
                segments.Add(new(segments.Count, shot.Index, start + (frames * j / pieces), start + (frames * (j + 1) / pieces)));
            }
        }

        return segments;

        long Pieces(long frames) => (frames + most - 1) / most;
    }

    /// <summary>
    /// The order in which to encode, so that what is finished is at any time a fair sample of what is left, and no slot idles at the end:
    /// first one segment of each source in each format, then golden-ratio order over the timeline with the formats of a segment side by side;
    /// the 15 % that are predicted to be the cheapest last, dearest of them first.
    /// </summary>
    /// <param name="film">The cut.</param>
    /// <param name="segments">Its segments.</param>
    /// <param name="costs">For each format the predicted cost of each segment, in any unit.</param>
    /// <returns>Each pair of a format and a segment once, as indices.</returns>
    public static IReadOnlyList<(int Format, int Segment)> Order(Film film, IReadOnlyList<Segment> segments, IReadOnlyList<IReadOnlyList<double>> costs)
    {
        var golden = segments.Select(segment => segment.Index).OrderBy(index => (index + 1) * Golden % 1)
            .SelectMany(segment => costs.Select((_, format) => (Format: format, Segment: segment)))
            .ToArray();
        var first = golden.DistinctBy(piece => (film.Shots[segments[piece.Segment].Shot].Source, piece.Format)).ToArray();
        var rest = golden.Except(first).ToArray();

        // Sorting is stable: of equally cheap ones the last in golden order are kept for the end, and they are spread over the timeline as well.
        var dearFirst = rest.OrderByDescending(piece => costs[piece.Format][piece.Segment]).ToArray();
        var tail = dearFirst[^Math.Min(rest.Length, (int)(golden.Length * TailShare))..];
        return [.. first, .. rest.Except(tail), .. tail];
    }
}
