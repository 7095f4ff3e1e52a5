using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

/// <summary>Sources, cuts and rates for the tests.</summary>
internal static class Make
{
    public static readonly FrameRate Film24 = new(24000, 1001);
    public static readonly FrameRate Pal = new(25);
    public static readonly FrameRate Ntsc = new(30000, 1001);
    public static readonly FrameRate Ntsc60 = new(60000, 1001);

    public static readonly FrameRate[] Rates =
        [Film24, new(24), Pal, Ntsc, new(30), new(48000, 1001), new(50), Ntsc60, new(60), new(120), new(179, 6), new(8797, 1000), new(25, 2), new(1)];

    public static readonly Gen<FrameRate> Rate = Gen.OneOf(Rates);

    public static SourceFacts Source(string path, FrameRate rate, Rational duration, int channels = 2, string? startTimecode = null, int width = 1920, int height = 1080, int rotation = 0, Rational? aspect = null) => new(
        path, 1000, "0", "mov,mp4,m4a,3gp,3g2,mj2",
        new VideoFacts(0, "h264", width, height, aspect ?? 1, rotation, rate, false, rate.TimeOf(1), new(1, 90000), 0, duration, rate.FrameAt(duration), "yuv420p", false, "bt709", null, null, false, false),
        channels == 0 ? null : new AudioFacts(1, "aac", 48000, channels, 0, duration),
        startTimecode);

    public static SourceFacts Sound(string path, Rational duration) =>
        new(path, 1000, "0", "mp3", null, new AudioFacts(0, "mp3", 44100, 2, 0, duration), null);

    public static IReadOnlyDictionary<string, SourceFacts> Library(params SourceFacts[] sources) => sources.ToDictionary(s => s.Path);

    public static TimelineSpec Cut(string? rate, params ShotSpec[] shots) => new(rate, null, null, null, null, shots, null);

    public static Film Build(TimelineSpec spec, params SourceFacts[] sources)
    {
        var result = TimelineBuilder.Build(spec, Library(sources));
        Assert.Empty(result.Problems);
        return result.Film!;
    }

    /// <summary>Films of random length and dissolves with the sources that they need, at any rate, drop-frame too.</summary>
    public static readonly Gen<(Film Film, IReadOnlyDictionary<string, SourceFacts> Sources)> Film =
        from rate in Rate
        from drop in Gen.Bool
        from shots in Gen.Select(Gen.Int[1, 400], Gen.Int[0, 400], Gen.Int[0, 5], Gen.Int[0, 100_000]).List[1, 40]
        from sourceRates in Rate.Array[6]
        from starts in Gen.OneOf<string?>(null, "01:00:00:00", "09:58:30:00", "23:59:58:00", "00:01:00:00").Array[6]
        from channels in Gen.Int[0, 6].Array[6]
        select Cut(rate, drop && rate.CanDropFrame, shots, sourceRates, starts, channels);

    private static (Film, IReadOnlyDictionary<string, SourceFacts>) Cut(FrameRate rate, bool drop, List<(int Frames, int Dissolve, int Source, int In)> shots, FrameRate[] sourceRates, string?[] starts, int[] channels)
    {
        var sources = Library([.. sourceRates.Select((r, i) => Source($"reel {i}/härbour {i}.mov", r, 100_000, channels[i], starts[i]))]);
        var start = 0L;
        var cut = new List<Shot>();
        foreach (var (frames, dissolve, source, at) in shots)
        {
            var from = sourceRates[source].TimeOf(at % 1000);
            cut.Add(new(cut.Count, $"reel {source}/härbour {source}.mov", start, start + frames, from, from + rate.TimeOf(frames), $"{cut.Count:D3}", null, null, null, dissolve % 3 == 0 ? Math.Min(dissolve, frames) : 0));
            start += frames;
        }

        Assert.True(Timecode.TryParse("01:00:00:00", rate, drop, out var first, out _));
        return (new Film(rate, 1920, 1080, first, drop, cut, []), sources);
    }
}

/// <summary>Where the repository and the files beside it are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Shared => Path.Combine(Path.GetDirectoryName(Root)!, "shared");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansAssembly.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("No OrleansAssembly.sln above the tests.");
    }
}
