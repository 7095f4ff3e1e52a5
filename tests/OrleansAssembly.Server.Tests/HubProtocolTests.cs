using System.Buffers;
using System.Text.Json;
using MessagePack;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Progress;
using static OrleansAssembly.Server.Tests.Given.Updates;

namespace OrleansAssembly.Server.Tests;

public sealed class HubProtocolTests
{
    private static readonly Dictionary<string, IHubProtocol> Protocols = Registered();

    [Fact]
    public void MessagePack_has_the_names_and_values_of_the_JSON()
    {
        var update = Of("a", 7, status: JobStatus.Failed, error: new ProblemDetailsBody("urn:x", "T", 422, "D", Errors: new Dictionary<string, string[]> { ["f"] = ["m"] }));
        var packed = MessagePackSerializer.Serialize(update.GetType(), update, HubProtocols.Packed, TestContext.Current.CancellationToken);
        using var fromPack = JsonDocument.Parse(MessagePackSerializer.ConvertToJson(packed, cancellationToken: TestContext.Current.CancellationToken));
        var json = JsonSerializer.SerializeToElement(update, AssemblyJson.Options);
        Assert.Equal("failed", fromPack.RootElement.GetProperty("status").GetString());
        Assert.True(JsonElement.DeepEquals(json, fromPack.RootElement), fromPack.RootElement.ToString());
    }

    [Fact]
    public void A_board_packs_as_a_list_of_the_same()
    {
        ProgressUpdate[] board = [Of("a", 1), Of("b", 2)];
        var packed = MessagePackSerializer.Serialize(board, HubProtocols.Packed, TestContext.Current.CancellationToken);
        Assert.Equal(board, MessagePackSerializer.Deserialize<ProgressUpdate[]>(packed, HubProtocols.Packed, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public void Optional_arguments_may_be_left_out(string protocol)
    {
        Assert.Equal(["job", null], Call(protocol, "WatchJob", ["job"]));
        Assert.Equal(["job", 5L], Call(protocol, "WatchJob", ["job", 5L]));
        Assert.Equal([null], Call(protocol, "WatchBoard", []));
        Assert.Equal([new BoardFilter("p", JobStatus.Running)], Call(protocol, "WatchBoard", [new BoardFilter("p", JobStatus.Running)]));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public void Needed_arguments_may_not(string protocol)
    {
        Assert.Null(Call(protocol, "WatchJob", []));
        Assert.Null(Call(protocol, "UnwatchJob", []));
        Assert.Null(Call(protocol, "Nonsense", ["a"]));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public void An_update_is_written_once_for_all_who_watch(string name)
    {
        var protocol = Protocols[name];
        ProgressUpdate[] updates = [.. Enumerable.Range(0, 3000).Select(number => Of("job", number))]; // more than are kept
        foreach (var update in updates.Concat(updates))
        {
            var bytes = protocol.GetMessageBytes(Push(update));
            var output = new ArrayBufferWriter<byte>();
            protocol.WriteMessage(Push(update), output);

            Assert.True(bytes.Equals(protocol.GetMessageBytes(Push(update))), "it was written again");
            Assert.Equal(bytes.ToArray(), output.WrittenSpan.ToArray());
            var read = new ReadOnlySequence<byte>(bytes);
            Assert.True(protocol.TryParseMessage(ref read, new Pushes(), out var message));
            Assert.Equal(update, Assert.Single(Assert.IsType<InvocationMessage>(message).Arguments));
        }

        static InvocationMessage Push(ProgressUpdate update) => new("progress", [update]);
    }

    private static object?[]? Call(string name, string method, object?[] arguments)
    {
        var protocol = Protocols[name];
        var bytes = new ReadOnlySequence<byte>(protocol.GetMessageBytes(new InvocationMessage("1", method, arguments)));
        Assert.True(protocol.TryParseMessage(ref bytes, new HubMethods(), out var message));
        Assert.True(bytes.IsEmpty);
        return (message as InvocationMessage)?.Arguments;
    }

    private static Dictionary<string, IHubProtocol> Registered()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddProgressHub();
        var resolver = services.BuildServiceProvider().GetRequiredService<IHubProtocolResolver>();
        return resolver.AllProtocols.ToDictionary(protocol => protocol.Name);
    }

    /// <summary>What a client that takes progress knows.</summary>
    private sealed class Pushes : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => [typeof(ProgressUpdate)];

        public Type GetReturnType(string invocationId) => typeof(object);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }

    /// <summary>The hub's methods as SignalR sees them.</summary>
    private sealed class HubMethods : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) =>
            [.. (typeof(ProgressHub).GetMethod(methodName) ?? throw new HubException("There is no such method.")).GetParameters().Select(p => p.ParameterType)];

        public Type GetReturnType(string invocationId) => typeof(object);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
