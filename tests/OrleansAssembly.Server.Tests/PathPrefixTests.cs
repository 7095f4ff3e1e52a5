using System.Net;
using System.Text;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

public sealed class PathPrefixTests
{
    [Theory]
    [InlineData("films", "/films")]
    [InlineData("/films/", "/films")]
    [InlineData("/a/b-1", "/a/b-1")]
    [InlineData("/", "")]
    [InlineData("", "")]
    public void A_prefix_is_read_however_its_slashes_are_written(string given, string expected) =>
        Assert.Equal(expected, ServerSettings.Read([$"--path-base={given}"], new ConfigurationBuilder().Build()).Settings?.PathBase);

    [Theory]
    [InlineData("/a//b")]
    [InlineData("/../x")]
    [InlineData("/a b")]
    [InlineData("/a%2fb")]
    [InlineData("http://x/")]
    public void What_is_no_path_is_refused(string given) =>
        Assert.Contains("--path-base", ServerSettings.Read([$"--path-base={given}"], new ConfigurationBuilder().Build()).Mistake!, StringComparison.Ordinal);

    [Fact]
    public async Task Everything_answers_below_the_prefix_and_addresses_keep_it()
    {
        using var folder = new TempFolder();
        var settings = ServerSettings.Read(["--port", "0", "--slots", "0", "--path-base", "/films", "--data", folder.Below("data"), "--media", folder.Below("media")], new ConfigurationBuilder().Build()).Settings!;
        await using var server = await AssemblyServer.StartAsync(settings);
        using var http = new HttpClient { BaseAddress = server.Address };

        foreach (var path in new[] { "/films/", "/films/health/ready", "/films/api/v1/assembly/jobs", "/films/openapi/v1.json", "/films/docs/", "/films/metrics", "/health/ready" })
        {
            using var answer = await http.GetAsync(path, Cancel);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode}");
        }

        Assert.Contains("\"/films\"", await http.GetStringAsync("/films/openapi/v1.json", Cancel), StringComparison.Ordinal);
        using var draft = await http.PostAsync("/films/api/v1/drafts", new StringContent("{}", Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.Created, draft.StatusCode);
        Assert.StartsWith("/films/api/v1/drafts/", draft.Headers.Location?.ToString(), StringComparison.Ordinal);
        using var stored = await http.PutAsync("/films/api/v1/sources/a.bin", new StringContent("x"), Cancel);
        Assert.Equal("/films/api/v1/sources/a.bin", stored.Headers.Location?.ToString());
        var problem = await ProblemAsync(await http.GetAsync("/films/api/v1/drafts/none", Cancel), 404);
        Assert.Equal("/films/api/v1/drafts/none", problem.Instance);

        // As a proxy asks that takes the prefix off.
        using var bare = await http.PostAsync("/api/v1/drafts", new StringContent("{}", Encoding.UTF8, "application/json"), Cancel);
        Assert.StartsWith("/api/v1/drafts/", bare.Headers.Location?.ToString(), StringComparison.Ordinal);
    }
}
