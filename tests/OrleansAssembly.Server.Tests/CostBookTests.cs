using Microsoft.Extensions.Logging.Abstractions;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Server.Tests.Given;
using StackExchange.Redis;

namespace OrleansAssembly.Server.Tests;

/// <summary>On the store inside the process, which knows the fewest commands.</summary>
public sealed class CostBookTests : IAsyncLifetime
{
    private const string Machine = "2 x Some Processor";
    private readonly TempFolder _folder = new();
    private EmbeddedStore _store = null!;
    private ConnectionMultiplexer _connection = null!;

    private CostBook Book => new(_connection, TimeProvider.System, NullLogger<CostBook>.Instance); // each knows only what is stored

    public async ValueTask InitializeAsync()
    {
        _store = await EmbeddedStore.StartAsync(_folder.Path);
        _connection = await ConnectionMultiplexer.ConnectAsync(_store.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task WhatJobsCost_IsKeptByMachine_WhoeverCompletesAtTheSameTime()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Book.LearnAsync(Machine, Completed(), ["h264-720p"])));
        var prior = await Book.GetAsync(Machine);

        Assert.InRange(prior.Formats["h264-720p"].Predict([1, 0, 0, 0], 0).Mean, 0.6, 1.1); // three times the guess: ln 3
        Assert.InRange(prior.Utilisation.Jobs, 2.5, 3);
        Assert.Equal(["verify"], prior.Stages.Keys.Select(stage => stage.ToString().ToLowerInvariant()));
        Assert.Empty((await Book.GetAsync("another")).Formats);
    }

    [Fact]
    public async Task WhatCannotBeRead_IsBegunAnew()
    {
        await _connection.GetDatabase().StringSetAsync("{assembly}:costs:" + Machine, "{\"formats\":{\"x\":{\"squares\":[1],\"products\":[]}},\"stages\":{},\"utilisation\":{\"jobs\":1,\"sum\":1}}");
        Assert.Empty((await Book.GetAsync(Machine)).Formats);

        await Book.LearnAsync(Machine, Completed(), ["h264-720p"]);
        Assert.Single((await Book.GetAsync(Machine)).Formats);
    }

    private static JobState Completed()
    {
        var plan = new WorkPlan(600, 1, 1, [.. Enumerable.Range(0, 5).Select(index => new EncodePiece(0, index, 120, 2))], 24, [new SourceTraits(12_500, 1e6)], [5e5]);
        var cost = plan.Encode.Aggregate(CostRecord.None, (sum, piece) => sum.Add(piece, 6, 8));
        var spec = new JobSpec(JobType.Assembly, "harbour", "Harbour", null, null, [new OutputSpec("h264-720p")], null, null, null);
        return JobStateMachine.Create("id", spec, 1, DateTimeOffset.UnixEpoch) with { Plan = plan, Cost = cost, Stages = [new StageCost(Stage.Verify, 1, 4)] };
    }
}
