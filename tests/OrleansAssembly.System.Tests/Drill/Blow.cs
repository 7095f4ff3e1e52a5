using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests.Drill;

/// <summary>What was done to the cluster.</summary>
/// <param name="What">For a person.</param>
/// <param name="At">The moment from which recovery counts.</param>
/// <param name="Segments">Files of the segments whose encoders it struck: each of them may be encoded once more.</param>
/// <param name="Repaired">Ends when the cluster is whole again.</param>
internal sealed record Struck(string What, DateTimeOffset At, IReadOnlySet<string> Segments, Task Repaired);

/// <summary>Does one thing to the cluster while it makes a job's film.</summary>
internal sealed class Blow(SiloCluster cluster, Random random, string job)
{
    private static readonly TimeSpan RedisAway = TimeSpan.FromSeconds(1);

    public Task<Struck> StrikeAsync(Disturbance kind) => kind switch
    {
        Disturbance.KillOwner => Task.FromResult(KillSilo(cluster.OwnerOf(job))),
        Disturbance.KillOther => Task.FromResult(KillSilo(Pick([.. cluster.Living.Except([cluster.OwnerOf(job)])]))),
        Disturbance.KillEncoder => KillEncoderAsync(),
        Disturbance.KillRedis => KillRedisAsync(),
        Disturbance.Pause => PauseAsync(),
        Disturbance.Terminate => Task.FromResult(Terminate(Pick(cluster.Living))),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private Struck KillSilo(ServerProcess server)
    {
        cluster.Kill(server);
        return new Struck($"killed {server}", Now, cluster.Encodes.BegunBy(server, job).ToHashSet(), cluster.AddAsync());
    }

    private Struck Terminate(ServerProcess server)
    {
        var at = Now;
        cluster.Leave(server);
        Processes.Signal(server.Pid, "TERM");
        var segments = cluster.Encodes.BegunBy(server, job).ToHashSet();
        return new Struck($"terminated {server}", at, segments, EndAsync());

        async Task EndAsync()
        {
            var replacement = cluster.AddAsync();
            await server.EndedAsync();
            segments.UnionWith(cluster.Encodes.BegunBy(server, job)); // begun in the moment of the signal
            await replacement;
        }
    }

    private async Task<Struck> KillEncoderAsync()
    {
        IReadOnlyList<(int Pid, string Command)> children = [];
        async Task<bool> FoundOrOverAsync()
        {
            children = [.. cluster.Living.SelectMany(server => Processes.EncodersOf(server.Pid))];
            return children.Count > 0 || (await cluster.Any.ProgressAsync(job)).Status == JobStatus.Completed;
        }

        await Eventually.TrueAsync(FoundOrOverAsync, TimeSpan.FromSeconds(30), "an ffmpeg child, or the end of the job");
        if (children.Count == 0)
        {
            return new Struck("nothing: the job had ended", Now, new HashSet<string>(), Task.CompletedTask);
        }

        var (pid, command) = Pick(children);
        Processes.Signal(pid, "KILL");
        var at = Now;
        var segments = cluster.Encodes.Of(job).Select(start => start.File).Where(file => command.Contains(file, StringComparison.Ordinal) && !File.Exists(file));
        return new Struck($"killed {pid}: {command}", at, segments.ToHashSet(), Task.CompletedTask);
    }

    private async Task<Struck> KillRedisAsync()
    {
        await cluster.Redis.KillAsync();
        var at = Now;
        return new Struck("killed Redis", at, new HashSet<string>(), BackAsync());

        async Task BackAsync()
        {
            await Task.Delay(RedisAway, TimeProvider.System);
            await cluster.Redis.RestartAsync();
        }
    }

    /// <summary>Recovery counts from the answer to resume.</summary>
    private async Task<Struck> PauseAsync()
    {
        using var paused = await Pick(cluster.Living).TryCommandAsync(job, "pause");
        if (!paused.IsSuccessStatusCode)
        {
            return new Struck("nothing: the job had ended", Now, new HashSet<string>(), Task.CompletedTask);
        }

        await Task.Delay(TimeSpan.FromSeconds(0.2 + (1.5 * random.NextDouble())), TimeProvider.System);
        await Pick(cluster.Living).CommandAsync(job, "resume");
        return new Struck("paused and resumed", Now, new HashSet<string>(), Task.CompletedTask);
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
