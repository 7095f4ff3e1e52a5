namespace OrleansAssembly.Media;

/// <summary>A source that was uploaded.</summary>
/// <param name="Path">Path below <c>sources/</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Replaced">True where a file of that name was there before.</param>
public sealed record SourceStored(string Path, long Bytes, bool Replaced);

public sealed partial class MediaStore
{
    private const int BufferSize = 256 * 1024;
    private const int OutOfSpace = 28;
    private const int OverQuota = 122;

    /// <summary>
    /// Stores a source as it streams in. It appears under its name only when it is whole and on the disk; a broken upload leaves nothing.
    /// Problems: <c>source-outside-root</c>, <c>source-not-a-file</c>, <c>source-too-large</c>, <c>upload-incomplete</c>, <c>disk-full</c>.
    /// </summary>
    /// <param name="relativePath">Path below <c>sources/</c>; missing folders are made.</param>
    /// <param name="body">Read to its end.</param>
    /// <param name="expectedLength">Bytes that the sender promised, or null.</param>
    public async Task<MediaResult<SourceStored>> SaveAsync(string relativePath, Stream body, long? expectedLength, CancellationToken cancel)
    {
        if (BadTarget(relativePath) is { } bad)
        {
            return bad;
        }

        if (expectedLength > options.Value.LargestUpload)
        {
            return TooLarge();
        }

        if (expectedLength > new DriveInfo(_uploads.Value).AvailableFreeSpace)
        {
            return DiskFull();
        }

        // Not below sources/, so that a listing never shows it, but on the same volume, so that the rename is atomic.
        var part = Path.Combine(_uploads.Value, $"{Guid.NewGuid():N}.part");
        try
        {
            // Open, and by that locked, until it has its name: SweepUploads leaves it alone.
            await using var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            var (bytes, problem) = await ReceiveAsync(file, body, cancel);
            if (problem is not null)
            {
                return problem;
            }

            if (expectedLength is { } expected && bytes != expected)
            {
                return Incomplete($"{bytes} of {expected} bytes arrived.");
            }

            var target = Path.Combine(SourcesRoot, relativePath);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var replaced = File.Exists(target);
            Rename(part, target);
            return new SourceStored(relativePath, bytes, replaced);
        }
        catch (IOException e) when (e.HResult is OutOfSpace or OverQuota)
        {
            return DiskFull();
        }
        finally
        {
            File.Delete(part);
        }
    }

    private async Task<(long Bytes, MediaProblem? Problem)> ReceiveAsync(FileStream file, Stream body, CancellationToken cancel)
    {
        var buffer = new byte[BufferSize];
        var bytes = 0L;
        while (true)
        {
            int read;
            try
            {
                read = await body.ReadAsync(buffer, cancel);
            }
            catch (IOException e)
            {
                return (bytes, Incomplete(e.Message));
            }

            if (read == 0)
            {
                file.Flush(flushToDisk: true);
                return (bytes, null);
            }

            bytes += read;
            if (bytes > options.Value.LargestUpload)
            {
                return (bytes, TooLarge());
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
        }
    }

    /// <summary>A new file may go where no folder and no link is in the way: a link on the way out of <c>sources/</c> would carry the file along.</summary>
    private MediaProblem? BadTarget(string relativePath)
    {
        if (BadPath(relativePath) is { } bad)
        {
            return bad;
        }

        var place = SourcesRoot;
        var names = relativePath.Split('/');
        foreach (var folder in names[..^1])
        {
            place = Path.Combine(place, folder);
            if (new FileInfo(place).LinkTarget is not null)
            {
                return Outside(relativePath);
            }

            if (File.Exists(place))
            {
                return new MediaProblem("source-not-a-file", "A file is in the way", $"'{Shown(folder)}' in '{Shown(relativePath)}' is a file and not a folder.");
            }
        }

        place = Path.Combine(place, names[^1]);
        return Path.Exists(place) && !RealPath.IsRegularFile(place) ? NotAFile(relativePath) : null;
    }

    /// <summary>Removes what uploads left behind that ended with their server; those still running elsewhere on this machine hold a lock.</summary>
    private static void SweepUploads(string folder)
    {
        foreach (var part in Directory.EnumerateFiles(folder, "*.part"))
        {
            try
            {
                using var unlocked = new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(part);
            }
            catch (IOException)
            {
                // In use, or gone meanwhile.
            }
        }
    }

    private static MediaProblem Incomplete(string detail) => new("upload-incomplete", "The upload broke off", $"{detail} Nothing was kept; send it again.", Transient: true);

    private static MediaProblem DiskFull() => new("disk-full", "The disk is full", "There is no room left for it on the media volume. Free some space and try again.", Transient: true);

    private MediaProblem TooLarge() => new("source-too-large", "The file is too large", $"An upload may have at most {options.Value.LargestUpload} bytes.");
}
