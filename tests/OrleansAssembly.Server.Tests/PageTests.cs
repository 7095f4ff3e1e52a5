using System.Text.Json;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>What browsers and tools get beside the API.</summary>
public sealed class PageTests(RunningServer server)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/docs/")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    [InlineData("/api/v1/presets")]
    [InlineData("/api/v1/cluster")]
    [InlineData("/api/v1/projects")]
    public async Task Each_page_answers_with_the_headers_that_keep_browsers_safe(string path)
    {
        using var answer = await server.Http.GetAsync(path, Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_OpenAPI_document_names_each_operation_and_asks_for_no_field_that_may_be_left_out()
    {
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync("/openapi/v1.json", Cancel));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).ToList();
        Assert.All(operations, operation => Assert.True(operation.Value.TryGetProperty("operationId", out _), operation.Value.ToString()));
        Assert.True(operations.Count > 20);
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        Assert.All(schemas.EnumerateObject().Where(s => s.Name.EndsWith("Spec", StringComparison.Ordinal)), s => Assert.False(s.Value.TryGetProperty("required", out _), s.Name));
        var progress = schemas.GetProperty("ProgressUpdate").GetProperty("properties");
        Assert.Equal("number", progress.GetProperty("progress").GetProperty("type").GetString());
        Assert.Equal("integer", progress.GetProperty("sequence").GetProperty("type").GetString());
    }
}
