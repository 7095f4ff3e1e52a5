using System.Diagnostics;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Server.Tests.Given;
using StackExchange.Redis;

namespace OrleansAssembly.Server.Tests;

public sealed class EmbeddedStoreTests : IDisposable
{
    private const string Data = "SERVER_TESTS_STORE";
    private const string Word = "SERVER_TESTS_WORD";

    /// <summary>Without a checkpoint at each start one of the third to the sixth could not begin (seen).</summary>
    private const int Lives = 5;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Values_survive_a_restart()
    {
        using (var store = await EmbeddedStore.StartAsync(_folder.Path))
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(store.ConnectionString);
            await redis.GetDatabase().StringSetAsync("text", "kept");
            await redis.GetDatabase().HashSetAsync("hash", "field", "kept too");
            await redis.GetDatabase().SortedSetAddAsync("set", "member", 0);
        }

        using var again = await EmbeddedStore.StartAsync(_folder.Path);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(again.ConnectionString);
        Assert.Equal("kept", await connection.GetDatabase().StringGetAsync("text"));
        Assert.Equal("kept too", await connection.GetDatabase().HashGetAsync("hash", "field"));
        Assert.Equal(["member"], (await connection.GetDatabase().SortedSetRangeByRankAsync("set")).Select(v => v.ToString()));
    }

    [Fact]
    public async Task More_than_fits_in_memory_is_kept_and_survives_a_restart()
    {
        const int Count = 400;
        var megabyte = new byte[1024 * 1024];
        using (var store = await EmbeddedStore.StartAsync(_folder.Path))
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(store.ConnectionString);
            for (var i = 0; i < Count; i++)
            {
                megabyte[0] = (byte)i;
                await redis.GetDatabase().HashSetAsync("state/" + i, "data", megabyte);
            }

            Assert.Equal(Count, await CountAsync(redis.GetDatabase()));
        }

        using var again = await EmbeddedStore.StartAsync(_folder.Path);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(again.ConnectionString);
        Assert.Equal(Count, await CountAsync(connection.GetDatabase()));

        static async Task<int> CountAsync(IDatabase database)
        {
            var kept = 0;
            for (var i = 0; i < Count; i++)
            {
                kept += (byte[]?)await database.HashGetAsync("state/" + i, "data") is { Length: 1024 * 1024 } value && value[0] == (byte)i ? 1 : 0;
            }

            return kept;
        }
    }

    [Fact]
    public async Task A_second_store_in_the_same_folder_is_refused_with_a_clear_message()
    {
        using var first = await EmbeddedStore.StartAsync(_folder.Path);
        var refusal = await Assert.ThrowsAsync<StartException>(() => EmbeddedStore.StartAsync(_folder.Path));
        Assert.Contains("--data", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_within_a_transaction_it_starts_again_and_again()
    {
        using var timely = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timely.CancelAfter(TimeSpan.FromMinutes(3));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        for (var life = 1; life <= Lives; life++)
        {
            var word = _folder.Below($"life-{life}");

            // This very program, running only the test below, stands for the server.
            var program = new ProcessStartInfo(
                Path.Combine(AppContext.BaseDirectory, "OrleansAssembly.Server.Tests"),
                ["-explicit", "only", "-method", $"{typeof(EmbeddedStoreTests).FullName}.{nameof(A_server_that_writes_transactions_for_ever)}"])
            {
                RedirectStandardOutput = true,
                Environment = { [Data] = _folder.Below("data"), [Word] = word },
            };
            using var server = Process.Start(program)!;
            try
            {
                while (!File.Exists(word) && !server.HasExited)
                {
                    await tick.WaitForNextTickAsync(timely.Token);
                }

                Assert.True(File.Exists(word), $"Life {life} did not begin: {(server.HasExited ? await server.StandardOutput.ReadToEndAsync(timely.Token) : "")}");
                await Task.Delay(TimeSpan.FromMilliseconds(100 + (37 * life)), TimeProvider.System, timely.Token); // nearly all of the time it is within one
            }
            finally
            {
                server.Kill();
                await server.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task A_server_that_writes_transactions_for_ever()
    {
        var data = Environment.GetEnvironmentVariable(Data);
        Assert.SkipWhen(data is null, "Only the test above runs this, in a process of its own");
        using var store = await EmbeddedStore.StartAsync(data!);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(WriteAsync)); // what one writes puts the beginnings of the others' on the disk

        async Task WriteAsync(int writer)
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(store.ConnectionString);
            for (var number = 0; ; number++)
            {
                var transaction = redis.GetDatabase().CreateTransaction();
                for (var i = 0; i < 500; i++)
                {
                    _ = transaction.StringSetAsync($"text-{i}", number);
                }

                await transaction.ExecuteAsync();
                if (writer == 0)
                {
                    await File.WriteAllTextAsync(Environment.GetEnvironmentVariable(Word)!, "", TestContext.Current.CancellationToken);
                }
            }
        }
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_secret()
    {
        using var store = await EmbeddedStore.StartAsync(_folder.Path);
        var open = store.ConnectionString.Split(',')[0] + ",connectRetry=0,connectTimeout=2000";
        await Assert.ThrowsAsync<RedisConnectionException>(async () => await ConnectionMultiplexer.ConnectAsync(open));
    }

    [Fact]
    public async Task The_Orleans_providers_work_with_it_and_what_a_grain_wrote_survives()
    {
        await using (var server = await AssemblyServer.StartAsync(Settings()))
        {
            await Project(server).AddFilmAsync(new ProjectFilm(Updates.NewId(), JobType.Assembly, "A film", DateTimeOffset.UnixEpoch, 1, []));
        }

        await using var again = await AssemblyServer.StartAsync(Settings());
        Assert.Equal("A film", Assert.Single((await Project(again).GetAsync())!.Films).Title);
    }

    private static IProjectGrain Project(AssemblyServer server) => server.Services.GetRequiredService<IGrainFactory>().GetGrain<IProjectGrain>("harbour");

    private ServerSettings Settings() =>
        ServerSettings.Read(["--port", "0", "--data", _folder.Below("data"), "--media", _folder.Below("media")], new ConfigurationBuilder().Build()).Settings!;
}
