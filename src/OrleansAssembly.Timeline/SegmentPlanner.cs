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
    /// first one segment of each source, then golden-ratio order over the timeline; the shortest 15 % last, longest of them first. A permutation of the segments' indices.
    /// </summary>
    public static IReadOnlyList<int> Order(Film film, IReadOnlyList<Segment> segments)
    {
        // Of equally long ones the last in golden order are kept for the end: they are spread over the timeline as well.
        var longFirst = segments.OrderByDescending(s => s.Frames).ThenBy(Key).ToArray();
        var kept = segments.Count - (int)(segments.Count * TailShare);
        var (body, tail) = (longFirst[..kept].OrderBy(Key).ToArray(), longFirst[kept..]);
        var first = body.DistinctBy(s => film.Shots[s.Shot].Source).ToArray();
        return [.. first.Concat(body.Except(first)).Concat(tail).Select(s => s.Index)];

        static double Key(Segment segment) => (segment.Index + 1) * Golden % 1;
    }
}
