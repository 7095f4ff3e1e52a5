using System.Security.Cryptography;
using System.Text;

namespace OrleansAssembly.Media;

/// <summary>
/// Names a piece of work by what it is made of: the argument list (with the sources' identities in place of where they lie) and the ffmpeg build. Whatever would
/// change the bytes changes the key, so that a file found under its name need not be made again.
/// </summary>
public static class ContentKey
{
    /// <summary>16 hex digits.</summary>
    public static string Of(IEnumerable<string> arguments, string ffmpegBuild)
    {
        var text = string.Join('\0', arguments.Prepend(ffmpegBuild));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}
