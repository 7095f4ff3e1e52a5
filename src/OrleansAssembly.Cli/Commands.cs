using System.CommandLine;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Cli;

/// <summary>The command line: names, options and what each starts.</summary>
internal static class Commands
{
    private const string DefaultServer = "http://127.0.0.1:8080";
    private const string ServerVariable = "ORLEANS_ASSEMBLY_SERVER";

    private static readonly Option<Uri> Server = new("--server")
    {
        Description = $"Address of the server. Default: {ServerVariable} from the environment, else {DefaultServer}",
        Recursive = true,
        CustomParser = result => ParseServer(result.Tokens[0].Value, result.AddError),
        DefaultValueFactory = result => ParseServer(Environment.GetEnvironmentVariable(ServerVariable) ?? DefaultServer, result.AddError)!,
    };

    private static readonly Option<string?> Media = new("--media")
    {
        Description = "The server's media root, where it is on this machine: the films' places on disk are printed too",
    };

    public static RootCommand Root(Func<Uri, Session> session)
    {
        var root = new RootCommand("Assembles films from shots, on a server.") { Server };
        foreach (var command in new[]
        {
            Submit(session), Watch(session), List(session), Outputs(session), Upload(session), Presets(session),
            Pause(session),
            Ask(session, "resume", "Goes on with a paused job"),
            Ask(session, "cancel", "Ends a job and removes its work files"),
            Ask(session, "retry", "Starts a failed or cancelled job again; finished work is kept"),
            Demo(session),
        })
        {
            root.Subcommands.Add(command);
        }

        return root;
    }

    private static Command Submit(Func<Uri, Session> session)
    {
        var file = new Argument<string>("FILE") { Description = "A job as JSON; - reads standard input" };
        var watch = new Option<bool>("--watch") { Description = "Show the job until it has ended" };
        var key = new Option<string?>("--idempotency-key") { Description = "Submitting again with the same key gives the same job" };
        var once = new Option<bool>("--once")
        {
            Description = "Where the project has a job of this title already, take that (retried, where it failed or was cancelled) instead of submitting another",
        };
        var command = new Command("submit", "Submits a job") { file, watch, key, once, Media };
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!)
            .SubmitAsync(p.GetValue(file)!, p.GetValue(watch), p.GetValue(key), p.GetValue(once), p.GetValue(Media), cancellation));
        return command;
    }

    private static Command Watch(Func<Uri, Session> session)
    {
        var id = Id();
        var command = new Command("watch", "Shows a job until it has ended") { id, Media };
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!).WatchAsync(p.GetValue(id)!, p.GetValue(Media), cancellation));
        return command;
    }

    private static Command List(Func<Uri, Session> session)
    {
        var status = new Option<string?>("--status") { Description = "Only jobs of this status" };
        status.AcceptOnlyFromAmong("pending", "running", "paused", "completed", "failed", "cancelled");
        var project = new Option<string?>("--project") { Description = "Only jobs of this project" };
        var limit = new Option<int>("--limit") { Description = "At most so many jobs, 1 to 100", DefaultValueFactory = _ => 20 };
        limit.Validators.Add(result =>
        {
            if (result.GetValue(limit) is < 1 or > 100)
            {
                result.AddError("--limit is 1 to 100; --all lists everything.");
            }
        });
        var all = new Option<bool>("--all") { Description = "All jobs, however many" };
        var command = new Command("list", "Lists jobs, newest first") { status, project, limit, all };
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!)
            .ListAsync(p.GetValue(status), p.GetValue(project), p.GetValue(limit), p.GetValue(all), cancellation));
        return command;
    }

    private static Command Outputs(Func<Uri, Session> session)
    {
        var id = Id();
        var command = new Command("outputs", "Tells where the films of a job are") { id, Media };
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!).OutputsAsync(p.GetValue(id)!, p.GetValue(Media), cancellation));
        return command;
    }

    private static Command Upload(Func<Uri, Session> session)
    {
        var files = new Argument<FileInfo[]>("FILE") { Description = "Footage or sound", Arity = ArgumentArity.OneOrMore };
        files.AcceptExistingOnly();
        var to = new Option<string?>("--to") { Description = "Folder below the server's sources" };
        var command = new Command("upload", "Sends files to the server's sources") { files, to };
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!).UploadAsync(p.GetValue(files)!, p.GetValue(to), cancellation));
        return command;
    }

    private static Command Presets(Func<Uri, Session> session)
    {
        var command = new Command("presets", "Lists the output formats");
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!).PresetsAsync(cancellation));
        return command;
    }

    private static Command Pause(Func<Uri, Session> session)
    {
        var id = Id();
        var gently = new Option<bool>("--after-segment") { Description = "Let what is in work come to its end first" };
        var until = new Option<DateTimeOffset?>("--until") { Description = "Go on by itself then, for example 2026-12-01T06:00Z; without an offset it is this machine's time" };
        var command = new Command("pause", "Lets a job stand still until it is resumed") { id, gently, until };
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!).PauseAsync(
            p.GetValue(id)!, new PauseWish(p.GetValue(gently) ? PauseAfter.Segment : null, p.GetValue(until)?.ToUniversalTime()), cancellation));
        return command;
    }

    private static Command Ask(Func<Uri, Session> session, string what, string description)
    {
        var id = Id();
        var command = new Command(what, description) { id };
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!).AskAsync(p.GetValue(id)!, what, cancellation));
        return command;
    }

    private static Command Demo(Func<Uri, Session> session)
    {
        var media = new Option<DirectoryInfo>("--media-out")
        {
            Description = "Media root: the shots go to sources/demo below it, the job to demo.json",
            Required = true,
        };
        var command = new Command("demo", "Makes the shots and the job of a demo film; needs ffmpeg") { media };
        command.SetAction((p, cancellation) => session(p.GetValue(Server)!).DemoAsync(p.GetValue(media)!, cancellation));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The job's id, as submit and list tell it" };

    private static Uri? ParseServer(string text, Action<string> refuse)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        {
            return uri;
        }

        refuse($"'{text}' is not an address such as {DefaultServer}.");
        return null;
    }
}
