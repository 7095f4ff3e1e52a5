using System.Collections.Concurrent;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.SystemTests.Drill;

/// <summary>Films as they are when nothing disturbs them. The same spec gives the same bytes on any cluster with segments of the same length, so each is made once in a run.</summary>
internal static class CalmFilm
{
    private static readonly ConcurrentDictionary<string, FinishedFilm> Made = new();

    /// <summary>The film of a spec; made on the server, where it was not made before.</summary>
    public static async Task<FinishedFilm> OfAsync(ServerProcess server, JobSpec spec)
    {
        var key = JsonSerializer.Serialize(spec, AssemblyJson.Options);
        if (!Made.TryGetValue(key, out var film))
        {
            var job = await server.SubmitAsync(spec);
            await server.CompleteAsync(job);
            Made[key] = film = await FinishedFilm.FetchAsync(server, job);
        }

        return film;
    }
}
