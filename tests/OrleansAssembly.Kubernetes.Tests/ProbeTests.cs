using System.Net;
using OrleansAssembly.Kubernetes.Tests.Given;
using OrleansAssembly.Server;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Testing;

namespace OrleansAssembly.Kubernetes.Tests;

/// <summary>The probes ask for what the server really answers.</summary>
[Collection("environment")]
public sealed class ProbeTests
{
    [Theory]
    [InlineData("frontend")]
    [InlineData("encoder")]
    public async Task Server_AnswersTheProbesOfItsPod(string role)
    {
        var folder = Directory.CreateTempSubdirectory("assembly-probe-").FullName;
        await using var redis = await RedisProcess.StartAsync();
        var container = Overlay.Of("production").Workload(role).Container;
        var settings = ServerSettings.Read(
            [.. container.Args, "--host", "127.0.0.1", "--port", "0", "--media", folder, "--redis", redis.Address],
            new ConfigurationBuilder().Build()).Settings!;
        await using (var server = await AssemblyServer.StartAsync(settings))
        {
            using var http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(60) };
            foreach (var probe in new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe })
            {
                Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(probe.HttpGet.Path, TestContext.Current.CancellationToken)).StatusCode);
            }
        }

        Directory.Delete(folder, recursive: true);
    }
}
