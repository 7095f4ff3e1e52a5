namespace OrleansAssembly.Server.Hosting;

/// <summary>The server cannot start; the message is one line for whoever started it and says what to do.</summary>
public sealed class StartException : Exception
{
    public StartException()
    {
    }

    public StartException(string message)
        : base(message)
    {
    }

    public StartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
