using OrleansAssembly.Jobs;
using Spectre.Console;

namespace OrleansAssembly.Cli.Tests;

public sealed class WatchScreenTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_bars_are_as_long_as_the_progress(bool unicode)
    {
        var lines = Draw(Given.Update(1, progress: 25, stepProgress: 50), width: 96, unicode);

        Assert.Equal("Harbour [cut 3]  running", lines[0]);
        Assert.Equal(20, lines[1].Count(c => c == (unicode ? '━' : '#')));
        Assert.Equal(60, lines[1].Count(c => c == (unicode ? '─' : '-')));
        Assert.EndsWith("25.0 %", lines[1], StringComparison.Ordinal);
        Assert.Equal(40, lines[2].Count(c => c == (unicode ? '━' : '#')));
        Assert.Equal("step 6 of 12 · Apply format encoding  Encoding segment 14 of 40 (h264-1080p)", lines[3]);
        Assert.Equal("about 1 min 20 s (1:10-1:35), done 12:01 · 34.5 fps · running 0:42", lines[4]);
    }

    [Fact]
    public void A_narrow_screen_and_numbers_out_of_range_do_no_harm()
    {
        var lines = Draw(Given.Update(1, progress: 250, stepProgress: -3), width: 5, unicode: true);

        Assert.Contains(lines, l => l.Contains("100", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lost_connection_is_told()
    {
        using var text = new StringWriter();
        Given.Console(text).Write(WatchScreen.Draw(Given.Watched(Given.Update(1)).Disconnect().Show(Given.Noon, TimeZoneInfo.Utc), 80, true));

        Assert.Contains("connection lost, trying again", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_pipe_a_line_comes_on_a_change_of_step_or_status_and_every_5_seconds()
    {
        var lines = new WatchLines();
        var model = Given.Watched(Given.Update(1, progress: 40));

        Assert.Equal(
            " 0:42  running   40.0 %  step 6 of 12 · Apply format encoding 50.0 %  Encoding segment 14 of 40 (h264-1080p)  about 1 min 20 s (1:10-1:35), done 12:01  34.5 fps",
            Next(model, 0));
        Assert.Null(Next(model.Apply(Given.Update(2, progress: 41), Given.Noon), 4.9));
        Assert.NotNull(Next(model.Apply(Given.Update(3, progress: 42), Given.Noon), 5));
        Assert.NotNull(Next(model.Apply(Given.Update(4, step: 7), Given.Noon), 5.1));
        Assert.NotNull(Next(model.Apply(Given.Update(5, step: 7, status: JobStatus.Paused), Given.Noon), 5.2));
        Assert.Null(Next(model.Apply(Given.Update(6, step: 7, status: JobStatus.Paused), Given.Noon), 60));

        string? Next(WatchModel m, double seconds) => lines.Next(m.Show(Given.Noon, TimeZoneInfo.Utc), Given.Noon.AddSeconds(seconds));
    }

    private static string[] Draw(Contracts.ProgressUpdate update, int width, bool unicode)
    {
        using var text = new StringWriter();
        var console = Given.Console(text);
        console.Profile.Width = Math.Max(width, 10);
        console.Write(WatchScreen.Draw(Given.Watched(update).Show(Given.Noon, TimeZoneInfo.Utc), width, unicode));
        return [.. text.ToString().Split('\n').Select(l => l.TrimEnd())];
    }
}
