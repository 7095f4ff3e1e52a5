using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

public static partial class FfmpegArguments
{
    /// <summary>Hz of every film's sound.</summary>
    public const int SampleRate = 48_000;

    /// <summary>The sample at which a frame of the film starts; from the film's start, so that rounding cannot grow.</summary>
    public static long SampleAt(FrameRate rate, long frame) => (rate.TimeOf(frame) * SampleRate).Round();

    /// <summary>
    /// The sound of shots, each as a stereo WAV of exactly as many samples as its frames last; silence where the source has none. A dissolve into a shot is a crossfade of equal
    /// power over the same frames, from the sound of the shot before running on.
    /// </summary>
    public static IReadOnlyList<string> ShotSounds(Film film, Footage footage, IReadOnlyList<(Shot Shot, string File)> wanted)
    {
        List<string> inputs = [];
        List<string> graphs = [];
        List<string> outputs = [];
        foreach (var (shot, file) in wanted)
        {
            var (graph, last) = Graph(shot, graphs.Count / 2);
            graphs.AddRange(["-filter_complex", graph]);
            outputs.AddRange(["-map", last, "-c:a", "pcm_f32le", .. NoForeignTags, .. Bitexact, "-rf64", "auto", "-f", "wav", file]);
        }

        return ["-y", "-xerror", .. inputs, "-filter_complex_threads", "1", .. graphs, .. outputs];

        (string Graph, string Last) Graph(Shot shot, int number)
        {
            var from = SampleAt(film.Rate, shot.StartFrame);
            var samples = SampleAt(film.Rate, shot.EndFrame) - from;
            var crossfade = SampleAt(film.Rate, shot.StartFrame + shot.DissolveFrames) - from;
            var (shotIn, risen, shotOut, fallen, mixed) = ($"[in{number}]", $"[risen{number}]", $"[out{number}]", $"[fallen{number}]", $"[mixed{number}]");
            var own = Chain(shot, Rational.Zero, samples) + shotIn;
            if (crossfade == 0)
            {
                return (own, shotIn);
            }

            var rise = $"{own};{shotIn}afade=t=in:ss=0:ns={crossfade}:curve=qsin{risen}";
            if (shot.Index == 0)
            {
                return (rise, risen);
            }

            var before = film.Shots[shot.Index - 1];
            return (
                $"{rise};{Chain(before, film.Rate.TimeOf(before.Frames), crossfade)}{shotOut};{shotOut}afade=t=out:ss=0:ns={crossfade}:curve=qsin,apad=whole_len={samples}{fallen};"
                    + $"{risen}{fallen}amix=inputs=2:duration=first:normalize=0{mixed}",
                mixed);
        }

        string Chain(Shot from, Rational offset, long count)
        {
            var facts = footage.Facts[from.Source];
            if (facts.Audio is null)
            {
                return $"anullsrc=r={SampleRate}:cl=stereo,aformat=sample_fmts=fltp,atrim=end_sample={count}";
            }

            var start = facts.Video!.Start + from.SourceIn + offset;
            var input = inputs.Count(a => a == "-i");
            inputs.AddRange(SourceInput(facts, start - SoundMargin(facts), ["-vn", "-sn", "-dn"], footage.Files[from.Source]));
            return $"[{input}:{facts.Audio.StreamIndex}]{SoundChain(start, count)}";
        }
    }

    /// <summary>The whole sound of a film: the shots' sound in order, the clips laid over it, encoded.</summary>
    /// <param name="list">ffconcat list of the shots' sound.</param>
    /// <param name="sound">A preset with the sound format wanted.</param>
    public static IReadOnlyList<string> Mix(Film film, Footage footage, string list, Preset sound, string file)
    {
        var total = SampleAt(film.Rate, film.Frames);
        var audible = film.Audio.Where(c => Ticks(c.Start, SampleRate) < total && footage.Facts[c.Source].Audio is not null).ToList();
        List<string> arguments = ["-y", "-xerror", .. OwnInputGuard, "-f", "concat", "-safe", "0", "-i", list];
        List<string> graph = [$"[0:0]asettb=1/{SampleRate},asetpts=N,aformat=sample_fmts=fltp:channel_layouts=stereo,apad=whole_len={total},atrim=end_sample={total}[bed]"];
        foreach (var (clip, index) in audible.Select((c, i) => (c, i)))
        {
            var facts = footage.Facts[clip.Source];
            var begin = Ticks(clip.Start, SampleRate);
            var count = Math.Min(Ticks(clip.Start + clip.Duration, SampleRate), total) - begin;
            var start = facts.Audio!.Start + clip.SourceIn;
            arguments.AddRange(SourceInput(facts, start - SoundMargin(facts), ["-vn", "-sn", "-dn"], footage.Files[clip.Source]));
            List<string> chain = [SoundChain(start, count)];
            if (clip.GainDb != 0)
            {
                chain.Add($"volume={Text(clip.GainDb)}dB");
            }

            if (Ticks(clip.FadeIn, SampleRate) is var rise and > 0)
            {
                chain.Add($"afade=t=in:ss=0:ns={Math.Min(rise, count)}");
            }

            if (Ticks(clip.FadeOut, SampleRate) is var fall and > 0)
            {
                chain.Add($"afade=t=out:ss={Math.Max(0, count - fall)}:ns={Math.Min(fall, count)}");
            }

            graph.Add($"[{index + 1}:{facts.Audio.StreamIndex}]{string.Join(',', chain)},adelay=delays={begin}S:all=1[clip{index}]");
        }

        // Clips, and crossfades of sounds that are alike, can add up to more than full level; the limiter leaves what is below it as it is.
        var mix = audible.Count == 0 ? "" : $"{string.Concat(audible.Select((_, i) => $"[clip{i}]"))}amix=inputs={audible.Count + 1}:duration=first:normalize=0,";
        var addsUp = audible.Count > 0 || film.Shots.Any(shot => shot is { Index: > 0, DissolveFrames: > 0 });
        graph.Add($"[bed]{mix}{(addsUp ? $"alimiter=limit=0.98:level=0:latency=1,apad=whole_len={total},atrim=end_sample={total},asetpts=N" : "anull")}[a]");
        return
        [
            .. arguments, "-filter_complex_threads", "1", "-filter_complex", string.Join(';', graph), "-map", "[a]", "-c:a", sound.AudioCodec, .. sound.AudioArguments,
            .. NoForeignTags, .. Bitexact, .. MovieTimescale(sound.AudioContainer), "-f", Muxer(sound.AudioContainer), file,
        ];
    }

    /// <summary>
    /// Sample 0 is the moment <paramref name="start"/> of the source: what is before is cut, a gap or a late start is filled with silence, an early end is padded; exactly <paramref name="samples"/> samples come out.
    /// </summary>
    private static string SoundChain(Rational start, long samples) =>
        $"aresample={SampleRate},aformat=sample_fmts=fltp:channel_layouts=stereo,asettb=1/{SampleRate},asetpts=PTS-{Ticks(start, SampleRate)},"
        + $"aresample={SampleRate}:async=1:min_hard_comp=0.02:first_pts=0,apad=whole_len={samples},atrim=end_sample={samples},asetpts=N";

    /// <summary>A clock for the whole file in which each length is a whole number of samples: the default of milliseconds rounds them.</summary>
    private static string[] MovieTimescale(string extension) => extension is "mp4" or "mov" or "m4a" ? ["-movie_timescale", Text(SampleRate)] : [];

    private static string Muxer(string extension) => extension == "m4a" ? "ipod" : extension;
}
