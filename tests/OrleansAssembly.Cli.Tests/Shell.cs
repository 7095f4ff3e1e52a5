using System.CommandLine;

namespace OrleansAssembly.Cli.Tests;

/// <summary>Runs command lines and keeps what they print.</summary>
internal sealed class Shell : IDisposable
{
    private readonly StringWriter _text = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("assembly-cli-");

    public string Text => _text.ToString();

    public string File(string content, string name = "job.json")
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public Task<int> RunAsync(StandInServer server, params string[] line) => RunAsync(server.Address, line);

    public Task<int> RunAsync(Uri server, params string[] line) => RunAsync([.. line, "--server", server.ToString()]);

    public Task<int> RunAsync(params string[] line) => CommandLine.RunAsync(line, Given.Console(_text), TimeProvider.System, new InvocationConfiguration { Output = _text, Error = _text });

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _text.Dispose();
    }
}
