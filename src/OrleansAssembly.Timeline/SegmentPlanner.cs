namespace OrleansAssembly.Timeline;

/// <summary>Cuts a film into pieces that are encoded independently.</summary>
public static class SegmentPlanner
{
    /// <summary>Cut at shots and at most every <paramref name="maxSeconds"/>: a shot of n frames in k segments is cut at <c>S + floor(n·j/k)</c>, never inside its dissolve. Covers every frame once, in order.</summary>
    public static IReadOnlyList<Segment> Plan(Film film, Rational maxSeconds) => throw new NotImplementedException();

    /// <summary>
    /// The order in which to encode, so that what is finished is at any time a fair sample of what is left, and no slot idles at the end:
    /// first one segment of each source, then golden-ratio order over the timeline; the shortest 15 % last, longest of them first. A permutation of the segments' indices.
    /// </summary>
    public static IReadOnlyList<int> Order(Film film, IReadOnlyList<Segment> segments) => throw new NotImplementedException();
}
