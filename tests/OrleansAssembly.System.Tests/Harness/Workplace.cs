using System.Globalization;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media.Tests;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.SystemTests;

/// <summary>The folders of a server, which outlive it, with two clips among the sources.</summary>
internal sealed class Workplace : IDisposable
{
    public const int LongShots = 14;

    /// <summary>A server with this leaves a child that somebody else has stopped as it is for hours.</summary>
    public static readonly IReadOnlyDictionary<string, string> PatientWithChildren = new Dictionary<string, string> { ["Media__StallLimit"] = "23:00:00" };

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("data-tests-");

    /// <param name="media">An empty folder to be the media root; by default a new one.</param>
    public Workplace(DirectoryInfo? media = null)
    {
        Media = new TestMedia(folder: media);
        Media.MakeClip(First, rate: "25", seconds: 3);
        Media.MakeClip(Second, rate: "30", seconds: 3);
    }

    public static string First => "a.mp4";

    public static string Second => "b.mp4";

    public TestMedia Media { get; }

    public string Data => _data.FullName;

    /// <summary>Command lines of the media tools that are at work here, whoever started them.</summary>
    public IReadOnlyList<string> Tools => Processes.MediaToolsIn(Media.Root);

    public Task<ServerProcess> StartAsync(params IReadOnlyList<string> options) => ServerProcess.StartAsync(Media.Root, Data, options);

    /// <summary>A job of a second or two.</summary>
    public static JobSpec Small(string title = "Small", int shots = 1, int? priority = null, string? source = null, string project = "harbour") =>
        Assembly(title, shots, 160, 90, source, priority, project);

    /// <summary>A job that encodes long enough to be disturbed: as many segments as shots, each of one and a half seconds.</summary>
    public static JobSpec Long(string title = "Long", int shots = LongShots) => Assembly(title, shots, 320, 180);

    public static JobSpec Assembly(string title, int shots, int width, int height, string? source = null, int? priority = null, string project = "harbour") => new(
        JobType.Assembly, project, title,
        new TimelineSpec("25", width, height, null, null, [.. Enumerable.Range(0, shots).Select(i => new ShotSpec(
            source ?? (i % 2 == 0 ? First : Second), source is null ? "0.5s" : null, source is null ? "2s" : null, Scene: $"{1 + (i / 4)}"))], null),
        null, [new OutputSpec("h264-720p")], null, priority, null);

    /// <summary>Makes the encoders that run stand still, so that the test chooses when their job goes on; the server must be one of <see cref="PatientWithChildren"/>, else it lets them go on.</summary>
    /// <param name="count">So many at least.</param>
    /// <returns>What lets them go on.</returns>
    public async Task<Action> StopEncodersAsync(int count = 1)
    {
        var stopped = new HashSet<int>();
        await Eventually.TrueAsync(
            () =>
            {
                foreach (var tool in Tools)
                {
                    var pid = int.Parse(tool[..tool.IndexOf(':', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
                    if (!Processes.IsStopped(pid) && stopped.Add(pid)) // else it is stopped already, or the child of a paused job
                    {
                        Processes.Signal(pid, "STOP");
                    }
                }

                // One may have ended just then; and a child that waits for its turn is seen to stand only when it would have it.
                return stopped.Count(Processes.IsStopped) >= count;
            },
            TimeSpan.FromSeconds(60),
            $"{count} encoders that stand still");
        return () =>
        {
            foreach (var pid in stopped)
            {
                Processes.Signal(pid, "CONT");
            }
        };
    }

    public void Dispose()
    {
        Media.Dispose();
        _data.Delete(recursive: true);
    }
}
