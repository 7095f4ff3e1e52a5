namespace OrleansAssembly.Timeline;

/// <summary>Collects everything that is wrong with a cut and can be seen without its sources.</summary>
internal sealed class SpecCheck
{
    private readonly List<FieldProblem> _problems = [];

    public static IReadOnlyList<FieldProblem> Run(TimelineSpec? spec)
    {
        var check = new SpecCheck();
        if (spec is null)
        {
            check.Add("timeline", "Say what the film is cut from: a timeline with at least one shot.");
        }
        else
        {
            check.Format(spec);
            check.Shots(spec.Shots);
            check.Sounds(spec.Audio);
        }

        return check._problems;
    }

    /// <summary>What is wrong with start timecode and drop-frame counting at a known rate; shared with the builder, which knows the rate later.</summary>
    public static IEnumerable<FieldProblem> Counting(TimelineSpec spec, FrameRate rate)
    {
        var written = Timecode.IsDropFrame(spec.StartTimecode);
        if (spec.DropFrame == true && !rate.CanDropFrame)
        {
            yield return new("timeline.dropFrame", $"Drop-frame counting exists only at 30000/1001 and 60000/1001, and the film has {rate}; leave it out or set it to false.");
        }
        else if (spec.DropFrame == false && written)
        {
            yield return new("timeline.dropFrame", "It is false, but the start timecode is written drop-frame (';'); make them agree.");
        }
        else if (spec.StartTimecode is not null && !Timecode.TryParse(spec.StartTimecode, rate, spec.DropFrame ?? written, out _, out var error) && Timecode.HasForm(spec.StartTimecode))
        {
            yield return new("timeline.startTimecode", error);
        }
    }

    private void Format(TimelineSpec spec)
    {
        var rateKnown = FrameRate.TryParse(spec.FrameRate, out var rate);
        if (spec.FrameRate is not null && !rateKnown)
        {
            Add("timeline.frameRate", $"{Quoted.Of(spec.FrameRate)} is not a frame rate; write a fraction (24000/1001), a whole number (25) or a usual decimal (23.976), from 1 to 120.");
        }

        Size("timeline.width", spec.Width);
        Size("timeline.height", spec.Height);
        if (spec.StartTimecode is not null && !Timecode.HasForm(spec.StartTimecode))
        {
            Add("timeline.startTimecode", $"{Quoted.Of(spec.StartTimecode)} is not a timecode; write HH:MM:SS:FF, for example 01:00:00:00.");
        }

        if (rateKnown)
        {
            _problems.AddRange(Counting(spec, rate));
        }
    }

    private void Shots(IReadOnlyList<ShotSpec>? shots)
    {
        if (shots is null or { Count: 0 })
        {
            Add("timeline.shots", "A film needs at least one shot.");
            return;
        }

        if (shots.Count > TimelineLimits.MaxShots)
        {
            Add("timeline.shots", $"There are {shots.Count} shots; a film can have {TimelineLimits.MaxShots}. Cut it into reels.");
            return;
        }

        for (var i = 0; i < shots.Count; i++)
        {
            Shot($"timeline.shots[{i}]", shots[i]);
        }
    }

    private void Shot(string path, ShotSpec? shot)
    {
        if (shot is null)
        {
            Add(path, "A shot is missing here (null); describe it or take it out.");
            return;
        }

        Source(path, shot.Source);
        Point($"{path}.in", shot.In);
        Point($"{path}.out", shot.Out);
        if (SecondsText.TryParse(shot.In, out var start) && SecondsText.TryParse(shot.Out, out var end) && start >= end)
        {
            Add($"{path}.in", "It is not before the out point; 'in' is the first frame used, 'out' the first frame not used.");
        }

        Text($"{path}.name", shot.Name);
        Text($"{path}.scene", shot.Scene);
        Text($"{path}.reel", shot.Reel);
        if (shot.Take < 1)
        {
            Add($"{path}.take", $"{shot.Take} is not a take; takes count from 1.");
        }

        if (shot.Transition is { } transition)
        {
            Transition($"{path}.transition", transition);
        }
    }

    private void Transition(string path, TransitionSpec transition)
    {
        switch (transition.Type)
        {
            case "cut" when transition.Frames is not (null or 0):
                Add($"{path}.frames", "A cut has no length; leave it out, or make the transition a dissolve.");
                break;
            case "cut":
                break;
            case "dissolve" when transition.Frames is not (>= 1 and <= TimelineLimits.MaxDissolve):
                Add($"{path}.frames", $"A dissolve needs its length in frames of the film, from 1 to {TimelineLimits.MaxDissolve}.");
                break;
            case "dissolve":
                break;
            default:
                Add($"{path}.type", $"{Quoted.Of(transition.Type)} is no transition; write cut or dissolve.");
                break;
        }
    }

    private void Sounds(IReadOnlyList<AudioSpec>? sounds)
    {
        if (sounds is { Count: > TimelineLimits.MaxAudio })
        {
            Add("timeline.audio", $"There are {sounds.Count} sounds; a film can have {TimelineLimits.MaxAudio}.");
            return;
        }

        for (var i = 0; i < (sounds?.Count ?? 0); i++)
        {
            Sound($"timeline.audio[{i}]", sounds![i]);
        }
    }

    private void Sound(string path, AudioSpec? sound)
    {
        if (sound is null)
        {
            Add(path, "A sound is missing here (null); describe it or take it out.");
            return;
        }

        Source(path, sound.Source);
        Seconds($"{path}.start", sound.Start);
        Seconds($"{path}.in", sound.In);
        Seconds($"{path}.out", sound.Out);
        Seconds($"{path}.fadeIn", sound.FadeIn);
        Seconds($"{path}.fadeOut", sound.FadeOut);
        if (SecondsText.TryParse(sound.Out, out var end) && (SecondsText.TryParse(sound.In, out var start) ? start : Rational.Zero) >= end)
        {
            Add($"{path}.out", "It is not after the in point.");
        }

        // A comparison that not-a-number fails as well.
        if (sound.GainDb is { } gain && !(gain is >= -60 and <= 20))
        {
            Add($"{path}.gainDb", "A level change goes from -60 to +20 dB.");
        }
    }

    private void Source(string path, string? source)
    {
        if (SourcePath.Check(source) is { } error)
        {
            Add($"{path}.source", error);
        }
    }

    private void Point(string path, string? text)
    {
        if (text is not null && !Timecode.HasForm(text) && !SecondsText.TryParse(text, out _))
        {
            Add(path, $"{Quoted.Of(text)} is no point in a source; write a timecode at the source's rate (00:00:01:00) or seconds (2.5s, at most {SecondsText.Max}s and nine decimals).");
        }
    }

    private void Seconds(string path, string? text)
    {
        if (text is not null && !SecondsText.TryParse(text, out _))
        {
            Add(path, $"{Quoted.Of(text)} is no time; write seconds such as 2.5s, from 0s to {SecondsText.Max}s with at most nine decimals.");
        }
    }

    private void Size(string path, int? size)
    {
        if (size is { } pixels && (pixels % 2 != 0 || pixels is < TimelineLimits.MinSize or > TimelineLimits.MaxSize))
        {
            Add(path, $"{pixels} cannot be; write an even number of pixels from {TimelineLimits.MinSize} to {TimelineLimits.MaxSize}.");
        }
    }

    private void Text(string path, string? text)
    {
        if (text is null)
        {
            return;
        }

        if (text.Length > TimelineLimits.MaxTextLength)
        {
            Add(path, $"The text has {text.Length} characters; {TimelineLimits.MaxTextLength} are allowed.");
        }
        else if (!PlainText.IsPlain(text))
        {
            Add(path, "The text has a line break, another control character or broken characters in it; write one line of plain text.");
        }
    }

    private void Add(string path, string message) => _problems.Add(new(path, message));
}
