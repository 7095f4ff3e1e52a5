using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.SystemTests;

namespace OrleansAssembly.NotificationTests.Given;

/// <summary>A receiver in a process of its own, which writes what it gets as lines of JSON. It can be killed and started again on the same port.</summary>
public sealed class ReceiverProcess : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly Func<int, ProcessStartInfo> _command;
    private readonly ConcurrentQueue<JsonElement> _lines = new();
    private Process? _process;

    private ReceiverProcess(Func<int, ProcessStartInfo> command) => _command = command;

    public int Port { get; } = FreePort.Next();

    /// <summary>All that came, over all its lives.</summary>
    public IReadOnlyList<JsonElement> Got => [.. _lines];

    /// <summary>A mail server: Debian's python3-aiosmtpd.</summary>
    public static Task<ReceiverProcess> MailAsync() => StartedAsync(port => new ProcessStartInfo("/usr/bin/python3", ["-u", Given("mail_receiver.py"), $"{port}"]));

    /// <summary>A webhook receiver that verifies with the npm package <c>standardwebhooks</c>, and knows one secret.</summary>
    public static Task<ReceiverProcess> HookAsync() => StartedAsync(port => new ProcessStartInfo(
        "node", [Given("hook_receiver.cjs"), Path.Combine(ServerProcess.Repository, "src", "web", "node_modules", "standardwebhooks"), $"{port}", Secret]));

    public string Url(string path) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}{path}");

    public async Task StartAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = _command(Port);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var errors = new ConcurrentQueue<string>();
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("ready", StringComparison.Ordinal) is true)
            {
                ready.TrySetResult();
            }
            else if (line.Data is { Length: > 0 } text)
            {
                _lines.Enqueue(JsonDocument.Parse(text).RootElement);
            }
        };
        _process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            await ready.Task.WaitAsync(Limit, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not become ready: {string.Join('\n', errors)}");
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public Task UntilAsync(Func<IReadOnlyList<JsonElement>, bool> condition, string what) => Eventually.TrueAsync(() => condition(Got), Limit, what);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }
    }

    private static async Task<ReceiverProcess> StartedAsync(Func<int, ProcessStartInfo> command)
    {
        var receiver = new ReceiverProcess(command);
        await receiver.StartAsync();
        return receiver;
    }

    private static string Given(string name) => Path.Combine(AppContext.BaseDirectory, "Given", name);
}
