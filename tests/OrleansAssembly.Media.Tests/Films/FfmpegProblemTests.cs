namespace OrleansAssembly.Media.Tests.Films;

/// <summary>What a run that went wrong says of the work.</summary>
public class FfmpegProblemTests
{
    [Theory]
    [InlineData(1, "x264 [error]: malloc of size 1 failed", false, "encoder-failed", true)]
    [InlineData(1, "", false, "encoder-failed", true)]
    [InlineData(137, "", false, "encoder-failed", true)]
    [InlineData(137, "Error while decoding stream #0:0: Invalid data found when processing input", false, "encoder-failed", true)]
    [InlineData(255, "Exiting normally, received signal 15.", false, "encoder-failed", true)]
    [InlineData(127, "ffmpeg cannot be started", false, "encoder-failed", true)]
    [InlineData(-1, "", true, "encoder-failed", true)]
    [InlineData(1, "av_interleaved_write_frame(): No space left on device", false, "disk-full", true)]
    [InlineData(1, "moov atom not found", false, "source-damaged", false)]
    [InlineData(69, "Decode error rate 1 exceeds maximum 0.6", false, "source-damaged", false)]
    public void AFailedRun_IsTriedAgain_UnlessTheSourceIsCertainlyAtFault(int code, string log, bool stalled, string name, bool transient)
    {
        var problem = FfmpegFile.ProblemOf(new FfmpegRun(code, log, stalled, 0));

        Assert.Equal((name, transient), (problem?.Name, problem?.Transient));
    }

    [Fact]
    public void AFailedRun_TellsTheLastLinesOfItsLog_AndWhatToDo()
    {
        var log = string.Join('\n', Enumerable.Range(1, 20).Select(line => $"line {line}."));

        var detail = FfmpegFile.ProblemOf(new FfmpegRun(1, log, false, 0))!.Detail;

        Assert.Contains("line 16. | line 17. | line 18. | line 19. | line 20.", detail, StringComparison.Ordinal);
        Assert.Contains("retry the job", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACountThatIsKilled_SaysNothingOfTheFile()
    {
        using var scripts = new TestMedia();
        var killed = scripts.Script("killed", "kill -9 $$");
        using var media = new TestMedia(options => options.Ffmpeg = killed);
        var clip = media.Path(media.MakeClip());

        var problem = await new FfmpegFile(media.Runner, media.Store).CountAsync(clip, 50, _ => new MediaProblem("wrong-length", "", ""), TestContext.Current.CancellationToken);

        Assert.Equal(("encoder-failed", true), (problem?.Name, problem?.Transient));
    }
}
