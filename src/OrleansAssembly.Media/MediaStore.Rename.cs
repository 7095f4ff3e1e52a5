using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OrleansAssembly.Media;

/// <summary>
/// The one place where a file or a folder gets its final name. A name is on the disk only when its folder is: without that a power cut may take back
/// what was told to be finished, and leave it under its temporary name.
/// </summary>
public sealed partial class MediaStore
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <summary>EINVAL: some network volumes bring folders to the disk by themselves, and say so this way.</summary>
    private const int NotSupported = 22;

    /// <summary>Brings a file's content to the disk, and then its new name, over an older file.</summary>
    /// <param name="from">A file that nobody writes any more.</param>
    /// <param name="to">On the same volume.</param>
    public static void Finish(string from, string to)
    {
        using (var content = File.OpenHandle(from, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(content);
        }

        Rename(from, to);
    }

    /// <summary>Gives a file whose content is on the disk its name, over an older file.</summary>
    public static void Rename(string from, string to)
    {
#pragma warning disable RS0030 // here alone
        File.Move(from, to, overwrite: true);
#pragma warning restore RS0030
        Flush(Path.GetDirectoryName(to)!);
    }

    /// <summary>Gives a folder its name; the names in it are on the disk before.</summary>
    /// <param name="to">Nothing is there.</param>
    public static void RenameFolder(string from, string to)
    {
        Flush(from);
#pragma warning disable RS0030 // here alone
        Directory.Move(from, to);
#pragma warning restore RS0030
        Flush(Path.GetDirectoryName(to)!);
    }

    private static void Flush(string folder)
    {
        using var handle = OpenFolder(Encoding.UTF8.GetBytes(folder + "\0"), ReadOnly | CloseOnExec);
        var mistake = handle.IsInvalid || Sync(handle) != 0 ? Marshal.GetLastPInvokeError() : 0;
        if (mistake is not (0 or NotSupported))
        {
            throw new IOException($"A folder cannot be brought to the disk: {new Win32Exception(mistake).Message}", mistake);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle OpenFolder(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(SafeFileHandle file);
}
