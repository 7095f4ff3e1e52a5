using OrleansAssembly.Cli;
using Spectre.Console;

// Refusals and progress of local work go to stderr only where a command says so; what was asked for goes to stdout.
var line = Commands.Root(server => new Session(AnsiConsole.Console, ServerClient.For(server), TimeProvider.System)).Parse(args);
var code = await line.InvokeAsync();
return line.Errors.Count > 0 ? ExitCode.Refused : code;
