namespace OrleansAssembly.Jobs;

/// <summary>The built-in guess of what the pieces of each stage but encoding take, measured on two cores of 2020s make, both busy; what earlier jobs took corrects it.</summary>
internal sealed class StageGuess
{
    /// <summary>A film of many bits a frame takes so much longer to decode.</summary>
    private const double IntraReading = 2;

    /// <summary>Films that are decoded side by side share the cores that one would have alone.</summary>
    private const double SideBySide = 1.3;

    private readonly double _seconds;
    private readonly double _frames;
    private readonly double _sourcePixels;
    private readonly IReadOnlyList<double> _pixels;
    private readonly IReadOnlyList<bool> _intra;
    private readonly JobState _job;

    public StageGuess(JobState job)
    {
        _job = job;
        var outline = job.Outline ?? JobOutline.Of(job.Sources, job.Outputs);
        var plan = job.Plan;
        var rate = plan?.Rate ?? outline.Rate;
        _frames = plan?.Frames ?? outline.Seconds * outline.Rate;
        _seconds = _frames / Math.Max(1, rate);
        _sourcePixels = plan?.Sources is { Count: > 0 } sources ? sources.Average(source => source.Pixels) : outline.Pixels;
        _pixels = plan?.Pixels is { Count: > 0 } pixels ? pixels : [outline.Pixels];
        _intra = plan?.Intra ?? [];
    }

    /// <summary>Pieces of a stage; before the plan, as far as one can tell.</summary>
    public int Pieces(Stage stage) => Math.Max(1, (stage, _job.Plan) switch
    {
        (Stage.Sound, null) => (int)(_seconds / 30),
        (Stage.Mix, null) => _job.Outputs,
        _ => _job.PiecesOf(stage),
    });

    /// <summary>Wall seconds of one piece, at least a few hundredths.</summary>
    public double PieceSeconds(Stage stage) => stage switch
    {
        Stage.Probe => 0.43,
        Stage.Decode => 0.5 + (_frames * _sourcePixels * 1.7e-9 / Pieces(stage)),
        Stage.Sound => 0.1 + (_seconds * 0.012 / Pieces(stage)),
        Stage.Mix => 0.15 + (_seconds * 0.02),
        Stage.Join => 0.4 + (_seconds * 0.0027),
        Stage.Verify => 0.5 + (Enumerable.Range(0, _pixels.Count).Average(Read) * 3.1e-9 * (_job.Outputs > 1 ? SideBySide : 1)),
        Stage.Preview => 1 + (_pixels[0] * 1.3e-6) + (Read(0) * 3.6e-9), // of the first film: the preview's length is bounded, the thumbnails are from all of it
        _ => 0.03,
    };

    /// <summary>Pixels of one film, counted more where they are dear to decode.</summary>
    private double Read(int output) => _frames * _pixels[output] * (output < _intra.Count && _intra[output] ? IntraReading : 1);
}
