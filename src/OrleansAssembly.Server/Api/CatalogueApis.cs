using Microsoft.AspNetCore.Http.HttpResults;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Server.Errors;

namespace OrleansAssembly.Server.Api;

/// <summary>The formats on offer.</summary>
public static class PresetsApi
{
    public static void MapPresets(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/presets", List).WithName("ListPresets").WithSummary("The output formats on offer").WithTags("Presets");

    private static Ok<IReadOnlyList<PresetInfo>> List() => TypedResults.Ok<IReadOnlyList<PresetInfo>>(
        [.. Presets.All.Select(p => new PresetInfo(p.Name, p.Description, p.Container, p.VideoCodec, p.AudioCodec, p.MaxWidth, p.MaxHeight, p.MediaType, p.Extension))]);
}

/// <summary>Projects and their films.</summary>
public static class ProjectsApi
{
    private const int DefaultLimit = 100;

    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        var projects = routes.MapGroup("/api/v1/projects").WithTags("Projects");
        projects.MapGet("/", ListAsync).WithName("ListProjects").WithSummary("Projects with their films, in alphabetical order").ProducesProblem(400).NeedsStore();
        projects.MapGet("/{id}", GetAsync).WithName("GetProject").WithSummary("A project with its films").ProducesProblem(404);
    }

    private static async Task<Results<Ok<Page<ProjectInfo>>, ProblemHttpResult>> ListAsync(
        IGrainFactory grains, JobCatalogue catalogue, int? limit, string? cursor)
    {
        if (limit is < 1 or > DefaultLimit || !Cursor.TryRead(cursor, out var after))
        {
            return Problems.Of("invalid-query", "The query cannot be read", $"limit lies between 1 and {DefaultLimit}; cursor is what the page before gave.", 400);
        }

        var size = limit ?? DefaultLimit;
        var ids = (await catalogue.ListProjectsAsync()).SkipWhile(id => after is not null && string.CompareOrdinal(id, after) <= 0).Take(size + 1).ToList();
        var found = await Task.WhenAll(ids.Take(size).Select(id => FindAsync(id, grains, catalogue)));
        return TypedResults.Ok(new Page<ProjectInfo>([.. found.OfType<ProjectInfo>()], ids.Count > size ? Cursor.Write(ids[size - 1]) : null));
    }

    private static async Task<Results<Ok<ProjectInfo>, ProblemHttpResult>> GetAsync(string id, IGrainFactory grains, JobCatalogue catalogue) =>
        JobSpecValidator.IsProjectId(id) && await FindAsync(id, grains, catalogue) is { } project
            ? TypedResults.Ok(project)
            : Problems.Of("project-not-found", "The project does not exist", $"There is no project '{Problems.Shown(id)}'. A project begins with its first job.", 404);

    /// <summary>A project whose first film is still to come is known by its jobs.</summary>
    private static async Task<ProjectInfo?> FindAsync(string id, IGrainFactory grains, JobCatalogue catalogue) =>
        await grains.GetGrain<IProjectGrain>(id).GetAsync() is { } project ? project with { Jobs = await catalogue.CountAsync(id) }
        : (await catalogue.ListAsync(null, id, 1, null))?.Items is [var newest] ? new ProjectInfo(id, newest.CreatedAt, newest.CreatedAt, [], await catalogue.CountAsync(id))
        : null;
}
