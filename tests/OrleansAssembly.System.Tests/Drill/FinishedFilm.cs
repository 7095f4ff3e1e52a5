using System.Globalization;
using System.Security.Cryptography;

namespace OrleansAssembly.SystemTests.Drill;

/// <summary>A film as a client gets it.</summary>
/// <param name="Sha256">Of the bytes that came, not of what the server promises.</param>
/// <param name="Frames">Counted in what came.</param>
internal sealed record FinishedFilm(string Sha256, int Frames)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Fetches the only film of a job, and looks at it; it must be what the server says of it.</summary>
    public static async Task<FinishedFilm> FetchAsync(ServerProcess server, string job)
    {
        byte[]? bytes = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    var film = Assert.Single((await server.GetAsync(job)).Outputs, output => output.Kind == "film");
                    bytes = await server.Http.GetByteArrayAsync(new Uri(film.Url, UriKind.Relative));
                    Assert.Equal((film.Bytes, film.Sha256), (bytes.LongLength, Convert.ToHexStringLower(SHA256.HashData(bytes))));
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false; // a server may say 503 for a moment after a disturbance
                }
            },
            Patience,
            $"the film of {job} from {server}");
        return await LookAsync(bytes!);
    }

    private static async Task<FinishedFilm> LookAsync(byte[] bytes)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, bytes);
            var (_, frames, _) = await Processes.RunAsync(
                "ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file);
            return new FinishedFilm(Convert.ToHexStringLower(SHA256.HashData(bytes)), int.Parse(frames.Trim().TrimEnd(','), CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
