namespace OrleansAssembly.SystemTests;

/// <summary>The script that people and other scripts start.</summary>
public class RunScriptTests
{
    private static string Script => Path.Combine(ServerProcess.Repository, "run.sh");

    [Fact]
    public async Task Help_SaysWhatThereIs()
    {
        var (code, output, _) = await Processes.RunAsync(Script, "--help");
        Assert.Equal(0, code);
        Assert.All(["--serve-only", "--port", "--media", "--data", "--redis"], option => Assert.Contains(option, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--port", "many")]
    [InlineData("--media")]
    public async Task AWrongOption_IsRefused(params string[] options)
    {
        var (code, output, errors) = await Processes.RunAsync(Script, options);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(options[0], errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nonsense", 2)]
    [InlineData("--help", 0)]
    public async Task TheServerItself_AnswersTheSameWay(string option, int expected) =>
        Assert.Equal(expected, (await Processes.RunAsync("dotnet", ServerProcess.Program, option)).Code);

    [Fact]
    public async Task ServeOnly_PrintsOneLine_AndEndsCleanly()
    {
        // The script builds what is out of date, which takes minutes: here it is to be tried, not waited for. Tools that refuse tell whether it would.
        var (built, _, _) = await Processes.RunAsync(
            "bash", "-c", $"cd '{ServerProcess.Repository}' && . .ci/setup.sh && need_node() {{ exit 1; }} && dotnet() {{ exit 1; }} && build_all");
        Assert.SkipUnless(built == 0, "run.sh has something to build first: start it once");

        using var place = new Workplace();
        await using var server = await ServerProcess.StartCommandAsync(Script, "--serve-only", "--port", "0", "--media", place.Media.Root, "--data", place.Data);
        await server.CompleteAsync(await server.SubmitAsync(Workplace.Small()));
        Assert.Equal(0, await server.EndAsync("INT"));
        Assert.StartsWith("ready http://127.0.0.1:", Assert.Single(server.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondServerOnTheSameData_SaysWhyItDoesNotStart()
    {
        using var place = new Workplace();
        await using var first = await place.StartAsync();
        var (code, output, errors) = await Processes.RunAsync("dotnet", ServerProcess.Program, "--port", "0", "--media", place.Media.Root, "--data", place.Data);
        Assert.Equal((3, ""), (code, output));
        Assert.Contains("Another server uses the data folder", errors, StringComparison.Ordinal);
    }
}
