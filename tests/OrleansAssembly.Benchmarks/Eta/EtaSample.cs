using System.Globalization;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Benchmarks.Eta;

/// <summary>What somebody saw who looked at a film in the making at one second.</summary>
/// <param name="Wall">Seconds since it began.</param>
/// <param name="Ran">The same without pauses, by the watcher's clock.</param>
/// <param name="Encoded">What <paramref name="Ran"/> was when encoding began; null before.</param>
/// <param name="Update">The newest that was pushed.</param>
internal sealed record EtaSample(double Wall, double Ran, double? Encoded, ProgressUpdate Update)
{
    /// <summary>Place of the step in which segments are encoded.</summary>
    public static int Encoding { get; } = StepList.Of(JobType.Assembly, Stage.Encode).Index;

    public bool Runs => Update.Status == JobStatus.Running;

    /// <summary>By the milestones' progress: what ran over what is done.</summary>
    public double? ByProgress => Update.Progress <= 0 ? null : Ran * (100 - Update.Progress) / Update.Progress;

    /// <summary>By frames: the time that encoding took so far over the share of the frames that it did. Null before the first, 0 after the last.</summary>
    public double? ByFrames
    {
        get
        {
            var share = Update.StepIndex > Encoding ? 1 : Math.Min(1, Update.StepProgress / 100 / StepList.ShareOfStep(Stage.Encode));
            return Encoded is not { } began || share <= 0 ? null : (Ran - began) * (1 - share) / share;
        }
    }
}

/// <summary>All that was seen of a film, and when it was done.</summary>
/// <param name="Total">Running seconds.</param>
/// <param name="CameAt">Running seconds after which another job or server was there; 0 where none came.</param>
/// <param name="Still">The longest time in which neither its progress nor its step's moved, seconds.</param>
internal sealed record EtaLog(IReadOnlyList<EtaSample> Samples, double Total, double CameAt, double Still)
{
    /// <summary>Writes each second as a line of comma-separated values.</summary>
    public Task WriteAsync(string file)
    {
        string[] head = ["wall,running,status,step,stepProgress,progress,timeProgress,elapsed,estimatedTimeRemaining,etaLow,etaHigh,trueRemaining,naiveByProgress,naiveByFrames"];
        return File.WriteAllLinesAsync(file, head.Concat(Samples.Select(sample =>
        {
            var update = sample.Update;
            return string.Create(CultureInfo.InvariantCulture,
                $"{sample.Wall:0.000},{sample.Ran:0.000},{update.Status},{update.StepIndex},{update.StepProgress},{update.Progress},{update.TimeProgress},{update.Elapsed},{update.EstimatedTimeRemaining},{update.EtaLow},{update.EtaHigh},{Total - sample.Ran:0.000},{sample.ByProgress:0.000},{sample.ByFrames:0.000}");
        })));
    }
}
