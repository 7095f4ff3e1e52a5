using OrleansAssembly.Cli;
using Spectre.Console;

return await CommandLine.RunAsync(args, AnsiConsole.Console, TimeProvider.System);
