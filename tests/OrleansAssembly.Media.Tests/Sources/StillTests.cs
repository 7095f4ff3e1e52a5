using OrleansAssembly.Media.Tests.Films;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests;

/// <summary>The picture shown for a moment is the one that a player shows there, told by the number drawn on it.</summary>
public sealed class StillTests : IDisposable
{
    private readonly Workshop _workshop = new();
    private readonly KnownSources _known;
    private readonly StillMaker _stills;

    public StillTests()
    {
        _known = new KnownSources(_workshop.Media.Prober, _workshop.Media.Store);
        _stills = new StillMaker(new FfmpegFile(_workshop.Media.Runner, _workshop.Media.Store), new FfmpegBuild(_workshop.Media.Runner), _known, _workshop.Media.Store, TimeProvider.System);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stills.Dispose();
        _known.Dispose();
        _workshop.Dispose();
    }

    [Fact]
    public async Task Each_frame_is_found_deep_in_a_long_group_whether_its_time_is_rounded_up_or_down()
    {
        var path = await _workshop.MarkedAsync("a.mp4", 1, "24000/1001", 300, "-c:v libx264 -preset veryfast -g 250 -keyint_min 250 -sc_threshold 0 -bf 3");
        foreach (var (frame, off) in new[] { (0, 0), (1, -0.0003), (2, 0.02), (249, 0), (250, -0.0003), (299, 0.02) })
        {
            Assert.Equal((1, frame), await ShownAsync(path, FormattableString.Invariant($"{(frame * 1001 / 24000.0) + off:F4}s")));
        }
    }

    [Fact]
    public async Task A_frame_of_variable_rate_is_shown_until_the_next()
    {
        var path = await _workshop.MarkedAsync("v.mkv", 3, "25", 60, "-c:v libx264 -preset veryfast -g 250 -bf 2 -vsync vfr", ",select='lt(mod(n\\,40)\\,10)+not(mod(n\\,7))'");
        var kept = Enumerable.Range(0, 400).Where(n => n % 40 < 10 || n % 7 == 0).Take(60).ToArray();
        foreach (var tick in new[] { 9, 20, 27 })
        {
            Assert.Equal((3, kept.Last(n => n <= tick)), await ShownAsync(path, $"{tick / 25.0:F3}s"));
        }
    }

    [Fact]
    public async Task The_very_end_shows_the_last_frame_and_what_lies_behind_it_is_refused()
    {
        var path = await _workshop.MarkedAsync("a.mp4", 1, "25", 50, "-c:v libx264 -preset ultrafast");

        Assert.Equal((1, 49), await ShownAsync(path, "2s"));
        Assert.Equal("time-past-end", (await _stills.MakeAsync(path, new Rational(201, 100), 320, Cancel)).Problem?.Name);
    }

    [Fact]
    public async Task A_still_is_made_once_and_anew_when_its_source_has_changed()
    {
        var path = await _workshop.MarkedAsync("a.mp4", 1, "25", 50, "-c:v libx264 -preset ultrafast");
        var first = await MakeAsync(path, 1, 320);
        var made = File.GetLastWriteTimeUtc(first.File);
        Assert.Equal(first, await MakeAsync(path, 1, 320));
        Assert.Equal(made, File.GetLastWriteTimeUtc(first.File));

        await _workshop.MarkedAsync("a.mp4", 2, "25", 50, "-c:v libx264 -preset ultrafast");

        Assert.NotEqual(first.Key, (await MakeAsync(path, 1, 320)).Key);
        Assert.Equal((2, 25), await ShownAsync(path, "1s"));
    }

    [Theory]
    [InlineData(64, "64,36")]
    [InlineData(320, "320,180")]
    [InlineData(1920, "320,180")]
    public async Task It_is_as_wide_as_asked_and_never_wider_than_the_source(int width, string size)
    {
        var still = await MakeAsync(_workshop.Media.MakeClip(), 0, width);

        Assert.Equal(size, MarkedMedia.Probe("-show_entries", "stream=width,height", "-of", "csv=p=0", still.File).Trim().TrimEnd(','));
    }

    [Fact]
    public async Task What_was_turned_is_shown_upright()
    {
        var turned = _workshop.Media.Make("turned.mov", $"-i {_workshop.Media.Path(_workshop.Media.MakeClip())} -c copy -metadata:s:v rotate=90");

        var still = await MakeAsync(turned, 0, 90);

        Assert.Equal("90,160", MarkedMedia.Probe("-show_entries", "stream=width,height", "-of", "csv=p=0", still.File).Trim().TrimEnd(','));
    }

    [Fact]
    public async Task Sound_has_no_frames_and_a_playlist_is_no_source()
    {
        _workshop.Media.Make("tone.wav", "-f lavfi -i sine=d=1");
        _workshop.Media.Write("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/passwd\n#EXT-X-ENDLIST\n");

        Assert.Equal("source-has-no-picture", (await _stills.MakeAsync("tone.wav", 0, 320, Cancel)).Problem?.Name);
        Assert.Equal("source-not-allowed", (await _stills.MakeAsync("list.m3u8", 0, 320, Cancel)).Problem?.Name);
        Assert.Equal("source-outside-root", (await _stills.MakeAsync("../../etc/passwd", 0, 320, Cancel)).Problem?.Name);
    }

    [Fact]
    public async Task Who_does_not_wait_any_more_gives_the_place_free()
    {
        var path = _workshop.Media.MakeClip();
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _stills.MakeAsync(path, 0, 64 + (2 * i), new CancellationToken(canceled: true)));
        }

        Assert.True(File.Exists((await MakeAsync(path, 0, 320)).File));
    }

    private async Task<(int Source, int Frame)> ShownAsync(string path, string at)
    {
        Assert.True(SecondsText.TryParse(at, out var moment), at);
        return Assert.Single(MarkedMedia.Numbers((await MakeAsync(path, moment, 320)).File));
    }

    private async Task<Still> MakeAsync(string path, Rational at, int width) => Workshop.Ok(await _stills.MakeAsync(path, at, width, Cancel));
}
