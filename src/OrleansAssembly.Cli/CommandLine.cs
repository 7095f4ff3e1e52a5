using System.CommandLine;
using Spectre.Console;

namespace OrleansAssembly.Cli;

/// <summary>From words to an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Wider than any line: a pipe has no width to break lines at.</summary>
    private const int PipeWidth = 1000;

    public static async Task<int> RunAsync(string[] words, IAnsiConsole console, TimeProvider time, InvocationConfiguration? configuration = null)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = PipeWidth;
        }

        // Live drawing needs a screen and no keyboard: a script may have its own.
        console.Profile.Capabilities.Interactive = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
        var line = Commands.Root(server => new Session(console, ServerClient.For(server), time)).Parse(words);
        var code = await line.InvokeAsync(configuration ?? new InvocationConfiguration());
        return line.Errors.Count > 0 ? ExitCode.Refused : code;
    }
}
