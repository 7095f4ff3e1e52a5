namespace OrleansAssembly.Media.Tests;

/// <summary>Real footage beside the repository, where it is provided; a test that needs it skips where it is not.</summary>
internal static class SharedFootage
{
    private static readonly string? Folder = Find();

    /// <summary>Full path of a file, e.g. <c>broken/plain_text.mp4</c>; skips the running test where it is missing.</summary>
    public static string File(string name)
    {
        if (Folder is null)
        {
            Assert.Skip("shared/footage is not beside the repository");
        }

        var file = Path.Combine(Folder, name);
        if (!System.IO.File.Exists(file))
        {
            Assert.Skip($"shared/footage has no {name}");
        }

        return file;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "OrleansAssembly.sln")))
            {
                var shared = Path.Combine(folder.FullName, "..", "shared", "footage");
                return Directory.Exists(shared) ? Path.GetFullPath(shared) : null;
            }
        }

        return null;
    }
}
