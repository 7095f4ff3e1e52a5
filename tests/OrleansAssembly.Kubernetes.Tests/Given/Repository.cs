namespace OrleansAssembly.Kubernetes.Tests.Given;

internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansAssembly.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("No OrleansAssembly.sln above the tests.");
    }
}
