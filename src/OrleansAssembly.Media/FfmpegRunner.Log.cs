using Microsoft.Extensions.Logging;

namespace OrleansAssembly.Media;

public sealed partial class FfmpegRunner
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "setpriv (util-linux) is not installed: a kill -9 of this server leaves running ffmpeg children behind")]
    private partial void LogNoSetpriv();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ended child {Pid}: no progress for {Seconds} s")]
    private partial void LogStalled(int pid, double seconds);
}
