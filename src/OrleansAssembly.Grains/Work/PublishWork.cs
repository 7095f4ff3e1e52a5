using System.Security.Cryptography;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains.Work;

/// <summary>Moves everything that the job made to the exports directory: prepared in a folder of its own and renamed in one step, so that nobody ever sees half of it.</summary>
internal sealed class PublishWork(WorkFiles files, MediaStore store) : IPieceWork
{
    /// <summary>The rest are the small files beside them, and the list of all.</summary>
    private const double ShareOfFilms = 0.9;

    public Stage Stage => Stage.Publish;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job;
        var target = store.Exports(job.ProjectId, job.JobId);
        var prepared = files.File(job.JobId, "publish");
        var films = new List<CheckedFilm>();
        for (var index = 0; index < job.Presets.Count; index++)
        {
            films.Add(await files.ReadAsync<CheckedFilm>(job.JobId, WorkFiles.Checked(index), cancel));
        }

        var waiting = films.Where(film => File.Exists(files.File(job.JobId, film.File))).ToList();
        if (films.Count > 0 && waiting.Count == 0 && !Directory.Exists(prepared) && File.Exists(Path.Combine(target, Manifest.FileName)))
        {
            return PieceOutcome.Done; // moved before a crash
        }

        Directory.CreateDirectory(prepared);
        var (moved, all) = (0L, waiting.Sum(film => film.Bytes));
        foreach (var film in waiting)
        {
            MediaStore.Rename(files.File(job.JobId, film.File), Path.Combine(prepared, film.File));
            moved += film.Bytes;
            context.Report(new WorkProgress(ShareOfFilms * moved / all, moved / WorkProgress.BytesAMegabyte, 0));
        }

        var outputs = films.Zip(job.Presets, (film, preset) => new OutputInfo(
            film.File, "film", preset, Presets.Find(preset)!.MediaType, film.Bytes, film.Sha256, film.DurationSeconds, film.Frames, Manifest.Url(job.JobId, film.File))).ToList();
        foreach (var (name, kind, mediaType) in new[] { (WorkFiles.Edl, "edl", "text/plain; charset=us-ascii"), (WorkFiles.Story, "story", "application/json") })
        {
            if (File.Exists(files.File(job.JobId, name)))
            {
                var copy = Path.Combine(prepared, name);
                File.Copy(files.File(job.JobId, name), copy + ".part", overwrite: true);
                MediaStore.Finish(copy + ".part", copy);
                outputs.Add(await Manifest.DescribeAsync(prepared, name, kind, mediaType, null, job.JobId, cancel));
            }
        }

        await Manifest.WriteAsync(prepared, outputs, cancel);
        Replace(prepared, target);
        return PieceOutcome.Done;
    }

    private static void Replace(string prepared, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Directory.Exists(target))
        {
            var old = prepared + ".old";
            MediaStore.RenameFolder(target, old);
            MediaStore.RenameFolder(prepared, target);
            Directory.Delete(old, recursive: true);
        }
        else
        {
            MediaStore.RenameFolder(prepared, target);
        }
    }
}

/// <summary>A finished film that was checked.</summary>
public sealed record CheckedFilm(string File, long Bytes, string Sha256, long Frames, double DurationSeconds);

/// <summary>The list of a job's files, kept beside them.</summary>
public static class Manifest
{
    public const string FileName = "outputs.json";

    public static string Url(string jobId, string name) => $"/api/v1/assembly/jobs/{jobId}/outputs/{Uri.EscapeDataString(name)}";

    public static Task WriteAsync(string folder, IReadOnlyList<OutputInfo> outputs, CancellationToken cancel) =>
        MediaStore.WriteJsonAsync(Path.Combine(folder, FileName), outputs, AssemblyJson.Options, cancel);

    /// <summary>The files of an exports folder; empty where there is none.</summary>
    public static async Task<IReadOnlyList<OutputInfo>> ReadAsync(string folder, CancellationToken cancel) =>
        File.Exists(Path.Combine(folder, FileName))
            ? await MediaStore.ReadJsonAsync<List<OutputInfo>>(Path.Combine(folder, FileName), AssemblyJson.Options, cancel)
            : [];

    public static async Task<OutputInfo> DescribeAsync(string folder, string name, string kind, string mediaType, double? seconds, string jobId, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(Path.Combine(folder, name));
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
        return new OutputInfo(name, kind, null, mediaType, stream.Length, hash, seconds, null, Url(jobId, name));
    }
}
