using System.Net;
using System.Net.Sockets;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Server.Tests.Given;

namespace OrleansAssembly.Server.Tests;

public sealed class StartTests
{
    [Theory]
    [InlineData("--port", "http")]
    [InlineData("--port", "70000")]
    [InlineData("--port", "-1")]
    [InlineData("--slots", "many")]
    [InlineData("--role", "boss")]
    [InlineData("--role", "1")]
    [InlineData("--role", "encoder")] // without --redis
    [InlineData("--role", "frontend")]
    [InlineData("--host", "example.org")]
    [InlineData("--drain", "soon")]
    [InlineData("--silo-port", "70000")]
    [InlineData("--silo-address", "0.0.0.0")]
    [InlineData("--silo-address", "example.org")]
    public void A_bad_value_is_refused_in_one_line_that_names_the_option(string option, string value)
    {
        var (settings, mistake) = Read(option, value);
        Assert.Null(settings);
        Assert.StartsWith(option, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mistake!);
    }

    [Theory]
    [InlineData("--prot", "8080")]
    [InlineData("serve")]
    [InlineData("--port")]
    public void An_unknown_or_unfinished_option_is_refused(params string[] args) => Assert.Null(Read(args).Settings);

    [Fact]
    public void Options_come_before_the_environment()
    {
        var environment = new ConfigurationBuilder().AddInMemoryCollection([new("Server:Port", "1"), new("ConnectionStrings:Redis", "redis:6379")]).Build();
        var settings = ServerSettings.Read(["--port=2", "--slots", "3"], environment).Settings!;
        Assert.Equal((2, "redis:6379", 3, ServerRole.Both), (settings.Port, settings.Redis, settings.Slots, settings.Role));
    }

    [Fact]
    public void A_frontend_lends_no_slots() => Assert.Equal(0, Read("--role", "frontend", "--slots", "4", "--redis", "redis:6379").Settings!.Slots);

    [Fact]
    public async Task Bad_options_end_with_2() => Assert.Equal(2, await Program.Main(["--port", "x"]));

    [Fact]
    public async Task A_port_in_use_is_told_before_anything_else_starts()
    {
        using var folder = new TempFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var settings = Read("--port", $"{port}", "--data", folder.Below("data")).Settings!;
        var refusal = await Assert.ThrowsAsync<StartException>(() => AssemblyServer.StartAsync(settings));
        Assert.Contains($"Port {port}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("already in use", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Below("data")));
    }

    [Fact]
    public async Task A_Redis_that_does_not_answer_is_told()
    {
        var settings = Read("--port", "0", "--redis", $"127.0.0.1:{FreePort.Next()},connectRetry=0,connectTimeout=1000").Settings!;
        var refusal = await Assert.ThrowsAsync<StartException>(() => AssemblyServer.StartAsync(settings));
        Assert.Contains("No Redis answers", refusal.Message, StringComparison.Ordinal);
    }

    private static (ServerSettings? Settings, string? Mistake) Read(params string[] args) => ServerSettings.Read(args, new ConfigurationBuilder().Build());
}
