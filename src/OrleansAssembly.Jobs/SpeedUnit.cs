namespace OrleansAssembly.Jobs;

/// <summary>In what the speed of each stage is told: by what its pieces handle.</summary>
public static class SpeedUnit
{
    /// <summary>Frames of the film a second.</summary>
    public const string Frames = "fps";

    /// <summary>Millions of bytes read or written a second.</summary>
    public const string Megabytes = "MB/s";

    public const string Shots = "shots/min";

    /// <summary>The contract's name of the unit.</summary>
    public static string Of(Stage stage) => stage switch
    {
        Stage.Sound or Stage.Mix or Stage.Encode => Frames,
        Stage.Probe or Stage.Decode or Stage.Join or Stage.Verify or Stage.Publish or Stage.Cleanup => Megabytes,
        _ => Shots,
    };

    /// <summary>
    /// What is counted in a stage, by name: the count goes on while it stays the same. Each stage is measured by itself, since mixing sound is a hundred times as fast as encoding pictures;
    /// but those that only write about the shots last a moment each, and together they have a speed.
    /// </summary>
    public static string Counted(Stage stage) => Of(stage) == Shots && stage != Stage.Preview ? Shots : stage.ToString();

    /// <summary>What is handled a second, in the unit.</summary>
    internal static double From(double aSecond, string unit) => unit == Shots ? 60 * aSecond : aSecond;
}
