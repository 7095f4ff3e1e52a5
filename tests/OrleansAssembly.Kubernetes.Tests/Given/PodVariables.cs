namespace OrleansAssembly.Kubernetes.Tests.Given;

/// <summary>The environment variables of a pod, in this process for as long as a test lasts: the Orleans package reads them nowhere else.</summary>
internal sealed class PodVariables : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];

    public PodVariables(Dictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            _before[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
