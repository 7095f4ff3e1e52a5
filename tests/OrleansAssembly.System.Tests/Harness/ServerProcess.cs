using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace OrleansAssembly.SystemTests;

/// <summary>A real server in a process of its own, with the real ffmpeg.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment)
    {
        // env: whoever started the tests in the background may have had SIGINT ignored, which would be inherited.
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("env", ["--default-signal=INT", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };

        // It lives for seconds and starts anew all the time: code that is compiled twice would never pay, and other tests wait for the processor.
        foreach (var (name, value) in new Dictionary<string, string> { ["DOTNET_TieredPGO"] = "0", ["DOTNET_TC_CallCounting"] = "0" }.Concat(environment ?? new Dictionary<string, string>()))
        {
            _process.StartInfo.Environment[name] = value;
        }

        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_log, line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException("The server ended before it was ready."));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The program as it was built beside these tests, in the same configuration.</summary>
    public static string Program { get; } = Path.Combine(
        Repository, "src", "OrleansAssembly.Server", "bin", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!, "net10.0", "OrleansAssembly.Server.dll");

    public static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "OrleansAssembly.sln")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("The tests do not lie in their repository.");
            }

            return folder.FullName;
        }
    }

    public int Pid => _process.Id;

    public HttpClient Http { get; } = new() { Timeout = CallLimit };

    public Uri Address => Http.BaseAddress!;

    /// <summary>All that it has written to stdout.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>The last lines of its log, to be shown when a test fails.</summary>
    public string Log => string.Join('\n', _log.TakeLast(200));

    /// <summary>Its log from the first line on, but of a very long one only the end.</summary>
    public IReadOnlyList<string> Lines => [.. _log];

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts it on a free port and waits until it says that it is ready.</summary>
    public static Task<ServerProcess> StartAsync(string media, string data, params IReadOnlyList<string> options) =>
        StartCommandAsync("dotnet", [Program, "--port", "0", "--media", media, "--data", data, .. options]);

    public static Task<ServerProcess> StartCommandAsync(string program, params IReadOnlyList<string> arguments) => StartCommandAsync([program, .. arguments], null);

    /// <param name="environment">What the server finds in its environment besides what these tests were started with.</param>
    public static async Task<ServerProcess> StartCommandAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment)
    {
        var server = new ServerProcess(command, environment);
        try
        {
            server.Http.BaseAddress = await server._ready.Task.WaitAsync(StartLimit, TimeProvider.System);
            return server;
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            await server.DisposeAsync();
            Assert.Fail($"'{string.Join(' ', command)}' did not become ready: {e.Message}\n{server.Log}");
            throw;
        }
    }

    /// <summary>Ends it by kill -9 and does not wait for it.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Ends it by a signal, <c>TERM</c>, <c>INT</c> or <c>KILL</c>, and gives its exit code.</summary>
    public async Task<int> EndAsync(string signal)
    {
        Processes.Signal(Pid, signal);
        return await EndedAsync($"SIG{signal}");
    }

    /// <summary>Waits for its end, which something has brought about, and gives its exit code.</summary>
    public async Task<int> EndedAsync(string by = "SIGTERM")
    {
        using var limit = new CancellationTokenSource(EndLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The server did not end within {EndLimit.TotalSeconds} s of {by}:\n{Log}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        Http.Dispose();
    }

    private void Hear(string? line)
    {
        Keep(_output, line);
        if (line?.Split(' ') is ["ready", var address])
        {
            _ready.TrySetResult(new Uri(address));
        }
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        const int Most = 5000;
        if (line is not null)
        {
            lines.Enqueue(line);
            if (lines.Count > Most)
            {
                lines.TryDequeue(out _);
            }
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"server {Pid} on {Http.BaseAddress}");
}
