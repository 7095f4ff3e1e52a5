using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>The document from which the page's types are made.</summary>
public sealed class ApiDocumentTests(RunningServer server)
{
    /// <summary>Set to 1, the test writes the document instead of comparing it.</summary>
    private const string Renew = "RENEW_OPENAPI";

    private const string Command = $"{Renew}=1 dotnet tests/OrleansAssembly.Server.Tests/bin/Release/net10.0/OrleansAssembly.Server.Tests.dll -method '*committed*' && (cd src/web && npm run types)";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_committed_document_is_the_server_s()
    {
        var served = (JsonNode.Parse(await server.Http.GetStringAsync("/openapi/v1.json", Cancel))!.ToJsonString(Readable) + "\n").ReplaceLineEndings("\n");
        var file = Path.Combine(Repository(), "src", "web", "openapi.json");
        if (Environment.GetEnvironmentVariable(Renew) == "1")
        {
            await File.WriteAllTextAsync(file, served, Cancel);
        }

        Assert.True(File.Exists(file) && await File.ReadAllTextAsync(file, Cancel) == served, $"src/web/openapi.json is not what the server says of itself. Renew it, and the page's types, from the repository's root:\n{Command}");
    }

    [Fact]
    public async Task Answers_have_all_their_fields_and_the_hub_s_records_are_there()
    {
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync("/openapi/v1.json", Cancel));
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        foreach (var (name, field) in new[] { ("JobSummary", "posterUrl"), ("JobDetails", "log"), ("ClusterInfo", "store"), ("SlotInfo", "fraction"), ("NotificationEvent", "message"), ("Draft", "spec"), ("SegmentInfo", "silo") })
        {
            var schema = schemas.GetProperty(name);
            Assert.Contains(field, schema.GetProperty("required").EnumerateArray().Select(required => required.GetString()));
            Assert.Equal(schema.GetProperty("properties").EnumerateObject().Count(), schema.GetProperty("required").GetArrayLength());
        }

        Assert.False(schemas.GetProperty("BoardFilter").TryGetProperty("required", out _));
        Assert.Equal(["type", "title", "status", "detail"], schemas.GetProperty("ProblemDetailsBody").GetProperty("required").EnumerateArray().Select(required => required.GetString()));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansAssembly.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No OrleansAssembly.sln above the tests.");
    }
}
