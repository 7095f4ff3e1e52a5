namespace OrleansAssembly.Cli.Demo;

/// <summary>The demo's footage cannot be made here; the message says what to do.</summary>
internal sealed class DemoException(string message) : Exception(message);
