namespace OrleansAssembly.Jobs;

/// <summary>The built-in guess of what the pieces of each stage but encoding take, measured on cores of 2020s make; what earlier jobs took corrects it.</summary>
internal sealed class StageGuess
{
    private readonly double _seconds;
    private readonly double _frames;
    private readonly double _sourcePixels;
    private readonly double _pixels;
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
        _pixels = plan?.Pixels is { Count: > 0 } pixels ? pixels.Average() : outline.Pixels;
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
        Stage.Probe => 0.17,
        Stage.Decode => 0.28 + (_frames * _sourcePixels * 0.6e-9 / Pieces(stage)),
        Stage.Sound => 0.25 + (_seconds * 0.018 / Pieces(stage)),
        Stage.Mix => 0.15 + (_seconds * 0.011),
        Stage.Join => 0.12 + (_seconds * 0.0015),
        Stage.Verify => 0.35 + (_frames * _pixels * 1.3e-9),
        Stage.Preview => 0.8 + (_pixels * 1.2e-6) + (_frames * _pixels * 1.5e-9), // the preview's length is bounded, the thumbnails are from all of the film
        _ => 0.03,
    };
}
