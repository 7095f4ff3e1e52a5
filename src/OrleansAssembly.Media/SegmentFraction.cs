namespace OrleansAssembly.Media;

/// <summary>
/// How far the encoding of a segment is. ffmpeg tells which pictures have entered the encoder and which have left it; but it is silent before the first (it seeks, and decodes what it throws
/// away), and its version 5 while the encoder empties itself at the end, which may be half of the work. While it is silent, what it spends on the processor tells that it goes on.
/// </summary>
/// <param name="frames">Of the segment.</param>
/// <param name="seconds">Its length.</param>
/// <param name="expected">CPU seconds that it is expected to cost, above 0.</param>
internal sealed class SegmentFraction(long frames, double seconds, double expected)
{
    /// <summary>A picture that has entered is as good as done to this part; the rest is done when it has left.</summary>
    private const double Entering = 0.8;

    /// <summary>What comes before the first picture is at most this part of a segment.</summary>
    private const double Opening = 0.25;

    /// <summary>The encoder's part of what a picture costs; decoding and scaling are the rest. 0.5 to 0.9 with x264 on five clips.</summary>
    private const double Encoding = 0.8;

    /// <summary>So exactly the kernel counts CPU seconds.</summary>
    private const double Tick = 0.01;

    private (long Frames, TimeSpan Out) _told;
    private double _since;

    /// <summary>0 to 1, as far as is known now; the first word after a silence may lead back.</summary>
    public double At(FfmpegProgress now)
    {
        if (now.Frames == 0)
        {
            return Opening * Approach(now.CpuSeconds / (Opening * expected));
        }

        if (_told != (now.Frames, now.OutTime))
        {
            (_told, _since) = ((now.Frames, now.OutTime), now.CpuSeconds);
        }

        var entered = Math.Min(1, now.Frames / (double)frames);
        var gone = Math.Clamp(now.OutTime.TotalSeconds / seconds, 0, 1);
        var done = (Entering * entered) + ((1 - Entering) * gone);
        var share = ((1 - Encoding) * entered) + (Encoding * gone);
        return share >= 1 ? done : done + ((1 - done) * Approach((now.CpuSeconds - _since) / (Math.Max(Tick, _since) * (1 - share) / share))); // the rest costs as much as what is done did
    }

    /// <summary>From 0 towards 1, ever slower: what takes longer than expected still moves, and never says that it is done.</summary>
    private static double Approach(double share) => 1 - Math.Exp(-share);
}
