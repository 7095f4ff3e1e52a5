namespace OrleansAssembly.Cli.Demo;

/// <summary>One shot of the demo: how its file is made and how the film uses it.</summary>
internal sealed record DemoShot
{
    /// <summary>File below <c>sources/demo/</c>.</summary>
    public required string File { get; init; }

    public required string Name { get; init; }

    /// <summary>What is special about the file, for the caption.</summary>
    public required string Facts { get; init; }

    public required string Scene { get; init; }

    public int Take { get; init; } = 1;

    /// <summary>Seconds that the film uses, whole bars of the music.</summary>
    public double Seconds { get; init; } = 4;

    /// <summary>Frames of dissolve into this shot.</summary>
    public int Dissolve { get; init; }

    /// <summary>Filter graph that ends in the picture; <c>{music}</c> stands for the label of the sound where the picture shows it.</summary>
    public required string Picture { get; init; }

    /// <summary>Height of the picture, for the size of the caption.</summary>
    public required int Height { get; init; }

    /// <summary>What is done with the captioned picture before it is encoded.</summary>
    public string Finish { get; init; } = "null";

    /// <summary>The sound for a file that begins so many seconds into the film; null for none.</summary>
    public Func<double, string>? Sound { get; init; }

    public required string[] VideoArguments { get; init; }

    public string[] AudioArguments { get; init; } = [];

    /// <summary>Written into the file as "turn by half": the picture lies in it upside down.</summary>
    public bool Turned { get; init; }
}
