using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>A project and its films.</summary>
public sealed class ProjectGrain(
    [PersistentState("project")] IPersistentState<ProjectGrain.Envelope> project,
    TimeProvider time) : Grain, IProjectGrain
{
    public async Task AddFilmAsync(ProjectFilm film)
    {
        var now = time.GetUtcNow();
        var before = project.State.Project ?? new ProjectInfo(this.GetPrimaryKeyString(), now, now, []);
        await WriteAsync(before with { UpdatedAt = now, Films = [film, .. before.Films.Where(other => other.JobId != film.JobId)] });
    }

    public async Task RemoveFilmAsync(string jobId)
    {
        if (project.State.Project is { } before && before.Films.Any(film => film.JobId == jobId))
        {
            await WriteAsync(before with { UpdatedAt = time.GetUtcNow(), Films = [.. before.Films.Where(film => film.JobId != jobId)] });
        }
    }

    public Task<ProjectInfo?> GetAsync() => Task.FromResult(project.State.Project);

    private async Task WriteAsync(ProjectInfo next)
    {
        var before = project.State.Project;
        project.State.Project = next;
        try
        {
            await project.WriteStateAsync();
        }
        catch
        {
            project.State.Project = before; // what was not written did not happen
            throw;
        }
    }

    /// <summary>What is stored; null before the first film.</summary>
    public sealed class Envelope
    {
        public ProjectInfo? Project { get; set; }
    }
}
