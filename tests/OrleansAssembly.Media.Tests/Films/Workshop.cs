using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>All that makes a film, over a media root of its own.</summary>
internal sealed class Workshop : IDisposable
{
    /// <summary>As the real presets, but fast and small.</summary>
    public static readonly Preset Fast = new(
        "fast", "For tests.", "mp4", "libx264", ["-preset", "ultrafast", "-crf", "16", "-bf", "2", "-g", "{gop}", "-x264-params", "open-gop=0:threads=1"],
        2, "yuv420p", 320, 180, "aac", ["-b:a", "192k"], "m4a", "video/mp4");

    private readonly Dictionary<string, SourceFacts> _facts = [];
    private readonly Dictionary<string, string> _files = [];

    public Workshop()
    {
        var file = new FfmpegFile(Media.Runner, Media.Store);
        var build = new FfmpegBuild(Media.Runner);
        Encoder = new SegmentEncoder(file, build);
        Recorder = new SoundRecorder(file, build);
        Mixer = new SoundMixer(file, build, Recorder, Media.Runner);
        Joiner = new FilmJoiner(file, Encoder, Mixer);
        Verifier = new FilmVerifier(Media.Runner);
        Previews = new PreviewMaker(file);
    }

    public TestMedia Media { get; } = new();

    public SegmentEncoder Encoder { get; }

    public SoundRecorder Recorder { get; }

    public SoundMixer Mixer { get; }

    public FilmJoiner Joiner { get; }

    public FilmVerifier Verifier { get; }

    public PreviewMaker Previews { get; }

    public string Work => Media.Store.Work("job");

    public IReadOnlyDictionary<string, SourceFacts> Facts => _facts;

    public Footage Footage => new(_facts, _files);

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Makes a source with plain ffmpeg and probes it.</summary>
    public async Task<string> MakeAsync(string path, string arguments) => await ProbeAsync(Media.Make(path, arguments));

    /// <summary>Makes a source whose frames carry their numbers.</summary>
    public async Task<string> MarkedAsync(string path, int source, string rate, int frames, string arguments, string filter = "") => await MakeAsync(
        path,
        $"-f lavfi -i color=c=black:s=16x16:r={rate}:d=3600,format=yuv420p,{MarkedMedia.Mark(source)},scale=320:180:flags=neighbor,setsar=1{filter} -frames:v {frames} {arguments}");

    public async Task<string> ProbeAsync(string path)
    {
        var facts = await new SourceProber(Media.Runner, Media.Store).ProbeAsync(path, Cancel);
        Assert.True(facts.Problem is null, $"{path}: {facts.Problem?.Detail}");
        _facts[path] = facts.Value!;
        _files[path] = Media.Store.Resolve(path).Value!;
        return path;
    }

    /// <summary>Takes a file of the shared footage as a source.</summary>
    public async Task<string> TakeAsync(string footage) => await ProbeAsync(Media.Take(footage));

    /// <summary>Puts a stream without an index into a container with one, as a job does.</summary>
    public async Task RemuxAsync(string path)
    {
        var copy = Path.Combine(Directory.CreateDirectory(Work).FullName, "remuxed.mp4");
        _facts[path] = Ok(await new SourceNormalizer(Media.Runner, Media.Store, new SourceProber(Media.Runner, Media.Store)).RemuxAsync(_facts[path], copy, Cancel));
        _files[path] = copy;
    }

    public Film Cut(TimelineSpec spec)
    {
        var built = TimelineBuilder.Build(spec, _facts);
        Assert.True(built.Film is not null, string.Join('\n', built.Problems));
        return built.Film;
    }

    public Film Cut(string rate, params ShotSpec[] shots) => Cut(new TimelineSpec(rate, 320, 180, null, null, shots, null));

    /// <summary>All the way from a cut to a verified film.</summary>
    /// <param name="segmentSeconds">Short, so that there are many joints.</param>
    public async Task<string> FilmAsync(Film film, Preset? preset = null, string name = "film", int segmentSeconds = 1)
    {
        preset ??= Fast;
        var segments = SegmentPlanner.Plan(film, segmentSeconds);
        foreach (var segment in segments.Reverse())
        {
            Ok(await Encoder.EncodeAsync(Work, film, segment, Footage, preset, null, Cancel));
        }

        foreach (var run in SoundRecorder.Plan(film))
        {
            Ok(await Recorder.RecordAsync(Work, film, run, Footage, null, Cancel));
        }

        Ok(await Mixer.MixAsync(Work, film, Footage, preset, null, Cancel));
        var file = Path.Combine(Work, $"{name}.{preset.Extension}");
        Ok(await Joiner.JoinAsync(Work, film, StoryBuilder.Build(film, "A film = #1; \\o/", "project", _facts), segments, Footage, preset, file, null, Cancel));
        var verified = Ok(await Verifier.VerifyAsync(file, film, preset, Work, null, Cancel));
        Assert.Equal(film.Frames, verified.Frames);
        return file;
    }

    public static T Ok<T>(MediaResult<T> result)
    {
        Assert.True(result.Problem is null, $"{result.Problem?.Name}: {result.Problem?.Detail}");
        return result.Value!;
    }

    public void Dispose() => Media.Dispose();
}
