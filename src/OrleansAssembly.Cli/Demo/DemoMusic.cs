using static OrleansAssembly.Cli.Texts;

namespace OrleansAssembly.Cli.Demo;

/// <summary>
/// Small synthesised music as ffmpeg expressions: 120 beats a minute, bars of 2 s, the chords A minor, F, C, G in turn.
/// Every voice takes the film's time at which its file begins, so that all of them play the same chord at the same moment of the film.
/// </summary>
internal static class DemoMusic
{
    public const double Bar = 2;

    /// <summary>Soft chord that swells in each bar.</summary>
    public static string Pad(double level, double detune) =>
        $"{N(level)}*min(1,3*ld(5))*min(1,3*(2-ld(5)))*({Tone("ld(1)+12", "t", detune)}+{Tone("ld(1)+12+ld(2)", "t", 2 - detune)}+{Tone("ld(1)+19", "t", detune)})/3";

    /// <summary>Plucked notes up and down the chord, one every <paramref name="step"/> seconds.</summary>
    public static string Arpeggio(double level, double step, int octave)
    {
        string[] walk = ["0", "7", "12", "12+ld(2)", "19", "12+ld(2)", "12", "7"];
        var note = Select($"mod(floor(ld(4)/{N(step)}),8)", walk);
        return $"(st(6,mod(ld(4),{N(step)}));st(7,{Hertz($"ld(1)+{12 * octave}+{note}")});"
            + $"{N(level)}*min(1,300*ld(6))*min(1,150*({N(step)}-ld(6)))*exp(-7*ld(6))*(sin(2*PI*ld(7)*ld(6))+0.35*sin(4*PI*ld(7)*ld(6))))";
    }

    /// <summary>A bell each second: frequency modulation, as in the synthesisers of the eighties.</summary>
    public static string Bell(double level, int octave)
    {
        var note = Select("mod(floor(ld(4)),4)", ["12", "19", "12+ld(2)", "24"]);
        return $"(st(6,mod(ld(4),1));st(7,{Hertz($"ld(1)+{12 * octave}+{note}")});"
            + $"{N(level)}*min(1,400*ld(6))*min(1,40*(1-ld(6)))*exp(-3*ld(6))*sin(2*PI*ld(7)*ld(6)+1.8*exp(-4*ld(6))*sin(7*PI*ld(7)*ld(6))))";
    }

    /// <summary>The chord's root, between the beats.</summary>
    public static string Bass(double level) =>
        $"(st(6,mod(ld(4)+0.25,0.5));st(7,{Hertz("ld(1)-12")});{N(level)}*min(1,100*ld(6))*min(1,60*(0.5-ld(6)))*exp(-2.5*ld(6))*(sin(2*PI*ld(7)*ld(6))+0.3*sin(4*PI*ld(7)*ld(6))))";

    /// <summary>Drum on each beat, from a moment of the film on.</summary>
    public static string Kick(double level, double from, double to) =>
        $"between(ld(4),{N(from)},{N(to)})*(st(6,mod(ld(4),0.5));{N(level)}*exp(-9*ld(6))*sin(2*PI*(46*ld(6)+4*(1-exp(-28*ld(6))))))";

    /// <summary>Cymbal between the beats.</summary>
    public static string Hat(double level, double from, double to) =>
        $"between(ld(4),{N(from)},{N(to)})*(st(6,mod(ld(4)+0.25,0.5));{N(level)}*exp(-55*ld(6))*(random(8)-0.5))";

    /// <summary>Two pure tones in the ratio <paramref name="ratio"/>, one a channel: they draw a figure on a vector scope.</summary>
    public static string[] Figure(double level, double ratio) =>
    [
        $"{N(level)}*sin(2*PI*{Hertz("ld(1)+12")}*t)",
        $"{N(level)}*sin(2*PI*{N(ratio)}*{Hertz("ld(1)+12")}*t+t)",
    ];

    /// <summary>An <c>aevalsrc</c> source: one expression a channel, begun <paramref name="at"/> seconds into the film.</summary>
    public static string Source(double at, double seconds, int sampleRate, string layout, params string[] channels)
    {
        // ld(0): bar, ld(1): the chord's root in semitones from A2, ld(2): its third, ld(4): the film's time, ld(5): time in the bar.
        var chord = $"st(4,t+{N(at)});st(0,mod(floor(ld(4)/2),4));st(5,mod(ld(4),2));st(1,{Select("ld(0)", ["0", "-4", "3", "-2"])});st(2,if(lt(ld(0),1),3,4));";
        return $"aevalsrc='{string.Join('|', channels.Select(c => chord + c))}':s={sampleRate}:c={layout}:d={N(seconds)}";
    }

    private static string Tone(string semitones, string time, double detune) => $"sin(2*PI*{N(detune)}*{Hertz(semitones)}*{time})";

    private static string Hertz(string semitones) => $"110*pow(2,({semitones})/12)";

    private static string Select(string index, string[] values)
    {
        var text = values[^1];
        for (var i = values.Length - 2; i >= 0; i--)
        {
            text = $"if(lt({index},{i + 1}),{values[i]},{text})";
        }

        return text;
    }

    private static string N(double number) => Invariant($"{number}");
}
