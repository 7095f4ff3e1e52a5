using System.Globalization;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>
/// What a stream's packets say, measured as they go by in a bounded window: how many pictures are shown, when the first and the last, how far apart.
/// Headers lie about all of these: hidden pictures, edit lists, cut files, rates of 90000.
/// </summary>
internal sealed class PacketScan
{
    /// <summary>Packets come in decoding order; no codec reorders over more than 16 pictures, twice that with fields.</summary>
    private const int Window = 64;

    private readonly PriorityQueue<(long Pts, long Duration), long> _window = new();
    private readonly bool _mayHide;
    private (long Pts, long Duration)? _last;
    private long? _firstKey;

    /// <param name="mayHide">VP8 and VP9: a hidden picture has a packet of its own, at the time of the one behind it or a tick or two before.</param>
    public PacketScan(bool mayHide) => _mayHide = mayHide;

    /// <summary>Packets at all, shown or not.</summary>
    public long Packets { get; private set; }

    public long Pictures { get; private set; }

    /// <summary>Ticks.</summary>
    public long? First { get; private set; }

    /// <summary>Ticks: the end of what ends last.</summary>
    public long End { get; private set; } = long.MinValue;

    public long SmallestGap { get; private set; } = long.MaxValue;

    public long LargestGap { get; private set; }

    /// <summary>Time of the last picture.</summary>
    public long Last => _last?.Pts ?? First ?? 0;

    /// <summary>Reads a line of <c>packet=stream_index,pts,dts,duration,flags</c>.</summary>
    /// <returns>False for what is no packet (side data, empty lines).</returns>
    public static bool TryRead(string line, out int stream, out long? pts, out long duration, out bool key, out bool discarded)
    {
        (stream, pts, duration, key, discarded) = (0, null, 0, false, false);
        Span<Range> fields = stackalloc Range[7];
        var text = line.AsSpan();
        if (text.Split(fields, ',') < 5 || !int.TryParse(text[fields[0]], NumberStyles.None, CultureInfo.InvariantCulture, out stream))
        {
            return false;
        }

        // Old containers (AVI) give only decoding times.
        pts = Number(text[fields[1]]) ?? Number(text[fields[2]]);
        duration = Number(text[fields[3]]) ?? 0;
        key = text[fields[4]].Contains('K');
        discarded = text[fields[4]].Contains('D');
        return true;

        // A time beyond 2^56 ticks (25,000 years of 90 kHz) is noise, and would overflow what is reckoned from it.
        static long? Number(ReadOnlySpan<char> field) =>
            long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && Math.Abs((double)number) < 1L << 56 ? number : null;
    }

    /// <summary>Takes a packet in decoding order.</summary>
    public void Add(long? pts, long duration, bool key, bool discarded)
    {
        Packets++;
        if (_firstKey is null && key && pts is not null)
        {
            // What stands before the first keyframe cannot be decoded (a stream recorded from the air begins anywhere).
            _firstKey = pts;
            _window.Clear();
            (Pictures, First, _last, End, SmallestGap, LargestGap) = (0, null, null, long.MinValue, long.MaxValue, 0);
        }

        if (discarded || pts is not { } time || time < _firstKey)
        {
            return;
        }

        End = Math.Max(End, time + duration);
        _window.Enqueue((time, duration), time);
        if (_window.Count > Window)
        {
            Show(_window.Dequeue());
        }
    }

    public void Finish()
    {
        while (_window.TryDequeue(out var picture, out _))
        {
            Show(picture);
        }

        if (_last is { } last)
        {
            Pictures++;
            First ??= last.Pts;
            if (End <= last.Pts)
            {
                // No duration given for the last picture: as long as they were on average.
                End = last.Pts + (Pictures > 1 ? (last.Pts - First.Value) / (Pictures - 1) : 0);
            }
        }
    }

    /// <summary>A picture counts when the next one is known: only then it is clear whether it is shown at all.</summary>
    private void Show((long Pts, long Duration) picture)
    {
        if (_last is { } last)
        {
            var gap = picture.Pts - last.Pts;
            if (gap <= 0 || (_mayHide && gap <= 2 && gap < last.Duration / 4))
            {
                _last = gap < 0 ? _last : picture;
                return;
            }

            Pictures++;
            First ??= last.Pts;
            SmallestGap = Math.Min(SmallestGap, gap);
            LargestGap = Math.Max(LargestGap, gap);
        }

        _last = picture;
    }
}

/// <summary>Finds the frame rate that the packets were made at.</summary>
internal static class RateFinder
{
    private static readonly FrameRate[] Usual =
    [
        new(24000, 1001), new(24), new(25), new(30000, 1001), new(30), new(48), new(50), new(60000, 1001), new(60),
    ];

    /// <summary>For a single picture: what the header says, where that makes sense.</summary>
    public static FrameRate Single(params IEnumerable<FrameRate> headers) =>
        headers.FirstOrDefault(h => h.Value >= 1 && h.Value <= 240) is { Numerator: > 0 } told ? told : new FrameRate(25);

    /// <summary>For a constant distance of pictures. Rates that are 0.1 % apart (30 and 30000/1001) are told by the header where the packets allow both.</summary>
    public static FrameRate Constant(Rational measured, params IEnumerable<FrameRate> headers)
    {
        var fitting = headers.Where(h => Near(h.Value, measured, 1, 1000)).ToList();
        if (fitting.FirstOrDefault(Usual.Contains) is { Numerator: > 0 } told)
        {
            return told;
        }

        var nearest = Nearest(measured);
        return Near(nearest.Value, measured, 1, 1000) ? nearest
            : fitting.Count > 0 ? fitting[0]
            : new FrameRate(Rational.Max(new Rational((measured * 1000).Round(), 1000), new Rational(1, 1000)));
    }

    /// <summary>For pictures at uneven distances: the grid that they lie on where the header knows a usual one, else the nearest usual rate, else the nearest whole one.</summary>
    public static FrameRate Variable(Rational average, FrameRate? grid)
    {
        if (grid is { } lowest && Usual.Contains(lowest))
        {
            return lowest;
        }

        var nearest = Nearest(average);
        return Near(nearest.Value, average, 1, 10) ? nearest : new FrameRate((int)Math.Clamp(average.Round(), 1, 120));
    }

    private static FrameRate Nearest(Rational rate) => Usual.MinBy(u => Math.Abs((u.Value - rate).ToDouble()));

    private static bool Near(Rational a, Rational b, int numerator, int denominator)
    {
        var difference = a > b ? a - b : b - a;
        return difference <= b * new Rational(numerator, denominator);
    }
}
