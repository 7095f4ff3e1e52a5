namespace OrleansAssembly.Cli;

/// <summary>What a command tells the shell.</summary>
internal static class ExitCode
{
    /// <summary>Done; for a watched job: completed.</summary>
    public const int Done = 0;

    /// <summary>The watched job failed or was cancelled, or local work (the demo's footage) did not succeed.</summary>
    public const int Failed = 1;

    /// <summary>The command was written wrongly, or the server refused what it asks.</summary>
    public const int Refused = 2;

    /// <summary>No server answers at the address.</summary>
    public const int Unreachable = 3;

    /// <summary>Ctrl-C while watching: the job itself goes on. As shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
