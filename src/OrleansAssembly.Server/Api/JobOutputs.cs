using OrleansAssembly.Contracts;
using OrleansAssembly.Media;

namespace OrleansAssembly.Server.Api;

/// <summary>The files that jobs made, as their manifests list them: nothing else in the exports folder can be asked for.</summary>
public sealed class JobOutputs(MediaStore media)
{
    private const string Manifest = "outputs.json";

    /// <summary>Empty until the job has moved its files to the exports.</summary>
    public async Task<IReadOnlyList<OutputInfo>> ListAsync(string projectId, string jobId, HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            var listed = await MediaStore.ReadJsonAsync<List<OutputInfo>>(Path.Combine(media.Exports(projectId, jobId), Manifest), AssemblyJson.Options, cancellation);
            return [.. listed.Select(output => output with { Url = request.Below($"{JobsApi.Root}/{jobId}/outputs/{Uri.EscapeDataString(output.Name)}") })];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Full path of a listed output; null where the file is gone.</summary>
    public string? PathOf(string projectId, string jobId, OutputInfo output)
    {
        var path = Path.Combine(media.Exports(projectId, jobId), Path.GetFileName(output.Name));
        return File.Exists(path) ? path : null;
    }

    /// <summary>Full path of a file that a job has made but not yet moved; null where it has not got so far.</summary>
    public string? InWork(string jobId, string name)
    {
        var path = Path.Combine(media.Work(jobId), name);
        return File.Exists(path) ? path : null;
    }
}
