namespace OrleansAssembly.Jobs;

/// <summary>One step as people see it: a name, a milestone and the stages behind it.</summary>
/// <param name="Index">1-based place in the job's list.</param>
/// <param name="Name">The contract's name.</param>
/// <param name="EndsAt">The job's progress, 0-100, when the step ends.</param>
/// <param name="Stages">The work behind it, in order.</param>
public sealed record Step(int Index, string Name, double EndsAt, IReadOnlyList<Stage> Stages);

/// <summary>The steps of each type of job, and their milestones. The one place that knows them.</summary>
public static class StepList
{
    // Name, milestone, stages: the twelve steps of the contract.
    private static readonly (string Name, double EndsAt, Stage[] Stages)[] Assembly =
    [
        ("Validate input parameters", 5, [Stage.Validate]),
        ("Load and validate source files", 10, [Stage.Probe, Stage.Resolve, Stage.Decode]),
        ("Extract story metadata", 15, [Stage.Story]),
        ("Generate EDL file", 20, [Stage.Edl]),
        ("Process video concatenation", 35, [Stage.Plan, Stage.Space, Stage.Sound, Stage.Mix]),
        ("Apply format encoding", 45, [Stage.Encode, Stage.Join]),
        ("Final file validation", 50, [Stage.Verify]),
        ("Move to exports directory", 55, [Stage.Publish]),
        ("Update project metadata", 60, [Stage.Project]),
        ("Generate thumbnails/previews", 65, [Stage.Preview]),
        ("Cleanup temporary files", 70, [Stage.Cleanup]),
        ("Send completion notification", 100, [Stage.Notify]),
    ];

    private static readonly IReadOnlyList<Step> AssemblySteps = Shorten();

    // An export makes further films of a cut whose EDL and pictures exist already.
    private static readonly IReadOnlyList<Step> ExportSteps = Shorten(Stage.Edl, Stage.Preview);

    private static readonly IReadOnlyList<Step> EdlSteps = Shorten(Stage.Plan, Stage.Encode, Stage.Verify, Stage.Preview);

    // Asked for several times at each report of each piece of work.
    private static readonly Dictionary<JobType, IReadOnlyList<Stage>> StagesOf =
        Enum.GetValues<JobType>().ToDictionary(type => type, IReadOnlyList<Stage> (type) => [.. Of(type).SelectMany(step => step.Stages)]);

    /// <summary>The steps of a type of job, in order.</summary>
    public static IReadOnlyList<Step> Of(JobType type) => type switch
    {
        JobType.Assembly => AssemblySteps,
        JobType.Export => ExportSteps,
        JobType.Edl => EdlSteps,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown type of job."),
    };

    /// <summary>The step that a stage belongs to.</summary>
    public static Step Of(JobType type, Stage stage) => Of(type).First(step => step.Stages.Contains(stage));

    /// <summary>All stages of a type of job, in order.</summary>
    public static IReadOnlyList<Stage> Stages(JobType type) => StagesOf[type];

    /// <summary>How a step's progress is shared by its stages; the parts of a step add up to 1.</summary>
    public static double ShareOfStep(Stage stage) => stage switch
    {
        Stage.Probe => 0.35,
        Stage.Resolve => 0.05,
        Stage.Decode => 0.60,
        Stage.Plan => 0.04,
        Stage.Space => 0.01,
        Stage.Sound => 0.65,
        Stage.Mix => 0.30,
        Stage.Encode => 0.96,
        Stage.Join => 0.04,
        _ => 1,
    };

    /// <summary>The steps without those that start with one of the stages; what remains keeps its proportions and fills 0-100.</summary>
    private static List<Step> Shorten(params Stage[] without)
    {
        var kept = new List<(string Name, double Width, Stage[] Stages)>();
        var start = 0.0;
        foreach (var (name, endsAt, stages) in Assembly)
        {
            if (!without.Contains(stages[0]))
            {
                kept.Add((name, endsAt - start, stages));
            }

            start = endsAt;
        }

        var total = kept.Sum(step => step.Width);
        var steps = new List<Step>();
        var sum = 0.0;
        foreach (var (name, width, stages) in kept)
        {
            sum += width;
            steps.Add(new Step(steps.Count + 1, name, Math.Round(100 * sum / total, 1), stages));
        }

        return steps;
    }
}
