using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace OrleansAssembly.Media;

/// <summary>Where a path really leads, and what lies there: .NET follows only the last link of a path and does not tell a pipe from a file.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>The path with every symbolic link followed, or null where something on the way is missing or the links go round.</summary>
    public static string? Of(string path)
    {
        var links = 0;
        var todo = new Stack<string>(Parts(path).Reverse());
        var real = "/";
        while (todo.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            FileSystemInfo entry = new FileInfo(next);
            if (entry.LinkTarget is not { } target)
            {
                if (!Path.Exists(next))
                {
                    return null;
                }

                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            real = Path.IsPathRooted(target) ? "/" : real;
            foreach (var piece in Parts(target).Reverse())
            {
                todo.Push(piece);
            }
        }

        return real;
    }

    /// <summary>Whether a path with no links in it is a plain file: not a folder, device, pipe or socket. Opening a pipe to find out would hang.</summary>
    public static bool IsRegularFile(string path) => Stat(path) is { } stat && (stat.Mode & TypeMask) == RegularFile;

    /// <summary>Inode and time of change in nanoseconds, for telling whether a file is still the same.</summary>
    public static (ushort Mode, ulong Inode, long Bytes, long ModifiedNanoseconds)? Stat(string path)
    {
        const int currentFolder = -100;
        const uint basicStats = 0x7FF;

        // struct statx is the same on all architectures (struct stat is not): mode at 28, inode 32, size 40, mtime seconds 112 and nanoseconds 120.
        var buffer = new byte[256];
        if (statx(currentFolder, Encoding.UTF8.GetBytes(path + "\0"), 0, basicStats, buffer) != 0)
        {
            return null;
        }

        var seconds = BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(112));
        return (
            BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(28)),
            BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(32)),
            BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(40)),
            (seconds * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(120)));
    }

    private static string[] Parts(string path) => [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".")];

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] buffer);
}
