using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>
/// When each simulated encoder made each of its reports, in memory that the processes of a measurement share; all read the machine's one monotonic clock.
/// Which report a message tells of is seen from its progress, so that nothing is added to what is measured.
/// </summary>
internal sealed class Stamps : IDisposable
{
    /// <summary>Reports of an encoder at most: progress has two decimals, which tell so many apart.</summary>
    public const int Reports = 2400;

    private const int Header = 8;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private Stamps(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor();
    }

    /// <summary>All encoders are to come to their end.</summary>
    public bool Ending
    {
        get => _view.ReadInt64(0) != 0;
        set => _view.Write(0, value ? 1L : 0L);
    }

    public static void Create(string file, int jobs)
    {
        using var stream = File.Create(file);
        stream.SetLength(Header + (8L * jobs * Reports));
    }

    public static Stamps Open(string file) => new(MemoryMappedFile.CreateFromFile(file, FileMode.Open));

    /// <summary>A report is made now.</summary>
    public void Note(int job, int report) => _view.Write(Place(job, report), Stopwatch.GetTimestamp());

    /// <summary>When it was made, in ticks of <see cref="Stopwatch"/>; 0 where it was not.</summary>
    public long At(int job, int report) => _view.ReadInt64(Place(job, report));

    /// <summary>How much of the job's only segment is done when a report is made: its middle, so that no rounding leads to another.</summary>
    public static double FractionOf(int report) => (report + 0.5) / Reports;

    /// <summary>The newest report that a message knows of.</summary>
    /// <param name="stepProgress">Of the encoding step, 0-100.</param>
    public static int ReportOf(double stepProgress) => (int)(stepProgress / 100 / StepList.ShareOfStep(Stage.Encode) * Reports);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static long Place(int job, int report) => Header + (8L * (((long)job * Reports) + report));
}
