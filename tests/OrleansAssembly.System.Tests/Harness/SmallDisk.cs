using System.Diagnostics;
using System.Globalization;

namespace OrleansAssembly.SystemTests;

/// <summary>A small volume in memory that can really be full; the test is skipped where none may be mounted.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(int megabytes)
    {
        if (Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", Folder.FullName) != 0)
        {
            Folder.Delete();
            Assert.Skip("A volume cannot be mounted here (that takes root), so none can be filled.");
        }
    }

    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("disk-tests-");

    private string Ballast => Path.Combine(Folder.FullName, "ballast");

    /// <summary>Takes room until so much is left; 0 takes all there is, also while others write.</summary>
    public void Fill(long left)
    {
        using var file = new FileStream(Ballast, FileMode.Append);
        var block = new byte[64 * 1024];
        while (new DriveInfo(Folder.FullName).AvailableFreeSpace > left)
        {
            try
            {
                file.Write(block);
                file.Flush();
            }
            catch (IOException)
            {
                return; // full to the last byte
            }
        }
    }

    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "--lazy", Folder.FullName);
        Folder.Delete(recursive: true);
    }

    private static int Run(string program, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
