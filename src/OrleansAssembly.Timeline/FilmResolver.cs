namespace OrleansAssembly.Timeline;

/// <summary>Resolves one cut, free of mistakes of form, against its sources.</summary>
internal sealed class FilmResolver(TimelineSpec spec, IReadOnlyDictionary<string, SourceFacts> sources)
{
    private readonly List<FieldProblem> _problems = [];

    public FilmResult Resolve()
    {
        var specs = spec.Shots!;
        var takes = specs.Select(Material).ToArray();
        if (Rate() is not { } rate)
        {
            return new(null, _problems);
        }

        _problems.AddRange(SpecCheck.Counting(spec, rate));
        if (_problems.Count > 0)
        {
            return new(null, _problems);
        }

        var shots = Shots(takes, rate);
        Dissolves(shots, rate);
        var dropFrame = DropFrame(rate);
        var start = Start(rate, dropFrame);
        var frames = shots[^1].EndFrame;
        if (start + frames >= Timecode.FramesOfDay(rate, dropFrame))
        {
            Add("timeline.startTimecode", $"The film starts at {Timecode.Format(start, rate, dropFrame)}, is {SecondsText.Show(rate.TimeOf(frames))} long and would pass midnight, where timecode starts again; let it start earlier or cut it into reels.");
        }

        var audio = Sounds(rate.TimeOf(frames));
        if (_problems.Count > 0)
        {
            return new(null, _problems);
        }

        var (width, height) = DisplaySize(takes[0]!.Video);
        return new(new Film(rate, spec.Width ?? width, spec.Height ?? height, start, dropFrame, shots, audio), []);
    }

    /// <summary>What a player shows: coded pixels widened by their aspect, turned, made even, within the bounds of a film.</summary>
    public static (int Width, int Height) DisplaySize(VideoFacts video)
    {
        var aspect = video.SampleAspect > Rational.Zero ? video.SampleAspect : 1;
        var (width, height) = (video.Width * aspect, (Rational)video.Height);
        return video.Rotation is 90 or 270 ? (Even(height), Even(width)) : (Even(width), Even(height));

        static int Even(Rational pixels) => (int)Math.Clamp((pixels / 2).Round() * 2, TimelineLimits.MinSize, TimelineLimits.MaxSize);
    }

    /// <summary>What a shot uses of its source; null where a problem has been noted.</summary>
    private sealed record Used(VideoFacts Video, Rational In, Rational Out);

    private Used? Material(ShotSpec shot, int index)
    {
        var path = $"timeline.shots[{index}]";
        if (Facts(path, shot.Source!) is not { } facts)
        {
            return null;
        }

        if (facts.Video is not { } video)
        {
            Add($"{path}.source", $"{Quoted.Of(shot.Source)} has no picture; a shot needs one. Sounds go into timeline.audio.");
            return null;
        }

        // Both points come off the same display: they count from the file's start timecode only where neither lies before it.
        var own = new[] { shot.In, shot.Out }.All(text => text is null || SecondsText.TryParse(text, out _) || FrameFromStart(text, facts, video) is not null);
        var start = Point($"{path}.in", shot.In, facts, video, own, Rational.Zero);
        var end = Point($"{path}.out", shot.Out, facts, video, own, video.Duration);
        if (start is null || end is null)
        {
            return null;
        }

        // Players and cutting rooms round the end of a file each in its own way: half a frame is forgiven.
        var length = $"the source is {Timecode.Format(video.Rate.FrameAt(video.Duration), video.Rate, false)} ({SecondsText.Show(video.Duration)}) long at {video.Rate} frames a second";
        if (start >= video.Duration)
        {
            Add($"{path}.in", $"{Quoted.Of(shot.In ?? "0s")} is past the end: {length}.");
            return null;
        }

        if ((Exact)end.Value > (Exact)video.Duration + HalfFrame(video))
        {
            Add($"{path}.out", $"{Quoted.Of(shot.Out)} is past the end: {length}.");
            return null;
        }

        if (start >= end)
        {
            Add($"{path}.in", $"The in point ({SecondsText.Show(start.Value)}) is not before the out point ({SecondsText.Show(end.Value)}); 'in' is the first frame used, 'out' the first frame not used.");
            return null;
        }

        return new(video, start.Value, end.Value);
    }

    private SourceFacts? Facts(string path, string source)
    {
        if (sources.TryGetValue(source, out var facts))
        {
            return facts;
        }

        Add($"{path}.source", $"{Quoted.Of(source)} is not among the sources that could be read.");
        return null;
    }

    /// <summary>A point in seconds from the first picture. Timecode counts from 0 there, or from the timecode that the file starts with.</summary>
    /// <param name="own">Whether it counts from the file's start timecode.</param>
    private Rational? Point(string path, string? text, SourceFacts facts, VideoFacts video, bool own, Rational otherwise)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (SecondsText.TryParse(text, out var seconds))
        {
            return seconds;
        }

        if (!Timecode.TryParse(text, video.Rate, out var frame, out _, out var error))
        {
            Add(path, error);
            return null;
        }

        return video.Rate.TimeOf(own && FrameFromStart(text, facts, video) is { } fromStart ? fromStart : frame);
    }

    /// <summary>A timecode counted from the one that the file starts with; null where it lies before that, or the file tells none.</summary>
    private static long? FrameFromStart(string text, SourceFacts facts, VideoFacts video)
    {
        // A file that counts drop-frame is read so even where the text has a colon: the text comes off its own display.
        var counting = Timecode.IsDropFrame(text) || Timecode.IsDropFrame(facts.StartTimecode);
        return Timecode.TryParse(facts.StartTimecode, video.Rate, counting, out var first, out _)
            && Timecode.TryParse(text, video.Rate, counting, out var frame, out _)
            && frame >= first
            ? frame - first
            : null;
    }

    private FrameRate? Rate()
    {
        if (spec.FrameRate is null)
        {
            return sources.GetValueOrDefault(spec.Shots![0].Source!)?.Video?.Rate;
        }

        return FrameRate.TryParse(spec.FrameRate, out var rate) ? rate : null;
    }

    /// <summary>Boundaries <c>S_i = floor(T_i·R + 1/2)</c>, always from the exact sum T_i of the durations before, so that rounding cannot grow.</summary>
    private List<Shot> Shots(Used?[] takes, FrameRate rate)
    {
        var shots = new List<Shot>(takes.Length);
        var time = Exact.Zero;
        var start = 0L;
        for (var i = 0; i < takes.Length; i++)
        {
            var (shot, used) = (spec.Shots![i], takes[i]!);
            time += (Exact)used.Out - used.In;
            var end = (long)(time * rate.Value).Round();
            if (end <= start)
            {
                Add($"timeline.shots[{i}]", $"The shot ({SecondsText.Show(((Exact)used.Out - used.In).ToRational())}) is shorter than one frame of the film at {rate} frames a second; move its in or out point.");
            }

            var name = string.IsNullOrWhiteSpace(shot.Name) ? Path.GetFileNameWithoutExtension(shot.Source!) : shot.Name;
            shots.Add(new(i, shot.Source!, start, end, used.In, used.Out, name, shot.Scene, shot.Take, shot.Reel, shot.Transition is { Type: "dissolve", Frames: { } frames } ? frames : 0));
            start = end;
        }

        return shots;
    }

    private void Dissolves(List<Shot> shots, FrameRate rate)
    {
        foreach (var shot in shots.Where(s => s.DissolveFrames > 0))
        {
            var path = $"timeline.shots[{shot.Index}].transition.frames";
            if (shot.DissolveFrames > shot.Frames)
            {
                Add(path, $"The dissolve has {shot.DissolveFrames} frames, but the shot that it leads into has only {shot.Frames}.");
            }

            // Into the first shot it comes out of black, which is endless.
            if (shot.Index > 0 && Handle(shots[shot.Index - 1], rate) is var handle && shot.DissolveFrames > handle)
            {
                Add(path, $"The dissolve has {shot.DissolveFrames} frames, but the shot before goes on for only {handle} frames of the film after its out point; shorten the dissolve or move that out point.");
            }
        }
    }

    /// <summary>How many frames of the film the source has after the shot's out point.</summary>
    private long Handle(Shot shot, FrameRate rate)
    {
        var video = sources[shot.Source].Video!;
        var rest = (Exact)video.Duration - shot.SourceOut + HalfFrame(video);
        return (long)(rest * rate.Value).Floor();
    }

    /// <summary>As asked for, else as the start timecode is written, else as the first shot's source counts, where the film's rate can.</summary>
    private bool DropFrame(FrameRate rate) =>
        spec.DropFrame ?? (spec.StartTimecode is not null
            ? Timecode.IsDropFrame(spec.StartTimecode)
            : rate.CanDropFrame && sources.GetValueOrDefault(spec.Shots![0].Source!)?.CountsDropFrame() == true);

    private long Start(FrameRate rate, bool dropFrame) =>
        Timecode.TryParse(spec.StartTimecode ?? "01:00:00:00", rate, dropFrame, out var frame, out _) ? frame : 0;

    private List<AudioClip> Sounds(Rational filmLength)
    {
        var clips = new List<AudioClip>();
        for (var i = 0; i < (spec.Audio?.Count ?? 0); i++)
        {
            if (Sound($"timeline.audio[{i}]", spec.Audio![i], filmLength) is { } clip)
            {
                clips.Add(clip);
            }
        }

        return clips;
    }

    private AudioClip? Sound(string path, AudioSpec sound, Rational filmLength)
    {
        if (Facts(path, sound.Source!) is not { } facts)
        {
            return null;
        }

        if (facts.Audio is not { } audio)
        {
            Add($"{path}.source", $"{Quoted.Of(sound.Source)} has no sound.");
            return null;
        }

        var before = _problems.Count;
        var (start, from, to) = (Seconds(sound.Start), Seconds(sound.In), sound.Out is null ? audio.Duration : Seconds(sound.Out));
        if (start >= filmLength)
        {
            Add($"{path}.start", $"{Quoted.Of(sound.Start)} is past the end of the film, which is {SecondsText.Show(filmLength)} long.");
        }

        if (from >= audio.Duration)
        {
            Add($"{path}.in", $"{Quoted.Of(sound.In ?? "0s")} is past the end: the sound is {SecondsText.Show(audio.Duration)} long.");
        }
        else if ((Exact)to > (Exact)audio.Duration + new Rational(1, 10))
        {
            // A tenth of a second is forgiven: containers give the length of a sound with that much room.
            Add($"{path}.out", $"{Quoted.Of(sound.Out)} is past the end: the sound is {SecondsText.Show(audio.Duration)} long.");
        }

        if (_problems.Count > before)
        {
            return null;
        }

        var duration = Exact.Min((Exact)Rational.Min(to, audio.Duration) - from, (Exact)filmLength - start);
        var (fadeIn, fadeOut) = (Seconds(sound.FadeIn), Seconds(sound.FadeOut));
        Fade($"{path}.fadeIn", fadeIn, duration);
        Fade($"{path}.fadeOut", fadeOut, duration);
        return new(sound.Source!, start, from, duration.ToRational(), sound.GainDb ?? 0, fadeIn, fadeOut);
    }

    private void Fade(string path, Rational fade, Exact duration)
    {
        if ((Exact)fade > duration)
        {
            Add(path, $"The fade ({SecondsText.Show(fade)}) is longer than the sound is heard ({SecondsText.Show(duration.ToRational())}).");
        }
    }

    private static Rational Seconds(string? text) => SecondsText.TryParse(text, out var seconds) ? seconds : Rational.Zero;

    private static Exact HalfFrame(VideoFacts video) => new(video.Rate.Denominator, 2 * video.Rate.Numerator);

    private void Add(string path, string message) => _problems.Add(new(path, message));
}
