using System.Security.Cryptography;
using System.Text.Json;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>The finished file as a whole: its tags, its bytes, what is made of it, and what happens when something is wrong.</summary>
public sealed class FilmTests : IDisposable
{
    private readonly Workshop _workshop = new();

    [Fact]
    public async Task SameFilmTwice_FromOtherFolders_HasTheSameBytes()
    {
        var film = await SmallFilmAsync();
        foreach (var preset in new[] { Workshop.Fast, Presets.Find("hevc-1080p")!, Presets.Find("prores-proxy")! })
        {
            var first = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(await _workshop.FilmAsync(film, preset))));
            Directory.Delete(_workshop.Work, recursive: true);
            var second = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(await _workshop.FilmAsync(film, preset, "other"))));
            Assert.Equal(first, second);
        }
    }

    [Fact]
    public async Task FinishedSegment_IsFoundAndNotMadeAgain_UnlessItsSourceChanges()
    {
        var film = await SmallFilmAsync();
        var segment = SegmentPlanner.Plan(film, 1)[0];
        var first = Workshop.Ok(await _workshop.Encoder.EncodeAsync(_workshop.Work, film, segment, _workshop.Footage, Workshop.Fast, null, Workshop.Cancel));
        var again = Workshop.Ok(await _workshop.Encoder.EncodeAsync(_workshop.Work, film, segment, _workshop.Footage, Workshop.Fast, null, Workshop.Cancel));
        Assert.Equal(first with { CpuSeconds = 0 }, again);

        File.WriteAllText(first.Path, "not whole");
        Assert.Equal(first.Bytes, Workshop.Ok(await _workshop.Encoder.EncodeAsync(_workshop.Work, film, segment, _workshop.Footage, Workshop.Fast, null, Workshop.Cancel)).Bytes);

        await _workshop.MakeAsync("clip.mp4", "-f lavfi -i testsrc=s=320x180:r=25:d=4 -c:v libx264 -preset ultrafast");
        Assert.NotEqual(first.Path, await _workshop.Encoder.PathAsync(_workshop.Work, film, segment, _workshop.Footage, Workshop.Fast, Workshop.Cancel));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(first.Path)!));
    }

    /// <summary>It was once taken for a damaged source, and the job failed for good.</summary>
    [Fact]
    public async Task ACountThatIsKilled_IsATransientProblem_AndAFinishedSegmentIsNotMadeAgain()
    {
        var film = await SmallFilmAsync();
        var segment = SegmentPlanner.Plan(film, 1)[0];
        Task<MediaResult<MadeFile>> EncodeAsync() => _workshop.Encoder.EncodeAsync(_workshop.Work, film, segment, _workshop.Footage, Workshop.Fast, null, Workshop.Cancel);
        var made = Workshop.Ok(await EncodeAsync());

        // Only a count writes to "-": this one is ended by a signal while it counts.
        var dying = _workshop.Media.Write("dying-ffmpeg", "#!/bin/sh\nfor last; do :; done\nif [ \"$last\" = - ]; then kill -KILL $$; fi\nexec ffmpeg \"$@\"\n");
        var options = _workshop.Media.Options.Value;
        options.Ffmpeg = _workshop.Media.Path(dying);
        using (var chmod = System.Diagnostics.Process.Start("chmod", ["+x", options.Ffmpeg]))
        {
            await chmod.WaitForExitAsync(Workshop.Cancel);
        }

        var written = File.GetLastWriteTimeUtc(made.Path);
        Assert.True((await EncodeAsync()).Problem is { Name: "encoder-failed", Transient: true });
        Assert.Equal(written, File.GetLastWriteTimeUtc(made.Path));

        options.Ffmpeg = "ffmpeg";
        Assert.Equal((made.Bytes, 0.0), Workshop.Ok(await EncodeAsync()) is { } found ? (found.Bytes, found.CpuSeconds) : default);
    }

    [Fact]
    public async Task Progress_NeverFalls_AndTellsSpeed()
    {
        var clip = _workshop.Media.MakeClip(seconds: 5);
        await _workshop.ProbeAsync(clip);
        var film = _workshop.Cut(new TimelineSpec("25", 1920, 1080, null, null, [new ShotSpec(clip)], null));
        List<WorkProgress> seen = [];
        var segment = Assert.Single(SegmentPlanner.Plan(film, 60));

        Workshop.Ok(await _workshop.Encoder.EncodeAsync(_workshop.Work, film, segment, _workshop.Footage, Presets.Find("h264-1080p")!, seen.Add, Workshop.Cancel));

        AssertMoves(seen, steps: 3);
        Assert.True(seen[^1] is { Fraction: > 0.9, CpuSeconds: > 0 });
        Assert.Equal(seen[^1].Fraction * film.Frames, seen[^1].Amount, 3);
    }

    /// <summary>ffmpeg is silent while it seeks, and version 5 while it empties the encoder: once seconds, in which a watcher saw nothing move.</summary>
    [Fact]
    public async Task Progress_Moves_WhileTheSourceIsSought_AndWhileTheEncoderIsEmptied()
    {
        var clip = await _workshop.MakeAsync("long-gop.mp4", "-f lavfi -i testsrc2=s=1920x1080:r=50:d=11 -c:v libx264 -preset ultrafast -g 9999");
        var film = _workshop.Cut(new TimelineSpec("25", 1280, 720, null, null, [new ShotSpec(clip, "9s")], null));
        List<WorkProgress> seen = [];

        Workshop.Ok(await _workshop.Encoder.EncodeAsync(
            _workshop.Work, film, Assert.Single(SegmentPlanner.Plan(film, 60)), _workshop.Footage, Presets.Find("h264-720p")!, seen.Add, Workshop.Cancel));

        AssertMoves(seen, steps: 3);
        var still = 0;
        for (var (moved, at) = (seen[0], 1); at < seen.Count; at++)
        {
            (moved, still) = seen[at].Fraction > moved.Fraction ? (seen[at], 0) : (moved, still + 1);
            Assert.False(still > 3 && seen[at].CpuSeconds - moved.CpuSeconds > 0.5, $"{still} reports, though the child worked, at {moved} of {seen[^1]}");
        }
    }

    [Fact]
    public async Task JoiningCheckingAndPreviews_TellHowFarTheyAre_AndWhatTheyHandled()
    {
        var clip = _workshop.Media.MakeClip(seconds: 30, size: "640x360");
        await _workshop.ProbeAsync(clip);
        var film = _workshop.Cut("25", new ShotSpec(clip, null, "20s"), new ShotSpec(clip, "20s"));
        await _workshop.FilmAsync(film, segmentSeconds: 20);
        var (joined, name) = (new List<WorkProgress>(), Path.Combine(_workshop.Work, "again.mp4"));
        var story = StoryBuilder.Build(film, "A film", "project", _workshop.Facts);

        Workshop.Ok(await _workshop.Joiner.JoinAsync(
            _workshop.Work, film, story, SegmentPlanner.Plan(film, 20), _workshop.Footage, Workshop.Fast, name, joined.Add, Workshop.Cancel));
        var (verified, shown, bytes) = (new List<WorkProgress>(), new List<WorkProgress>(), new FileInfo(name).Length / WorkProgress.BytesAMegabyte);
        Workshop.Ok(await _workshop.Verifier.VerifyAsync(name, film, Workshop.Fast, _workshop.Work, verified.Add, Workshop.Cancel));
        Workshop.Ok(await _workshop.Previews.MakeAsync(name, film, _workshop.Work, shown.Add, Workshop.Cancel));

        AssertMoves(joined, steps: 2); // written, and counted
        Assert.True(joined[0].Fraction <= 0.8, $"{joined[0]} before it was counted");
        Assert.Equal((1, 3 * bytes), (joined[^1].Fraction, joined[^1].Amount), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 0.1 * bytes);
        AssertMoves(verified, steps: 2); // decoded, and summed up
        Assert.Equal((1, 2 * bytes), (verified[^1].Fraction, verified[^1].Amount));
        AssertMoves(shown, steps: 4); // more than the three pictures
        Assert.Equal((1, film.Shots.Count), (shown[^1].Fraction, shown[^1].Amount));
    }

    private static void AssertMoves(List<WorkProgress> seen, int steps)
    {
        Assert.Equal(seen.Select(p => p.Fraction).Order(), seen.Select(p => p.Fraction));
        Assert.Equal(seen.Select(p => p.Amount).Order(), seen.Select(p => p.Amount));
        Assert.All(seen, p => Assert.InRange(p.Fraction, 0, 1));
        Assert.True(seen.DistinctBy(p => p.Fraction).Count() >= steps, string.Join(' ', seen));
    }

    [Fact]
    public async Task FilmCarries_TitleChaptersTimecodeAndFastStart()
    {
        var clip = _workshop.Media.MakeClip(seconds: 4, rate: "30000/1001");
        await _workshop.ProbeAsync(clip);
        var film = _workshop.Cut(new TimelineSpec(
            "30000/1001", 320, 180, "01:00:00;00", null, [new ShotSpec(clip, "0s", "1s", Scene: "One; the =first= #1"), new ShotSpec(clip, "1s", "2s", Scene: "Zwei \\ 'ö'"), new ShotSpec(clip, "2s", "3s", Scene: "Zwei \\ 'ö'")], null));

        foreach (var preset in new[] { Workshop.Fast, Presets.Find("prores-proxy")!, Presets.Find("vp9-1080p")! })
        {
            var file = await _workshop.FilmAsync(film, preset, preset.Name);
            using var json = JsonDocument.Parse(MarkedMedia.Probe("-show_chapters", "-show_format", "-show_streams", "-of", "json", file));
            var chapters = json.RootElement.GetProperty("chapters").EnumerateArray().ToArray();
            Assert.Equal(["One; the =first= #1", "Zwei \\ 'ö'"], chapters.Select(c => c.GetProperty("tags").GetProperty("title").GetString()));
            Assert.Equal([0, 1.001, 1.001, 3.003], chapters.SelectMany(c => new[] { "start_time", "end_time" }.Select(n => Math.Round(double.Parse(c.GetProperty(n).GetString()!, null), 3))));
            Assert.Equal("A film = #1; \\o/", json.RootElement.GetProperty("format").GetProperty("tags").GetProperty("title").GetString());
            if (preset.Container == "mov")
            {
                Assert.Contains("01:00:00;00", json.RootElement.GetProperty("streams").EnumerateArray().Select(s => s.GetProperty("tags").TryGetProperty("timecode", out var t) ? t.GetString() : null));
            }

            if (preset.Container != "webm")
            {
                var bytes = File.ReadAllBytes(file).AsSpan();
                Assert.True(bytes.IndexOf("moov"u8) < bytes.IndexOf("mdat"u8));
            }
        }
    }

    [Fact]
    public async Task Previews_AreMadeAndBelongTogether()
    {
        var black = await _workshop.MakeAsync("black.mp4", "-f lavfi -i color=s=320x180:r=25:d=6 -c:v libx264 -preset ultrafast");
        var clip = _workshop.Media.MakeClip(seconds: 7.5);
        await _workshop.ProbeAsync(clip);
        var film = _workshop.Cut("25", new ShotSpec(black), new ShotSpec(clip));
        var file = await _workshop.FilmAsync(film, segmentSeconds: 5);
        var folder = Path.Combine(_workshop.Work, "out");

        var made = Workshop.Ok(await _workshop.Previews.MakeAsync(file, film, folder, null, Workshop.Cancel));

        Assert.Equal(made.Files.Order(), Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order());
        Assert.True(MarkedMedia.Gray(Path.Combine(folder, PreviewMaker.Poster), 1, 1)[0][0] > 40);
        var index = File.ReadAllText(Path.Combine(folder, PreviewMaker.Index));
        Assert.StartsWith("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nsprite.jpg#xywh=0,0,160,90\n", index, StringComparison.Ordinal);
        Assert.EndsWith("00:00:13.000 --> 00:00:13.520\nsprite.jpg#xywh=480,90,160,90\n", index, StringComparison.Ordinal);
        Assert.Equal("1600,180", MarkedMedia.Probe("-show_entries", "stream=width,height", "-of", "csv=p=0", Path.Combine(folder, PreviewMaker.Sprite)).Trim());
        Assert.InRange(MarkedMedia.PictureTimes(Path.Combine(folder, PreviewMaker.Preview)).Count, 245, 255);

        var dark = _workshop.Cut("25", new ShotSpec(black));
        Workshop.Ok(await _workshop.Previews.MakeAsync(await _workshop.FilmAsync(dark, name: "dark"), dark, folder, null, Workshop.Cancel));
    }

    [Fact]
    public async Task Verify_RefusesAFilmThatIsNotThePlan()
    {
        var film = await SmallFilmAsync();
        var file = await _workshop.FilmAsync(film);

        var wrongLength = await _workshop.Verifier.VerifyAsync(file, film with { Shots = [film.Shots[0]] }, Workshop.Fast, _workshop.Work, null, Workshop.Cancel);
        Assert.Equal("film-invalid", wrongLength.Problem?.Name);
        var wrongSize = await _workshop.Verifier.VerifyAsync(file, film with { Width = 180 }, Workshop.Fast, _workshop.Work, null, Workshop.Cancel);
        Assert.StartsWith("Its picture has 320x180 pixels and not 180x180. Retry the job", wrongSize.Problem?.Detail, StringComparison.Ordinal);

        var bytes = File.ReadAllBytes(file);
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length * 2 / 3, 4000));
        File.WriteAllBytes(file, bytes);
        Assert.Equal("film-invalid", (await _workshop.Verifier.VerifyAsync(file, film, Workshop.Fast, _workshop.Work, null, Workshop.Cancel)).Problem?.Name);
    }

    [Fact]
    public async Task DamagedSource_IsAProblemAndNoBrokenFilm()
    {
        var clip = _workshop.Media.MakeClip(seconds: 4);
        var bytes = File.ReadAllBytes(_workshop.Media.Path(clip));
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length / 3, bytes.Length / 3));
        File.WriteAllBytes(_workshop.Media.Path(clip), bytes);
        await _workshop.ProbeAsync(clip);
        var film = _workshop.Cut("25", new ShotSpec(clip));

        var result = await _workshop.Encoder.EncodeAsync(_workshop.Work, film, SegmentPlanner.Plan(film, 5)[0], _workshop.Footage, Workshop.Fast, null, Workshop.Cancel);

        Assert.Equal("source-damaged", result.Problem?.Name);
        Assert.False(result.Problem!.Transient);
        Assert.Equal(film.Shots[0].Source, result.Problem.Source);
        Assert.DoesNotContain(_workshop.Media.Root, result.Problem.Detail, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_workshop.Work, "*", SearchOption.AllDirectories));
    }

    private async Task<Film> SmallFilmAsync()
    {
        var clip = _workshop.Media.MakeClip(seconds: 4);
        await _workshop.ProbeAsync(clip);
        return _workshop.Cut("24", new ShotSpec(clip, "0.5s", "2s"), new ShotSpec(clip, "2.2s", "3s", Transition: new("dissolve", 8)));
    }

    public void Dispose() => _workshop.Dispose();
}
