using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cli.Tests;

public sealed class WatchModelTests
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.Utc;

    [Fact]
    public void An_update_that_is_not_newer_changes_nothing()
    {
        var model = Given.Watched(Given.Update(7, progress: 40));

        Assert.Equal(model, model.Apply(Given.Update(7, progress: 90), Given.Noon));
        Assert.Equal(model, model.Apply(Given.Update(3, progress: 10), Given.Noon));
    }

    [Fact]
    public void The_bars_never_go_backwards()
    {
        var model = Given.Watched(Given.Update(1, progress: 40, step: 6, stepProgress: 80));

        model = model.Apply(Given.Update(2, progress: 39, step: 6, stepProgress: 70), Given.Noon);
        Assert.Equal((40, 80), (model.Update.Progress, model.Update.StepProgress));

        model = model.Apply(Given.Update(3, progress: 41, step: 5, stepProgress: 95), Given.Noon);
        Assert.Equal((41, 6, 80), (model.Update.Progress, model.Update.StepIndex, model.Update.StepProgress));
        Assert.Equal("Apply format encoding", model.Update.CurrentStep);
    }

    [Fact]
    public void A_new_step_starts_its_bar_again()
    {
        var model = Given.Watched(Given.Update(1, step: 6, stepProgress: 80)).Apply(Given.Update(2, progress: 45, step: 7, stepProgress: 5), Given.Noon);

        Assert.Equal((7, 5), (model.Update.StepIndex, model.Update.StepProgress));
    }

    [Fact]
    public void A_retry_starts_both_bars_again()
    {
        var model = Given.Watched(Given.Update(1, progress: 60, status: JobStatus.Failed)).Apply(Given.Update(2, progress: 5, step: 2, stepProgress: 0), Given.Noon);

        Assert.Equal((5, 2, 0), (model.Update.Progress, model.Update.StepIndex, model.Update.StepProgress));
    }

    [Fact]
    public void A_retry_that_happened_while_the_connection_was_lost_starts_them_again_too()
    {
        var model = Given.Watched(Given.Update(1, progress: 60)).Disconnect();

        model = model.Apply(Given.Job(Given.Update(9, progress: 8, step: 2), attempt: 2), Given.Noon);

        Assert.Equal((8, 2, true), (model.Update.Progress, model.Attempt, model.Connected));
    }

    [Fact]
    public void It_shows_the_eta_with_its_range_and_the_time_of_day()
    {
        var view = Given.Watched(Given.Update(1)).Show(Given.Noon, Zone);

        Assert.Equal("about 1 min 20 s (1:10-1:35), done 12:01", view.Eta);
        Assert.Equal("34.5 fps", view.Speed);
        Assert.Equal("step 6 of 12 · Apply format encoding", view.StepLine);
        Assert.Equal("0:42", view.Elapsed);
    }

    [Fact]
    public void Between_updates_the_clocks_go_on()
    {
        var view = Given.Watched(Given.Update(1)).Show(Given.Noon.AddSeconds(20), Zone);

        Assert.Equal("about 1 min 00 s (0:50-1:15), done 12:01", view.Eta);
        Assert.Equal("1:02", view.Elapsed);
    }

    [Fact]
    public void While_paused_they_stand_still()
    {
        var view = Given.Watched(Given.Update(1, status: JobStatus.Paused)).Show(Given.Noon.AddHours(1), Zone);

        Assert.Equal("about 1 min 20 s (1:10-1:35) once resumed", view.Eta);
        Assert.Equal("0:42", view.Elapsed);
        Assert.Equal("", view.Speed);
    }

    [Theory]
    [InlineData(0, "0 s", "0:00")]
    [InlineData(59.6, "1 min 00 s", "1:00")]
    [InlineData(80, "1 min 20 s", "1:20")]
    [InlineData(7503, "2 h 05 min", "2:05:03")]
    [InlineData(double.NaN, "0 s", "0:00")]
    [InlineData(double.PositiveInfinity, "0 s", "0:00")]
    public void Times_read_well(double seconds, string words, string clock)
    {
        Assert.Equal(words, Texts.Duration(seconds));
        Assert.Equal(clock, Texts.Clock(seconds));
    }

    [Theory]
    [InlineData(812, "812 B")]
    [InlineData(999_600, "1.0 MB")]
    [InlineData(14_240_000, "14.2 MB")]
    [InlineData(5_000_000_000_000, "5.0 TB")]
    public void Sizes_read_well(long bytes, string text) => Assert.Equal(text, Texts.Bytes(bytes));

    [Fact]
    public void A_percentage_is_never_rounded_up_to_the_end() => Assert.Equal("99.9 %", Texts.Percent(99.99));
}
