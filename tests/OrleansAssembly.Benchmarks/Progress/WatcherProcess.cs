using System.Diagnostics;
using System.Text;
using System.Text.Json;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>What the watching process is to do.</summary>
/// <param name="Servers">Each takes its share of the connections.</param>
/// <param name="Jobs">Ids, in the order of their numbers.</param>
/// <param name="Watches">Jobs that a connection watches.</param>
/// <param name="Stamps">The file.</param>
internal sealed record WatchPlan(IReadOnlyList<Uri> Servers, IReadOnlyList<string> Jobs, int Connections, int Watches, string Protocol, string Stamps);

/// <summary>What it saw.</summary>
/// <param name="Messages">Came between <c>begin</c> and <c>end</c>.</param>
/// <param name="Latencies">p50, p99 and the longest of them, milliseconds from the encoder's report.</param>
/// <param name="Finals">How often a connection saw a job of its own completed.</param>
/// <param name="Broken">Connections that ended before all was seen.</param>
/// <param name="Failure">Why the first of them did.</param>
internal sealed record WatchResult(long Messages, double Seconds, double[] Latencies, int Finals, int Broken, string? Failure);

/// <summary>All connections of a measurement, in a process of their own. It is led by lines: <c>begin</c>, <c>end</c>, <c>last</c>; and says <c>ready</c>, then the result.</summary>
internal sealed class WatcherProcess(WatchPlan plan, Stamps stamps) : IDisposable
{
    public const string Command = "progress-watchers";

    private const int AtOnce = 32;

    /// <summary>Bytes: more than any message.</summary>
    private const int Buffer = 1 << 20;

    private const int LookMilliseconds = 100;
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FinalsLimit = TimeSpan.FromSeconds(60);

    private readonly WatchPlan _plan = plan;
    private readonly Stamps _stamps = stamps;
    private readonly Watching[] _all = new Watching[plan.Connections];
    private readonly ReadyList _ready = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _counts;
    private int _finals;
    private int _broken;
    private volatile string? _failure;

    public static async Task<int> RunAsync(string planFile)
    {
        var plan = JsonSerializer.Deserialize<WatchPlan>(await File.ReadAllTextAsync(planFile))!;
        using var stamps = Stamps.Open(plan.Stamps);
        using var watchers = new WatcherProcess(plan, stamps);
        await watchers.RunAsync();
        return 0;
    }

    public void Dispose()
    {
        foreach (var watching in _all)
        {
            watching?.Dispose();
        }

        _ready.Dispose();
    }

    private async Task RunAsync()
    {
        using var ended = new CancellationTokenSource();
        Parallel.For(0, _plan.Connections, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, number =>
        {
            _all[number] = new Watching(this, [.. Enumerable.Range(0, _plan.Watches).Select(i => ((number * _plan.Watches) + i) % _plan.Jobs.Count)]);
            _all[number].Connect(_plan.Servers[(number + (number / _plan.Jobs.Count)) % _plan.Servers.Count]); // those who watch a job are on all of them
            _ready.Watch(_all[number].Handle, number);
        });
        var listening = new Thread(() => Listen(ended.Token)) { IsBackground = true };
        listening.Start();
        foreach (var watching in _all)
        {
            watching.Watch();
        }

        var pinging = PingAsync(ended.Token);
        Console.WriteLine("ready");

        await HearAsync("begin");
        var began = Stopwatch.GetTimestamp();
        _counts = true;
        await HearAsync("end");
        _counts = false;
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;

        await HearAsync("last");
        await Task.WhenAny(_over.Task, Task.Delay(FinalsLimit, TimeProvider.System));
        Console.WriteLine(JsonSerializer.Serialize(Result(seconds)));
        await ended.CancelAsync();
        await pinging;
        listening.Join();
    }

    /// <summary>All connections, on one thread.</summary>
    private void Listen(CancellationToken ended)
    {
        var buffer = new byte[Buffer];
        while (!ended.IsCancellationRequested)
        {
            _ready.Wait(LookMilliseconds, number => _all[number].Receive(buffer));
        }
    }

    private WatchResult Result(double seconds)
    {
        var latencies = _all.SelectMany(watching => watching.Latencies).ToArray();
        Array.Sort(latencies);
        double At(double share) => latencies.Length == 0 ? double.NaN : latencies[Math.Min(latencies.Length - 1, (int)(share * latencies.Length))] * 1000.0 / Stopwatch.Frequency;
        return new WatchResult(_all.Sum(watching => watching.Messages), seconds, [At(0.5), At(0.99), At(1)], _finals, _broken, _failure);
    }

    private static async Task HearAsync(string word)
    {
        if (await Console.In.ReadLineAsync() != word)
        {
            throw new InvalidOperationException($"Expected '{word}'.");
        }
    }

    private async Task PingAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(PingPeriod, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                foreach (var watching in _all)
                {
                    watching.Ping();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // All is over.
        }
    }

    /// <summary>One connection and the jobs that it watches.</summary>
    private sealed class Watching : IDisposable
    {
        private readonly int _encoding = StepList.Of(JobType.Assembly, Stage.Encode).Index;
        private readonly WatcherProcess _process;
        private readonly int[] _jobs;
        private readonly byte[][] _ids;
        private readonly bool[] _completed;
        private readonly bool _json;
        private readonly HubSocket _socket;
        private bool _broken;

        public Watching(WatcherProcess process, int[] jobs)
        {
            (_process, _jobs, _json) = (process, jobs, process._plan.Protocol == "json");
            (_ids, _completed) = ([.. jobs.Select(job => Encoding.ASCII.GetBytes(process._plan.Jobs[job]))], new bool[jobs.Length]);
            _socket = new HubSocket(process._plan.Protocol, Take);
        }

        public List<long> Latencies { get; } = [];

        public long Messages { get; private set; }

        public nint Handle => _socket.Handle;

        public void Connect(Uri server) => _socket.Connect(server);

        public void Watch()
        {
            foreach (var (index, job) in _jobs.Index())
            {
                _socket.Call($"{index}", "WatchJob", [_process._plan.Jobs[job], null]);
            }
        }

        public void Ping()
        {
            if (!_broken)
            {
                _socket.Ping();
            }
        }

        public void Receive(byte[] buffer)
        {
            if (_broken || _socket.Receive(buffer))
            {
                return;
            }

            (_broken, _process._failure) = (true, _process._failure ?? "the server ended it");
            Interlocked.Increment(ref _process._broken);
            _socket.Dispose();
        }

        public void Dispose() => _socket.Dispose();

        private void Take(ReadOnlySpan<byte> bytes)
        {
            var now = Stopwatch.GetTimestamp();
            var message = new JobMessage(bytes, _json);
            if (!message.IsProgress)
            {
                return;
            }

            var index = IndexOf(message.JobId);
            if (message.IsCompleted)
            {
                Complete(index);
            }
            else if (_process._counts)
            {
                Messages++;
                if (message.StepIndex == _encoding)
                {
                    Latencies.Add(now - _process._stamps.At(_jobs[index], Stamps.ReportOf(message.StepProgress)));
                }
            }
        }

        private int IndexOf(ReadOnlySpan<byte> id)
        {
            for (var index = 0; index < _ids.Length; index++)
            {
                if (id.SequenceEqual(_ids[index]))
                {
                    return index;
                }
            }

            throw new InvalidOperationException("A message came of a job that nobody watches here.");
        }

        private void Complete(int index)
        {
            if (!_completed[index])
            {
                _completed[index] = true;
                if (Interlocked.Increment(ref _process._finals) == _process._plan.Connections * _process._plan.Watches)
                {
                    _process._over.TrySetResult();
                }
            }
        }
    }
}
