using System.Diagnostics;
using System.Globalization;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>Pictures that carry a number: 16 fields, four in a row, light for 1 and dark for 0, lowest bit first. The lower 12 bits count frames, the upper 4 tell the source.</summary>
internal static class MarkedMedia
{
    public const int Columns = 4;
    public const int Rows = 4;

    /// <summary>A filter that draws the number of each frame; light is 180 and dark 76, so that ringing of the scaler stays within the range.</summary>
    public static string Mark(int source) => FormattableString.Invariant(
        $"geq=lum='76+104*mod(floor((N+{source << 12})/pow(2,floor({Columns}*X/W)+{Columns}*floor({Rows}*Y/H))),2)':cb=128:cr=128");

    /// <summary>The mean level of each field of each frame of a file, as a player would show it from start to end.</summary>
    public static IReadOnlyList<byte[]> Fields(string file) => Gray(file, "", Columns, Rows);

    public static IReadOnlyList<byte[]> Gray(string file, string filter, int width, int height)
    {
        var bytes = Read(["-i", file, "-map", "0:v:0", "-vf", FormattableString.Invariant($"{filter}scale={width}:{height}:flags=area,format=gray"), "-fps_mode", "passthrough", "-f", "rawvideo", "-"]);
        return [.. bytes.Chunk(width * height)];
    }

    /// <summary>The numbers of all frames of a file: source and frame.</summary>
    public static IReadOnlyList<(int Source, int Frame)> Numbers(string file) => [.. Fields(file).Select(Number)];

    public static (int Source, int Frame) Number(byte[] fields)
    {
        var number = fields.Select((level, bit) => level > 128 ? 1 << bit : 0).Sum();
        return (number >> 12, number & 0xFFF);
    }

    /// <summary>The sound of a file as 16-bit samples of its first channel at 48 kHz.</summary>
    public static short[] Samples(string file, int channel = 0)
    {
        var bytes = Read(["-i", file, "-map", "0:a:0", "-ar", "48000", "-ac", "2", "-f", "s16le", "-"]);
        var samples = new short[bytes.Length / 4];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = BitConverter.ToInt16(bytes, (i * 4) + (2 * channel));
        }

        return samples;
    }

    /// <summary>Seconds at which the sound rises above a level after at least a tenth of a second below it.</summary>
    public static IReadOnlyList<double> Onsets(short[] samples, short level = 6000)
    {
        List<double> onsets = [];
        var quiet = 4800;
        for (var i = 0; i < samples.Length; i++)
        {
            if (Math.Abs((int)samples[i]) < level)
            {
                quiet++;
                continue;
            }

            if (quiet >= 4800)
            {
                onsets.Add(i / 48000.0);
            }

            quiet = 0;
        }

        return onsets;
    }

    /// <summary>Presentation times of the packets of the picture, seconds.</summary>
    public static IReadOnlyList<double> PictureTimes(string file)
    {
        var text = Probe("-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0", file);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => double.Parse(l.TrimEnd(','), CultureInfo.InvariantCulture)).Order()];
    }

    public static string Probe(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffprobe", ["-v", "error", .. arguments]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd();
    }

    public static byte[] Read(IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", .. arguments]) { RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(bytes);
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), "ffmpeg did not end within a minute while a film was read");
        Assert.Equal(0, process.ExitCode);
        return bytes.ToArray();
    }
}
