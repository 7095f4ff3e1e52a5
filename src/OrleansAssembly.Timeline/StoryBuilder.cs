using System.Globalization;

namespace OrleansAssembly.Timeline;

/// <summary>Tells a film as scenes and shots.</summary>
public static class StoryBuilder
{
    /// <summary>The story of a film. Neighbouring shots of the same scene are one scene; a run of shots without one is named <c>Scene N</c> for its place, or, where it is a single shot, after that shot.</summary>
    /// <param name="film">The cut.</param>
    /// <param name="title">Title of the film.</param>
    /// <param name="projectId">Project that it belongs to.</param>
    /// <param name="sources">What is known of the sources, by path; a shot whose source is not there has no tags.</param>
    public static Story Build(Film film, string title, string projectId, IReadOnlyDictionary<string, SourceFacts> sources)
    {
        var scenes = new List<StoryScene>();
        foreach (var run in Runs(film.Shots))
        {
            var (first, last) = (run[0], run[^1]);
            var name = !string.IsNullOrWhiteSpace(first.Scene) ? first.Scene : run.Count == 1 ? first.Name : string.Create(CultureInfo.InvariantCulture, $"Scene {scenes.Count + 1}");
            scenes.Add(new(
                name,
                first.StartFrame,
                last.EndFrame,
                film.Rate.TimeOf(first.StartFrame).ToDouble(),
                film.Rate.TimeOf(last.EndFrame - first.StartFrame).ToDouble(),
                [.. run.Select(shot => Tell(film, shot, sources.GetValueOrDefault(shot.Source)))]));
        }

        return new(title, projectId, film.Rate.ToString(), film.Frames, film.Duration.ToDouble(), Record(film, 0), scenes);
    }

    private static IEnumerable<List<Shot>> Runs(IReadOnlyList<Shot> shots)
    {
        var run = new List<Shot>();
        foreach (var shot in shots)
        {
            if (run.Count > 0 && run[^1].Scene != shot.Scene)
            {
                yield return run;
                run = [];
            }

            run.Add(shot);
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }

    private static StoryShot Tell(Film film, Shot shot, SourceFacts? facts)
    {
        var rate = facts?.Video?.Rate ?? film.Rate;
        var dropFrame = false;
        var first = 0L;
        if (facts?.StartTimecode is { } start && Timecode.TryParse(start, rate, out first, out var written, out _))
        {
            dropFrame = written;
        }

        return new(
            shot.Index,
            shot.Name,
            shot.Take,
            shot.Source,
            Timecode.Format(first + rate.FrameAt(shot.SourceIn), rate, dropFrame),
            Timecode.Format(first + rate.FrameAt(shot.SourceOut), rate, dropFrame),
            Record(film, shot.StartFrame),
            Record(film, shot.EndFrame),
            film.Rate.TimeOf(shot.Frames).ToDouble(),
            facts is null ? [] : [.. Tags(facts)]);
    }

    private static string Record(Film film, long frame) => Timecode.Format(film.StartFrame + frame, film.Rate, film.DropFrame);

    private static IEnumerable<string> Tags(SourceFacts facts)
    {
        if (facts.Video is { } video)
        {
            var (width, height) = FilmResolver.DisplaySize(video);
            yield return string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
            yield return string.Create(CultureInfo.InvariantCulture, $"{video.Rate.Value.ToDouble():0.###}fps");
            yield return video.Codec;
            yield return width > height ? "landscape" : width < height ? "portrait" : "square";
            if (video.PixelFormat.Contains("10", StringComparison.Ordinal) || video.PixelFormat.Contains("12", StringComparison.Ordinal))
            {
                yield return video.PixelFormat.Contains("10", StringComparison.Ordinal) ? "10-bit" : "12-bit";
            }

            if (video.ColorTransfer is "smpte2084" or "arib-std-b67")
            {
                yield return "hdr";
            }

            if (video.Interlaced)
            {
                yield return "interlaced";
            }

            if (video.VariableRate)
            {
                yield return "variable-rate";
            }
        }

        yield return facts.Audio?.Channels switch
        {
            null => "no-sound",
            1 => "mono",
            2 => "stereo",
            _ => "surround",
        };
    }
}
