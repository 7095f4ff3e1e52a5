using System.Globalization;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Grains;

/// <summary>What to expect of a job before anything of it is probed: from its shots' in and out points, and the formats.</summary>
internal static class Outline
{
    /// <summary>Where a shot does not say how long it is, seconds.</summary>
    private const double UsualShot = 5;
    private const double UsualRate = 25;

    public static JobOutline Of(TimelineSpec? timeline, IReadOnlyList<string> presets)
    {
        var rate = timeline?.FrameRate is { } text && FrameRate.TryParse(text, out var exact) ? exact.Value.ToDouble() : UsualRate;
        var (width, height) = (timeline?.Width ?? 1920, timeline?.Height ?? 1080);
        var seconds = Math.Max(0.1, (timeline?.Shots ?? []).Sum(shot => Length(shot, rate)));
        var costs = presets.Select(name => Presets.Find(name) is { } preset ? SegmentCost.Expect(width, height, seconds * rate, preset) : 0);
        return new JobOutline(seconds, rate, (double)width * height, [.. costs]);
    }

    private static double Length(ShotSpec? shot, double rate)
    {
        var (from, to) = (shot?.In is null ? 0 : Moment(shot.In, rate), Moment(shot?.Out, rate));
        return from is { } start && to is { } end && end > start ? end - start : UsualShot;
    }

    /// <summary>Seconds of a time as people write it. A timecode counts at the source's rate, which is not known here: the film's is near enough.</summary>
    private static double? Moment(string? text, double rate)
    {
        if (text is null)
        {
            return null;
        }

        if (text.EndsWith('s'))
        {
            return double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
        }

        var parts = text.Split(':', ';').Select(part => double.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : double.NaN).ToArray();
        var moment = parts.Length == 4 ? (3600 * parts[0]) + (60 * parts[1]) + parts[2] + (parts[3] / rate) : double.NaN;
        return double.IsFinite(moment) ? moment : null;
    }
}
