using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansAssembly.Media.Tests.Films;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Sources;

/// <summary>What probing and checking find, on media made for the purpose.</summary>
public sealed class SourceProberTests : IDisposable
{
    private const string Tone = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2";
    private readonly TestMedia _media = new();

    private static CancellationToken Timely => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("24000/1001", "mp4")]
    [InlineData("25", "mov")]
    [InlineData("30000/1001", "mkv")]
    [InlineData("30", "mkv")]
    [InlineData("50", "ts")]
    [InlineData("60000/1001", "mkv")]
    [InlineData("24", "avi")]
    [InlineData("12", "mp4")]
    public async Task Rate_Frames_AndDuration_AreExact(string rate, string container)
    {
        // Sound shifts the pictures of an AVI: it would not be constant then.
        var clip = container == "avi"
            ? _media.Make("clip.avi", $"-f lavfi -i testsrc2=size=64x64:rate={rate}:duration=2 -c:v mpeg4")
            : _media.MakeClip($"clip.{container}", rate, seconds: 2);
        var video = (await ProbeAsync(clip)).Video!;
        Assert.Equal(rate, video.Rate.ToString());
        Assert.False(video.VariableRate);
        Assert.Equal((long)Math.Ceiling(2 * video.Rate.Value.ToDouble()), video.Frames);
        Assert.Equal(video.Rate.TimeOf(video.Frames), video.Duration);
    }

    [Fact]
    public async Task VariableRate_IsSeen_WithItsLargestGap()
    {
        var clip = _media.Make("vfr.mp4", "-f lavfi -i testsrc2=size=64x64:rate=30:duration=2 -vf select='not(between(n,20,25))' -fps_mode vfr -c:v libx264 -preset ultrafast");
        var video = (await ProbeAsync(clip)).Video!;
        Assert.True(video.VariableRate);
        Assert.Equal(54, video.Frames);
        Assert.Equal(new FrameRate(30), video.Rate);
        Assert.Equal(new Rational(7, 30), video.LargestGap);
        Assert.Equal(2, video.Duration.ToDouble(), 0.001);
    }

    [Fact]
    public async Task HiddenPicturesOfVp8_AndReorderedOnesOfH264_AreCountedOnce()
    {
        var vp8 = _media.Make("a.webm", "-f lavfi -i testsrc2=size=64x64:rate=25:duration=2 -c:v libvpx -auto-alt-ref 1 -lag-in-frames 16 -b:v 100k");
        Assert.Equal(50, (await ProbeAsync(vp8)).Video!.Frames);
        var h264 = _media.Make("b.mp4", "-f lavfi -i testsrc2=size=64x64:rate=25:duration=2 -c:v libx264 -bf 8 -refs 8 -x264-params b-pyramid=normal:open-gop=1:keyint=20");
        var video = (await ProbeAsync(h264)).Video!;
        Assert.Equal((50, Rational.Zero, false), (video.Frames, video.Start, video.VariableRate));
    }

    [Fact]
    public async Task SoundThatStartsFirst_ShiftsThePicture()
    {
        var clip = _media.Make("late.mkv", $"-itsoffset 0.4 -f lavfi -i testsrc2=size=64x64:rate=25:duration=1 {Tone} -c:v libx264 -preset ultrafast -c:a pcm_s16le");
        var facts = await ProbeAsync(clip);
        Assert.Equal(0.4, facts.Video!.Start.ToDouble(), 0.002);
        Assert.Equal(1, facts.Video.Duration.ToDouble(), 0.002);
        Assert.Equal(Rational.Zero, facts.Audio!.Start);
        Assert.Equal(2, facts.Audio.Duration.ToDouble(), 0.05);
    }

    [Fact]
    public async Task Rotation_SampleAspect_Colours_Fields_AndTimecode_AreRead()
    {
        _media.Make("plain.mp4", "-f lavfi -i testsrc2=size=64x48:rate=25:duration=1 -vf setsar=4/3,tinterlace=interleave_top,fieldorder=tff -flags +ilme+ildct -c:v libx264 -preset ultrafast -pix_fmt yuv420p -color_range pc -colorspace bt709 -timecode 10:00:00:05");
        var turned = _media.Make("turned.mov", $"-i {_media.Path("plain.mp4")} -c copy -metadata:s:v rotate=90");
        var facts = await ProbeAsync(turned);
        var video = facts.Video!;

        // This tag becomes a matrix that turns counter-clockwise by 90 degrees.
        Assert.Equal((270, new Rational(4, 3), true, "bt709"), (video.Rotation, video.SampleAspect, video.FullRange, video.ColorSpace));
        Assert.True(video is { Interlaced: true, TopFieldFirst: true });
        Assert.Equal("10:00:00:05", facts.StartTimecode);
        Assert.Null(facts.Audio);
    }

    [Fact]
    public async Task Identity_ChangesWithTheFile_AndOnlyThen()
    {
        var clip = _media.MakeClip();
        var before = await ProbeAsync(clip);
        Assert.Equal(before.Identity, (await ProbeAsync(clip)).Identity);
        File.SetLastWriteTimeUtc(_media.Path(clip), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.NotEqual(before.Identity, (await ProbeAsync(clip)).Identity);
    }

    [Fact]
    public async Task CutFiles_AreRefused()
    {
        foreach (var container in new[] { "mkv", "mp4", "avi", "mxf", "flac" })
        {
            var arguments = container switch
            {
                "flac" => Tone,
                "mxf" => "-f lavfi -i testsrc2=size=320x180:rate=25:duration=4 -c:v mpeg2video -q:v 3",
                _ => "-f lavfi -i testsrc2=size=320x180:rate=25:duration=4 -c:v mpeg4 -q:v 3" + (container == "mp4" ? " -movflags +faststart" : ""),
            };
            var whole = _media.Make($"whole.{container}", arguments);
            var bytes = await File.ReadAllBytesAsync(_media.Path(whole), Timely);
            _media.Write($"cut.{container}", bytes[..(bytes.Length / 2)]);
            Assert.Null((await _media.Prober.ProbeAsync(whole, Timely)).Problem);
            var problem = (await _media.Prober.ProbeAsync($"cut.{container}", Timely)).Problem;
            Assert.True(problem?.Name == "source-truncated", $"{container}: {problem}");
        }
    }

    [Fact]
    public async Task Damage_IsFound_InTheUsedRangeOnly_AndItsPlaceIsTold()
    {
        var clip = _media.Make("a.mp4", "-f lavfi -i testsrc2=size=640x360:rate=25:duration=8 -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p");
        var bytes = await File.ReadAllBytesAsync(_media.Path(clip), Timely);
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length * 3 / 4, 20_000));
        _media.Write("bad.mp4", bytes);
        var facts = await ProbeAsync("bad.mp4");

        var shares = new List<double>();
        Assert.Null(await _media.Checker.CheckDecodesAsync(facts, null, 1, 4, new Inline(shares.Add), Timely));
        Assert.Equal(1, shares[^1], 0.1);
        var problem = await _media.Checker.CheckDecodesAsync(facts, null, 0, facts.Video!.Duration, null, Timely);
        Assert.Equal("source-damaged", problem?.Name);
        Assert.Contains(" s:", problem!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mp4", "libx264 -x264-params open-gop=1:keyint=50")]
    [InlineData("mkv", "libx264 -x264-params open-gop=1:keyint=50")]
    [InlineData("ts", "mpeg2video -bf 2 -g 25")]
    [InlineData("mpg", "mpeg2video -bf 2 -g 25")]
    public async Task Range_InTheMiddleOfAnOpenGop_IsNoDamage(string container, string codec)
    {
        var clip = _media.Make($"a.{container}", $"-f lavfi -i testsrc2=size=128x128:rate=25:duration=6 -f lavfi -i sine=duration=6 -c:v {codec}");
        var facts = await ProbeAsync(clip);
        Assert.Null(await _media.Checker.CheckDecodesAsync(facts, null, new Rational(13, 4), 5, null, Timely));
    }

    /// <summary>The copy has two streams, picture first; the source has more, and in another order.</summary>
    [Fact]
    public async Task AStandIn_IsCheckedByItsOwnStreams_AndDamageInItIsFound()
    {
        var clip = _media.Make("many.ts", "-f lavfi -i sine=duration=4 -f lavfi -i sine=frequency=880:duration=4 -f lavfi -i testsrc2=size=320x180:rate=25:duration=4 -map 0 -map 1 -map 2 -c:v libx264 -preset ultrafast -g 25 -c:a aac");
        var copy = Path.Combine(_media.Store.WorkRoot, "many.mp4");
        var facts = (await _media.Normalizer.RemuxAsync(await ProbeAsync(clip), copy, Timely)).Value!;
        Assert.Equal((0, 1), (facts.Video!.StreamIndex, facts.Audio!.StreamIndex));
        Assert.Null(await _media.Checker.CheckDecodesAsync(facts, copy, 1, 3, null, Timely));

        var bytes = await File.ReadAllBytesAsync(copy, Timely);
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length / 2, 10_000));
        await File.WriteAllBytesAsync(copy, bytes, Timely);
        Assert.Equal("source-damaged", (await _media.Checker.CheckDecodesAsync(facts, copy, 0, facts.Video.Duration, null, Timely))?.Name);
    }

    [Theory]
    [InlineData("ts")]
    [InlineData("mpg")]
    public async Task Remux_KeepsTimesAndPictures(string container)
    {
        var clip = _media.Make($"a.{container}", "-f lavfi -i testsrc2=size=128x128:rate=25:duration=3 -f lavfi -i sine=duration=3 -vf tinterlace=interleave_top,setsar=64/45 -flags +ilme+ildct -top 1 -c:v mpeg2video -bf 2 -g 25 -c:a mp2");
        var facts = await ProbeAsync(clip);
        Assert.True(SourceNormalizer.NeedsRemux(facts));
        var copied = await _media.Normalizer.RemuxAsync(facts, Path.Combine(_media.Store.WorkRoot, "a.mp4"), Timely);
        Assert.True(copied.Problem is null, $"{copied.Problem}");
        var copy = copied.Value!;
        Assert.False(SourceNormalizer.NeedsRemux(copy));
        Assert.Equal((facts.Video!.Frames, facts.Video.Duration, facts.Video.Rate, true), (copy.Video!.Frames, copy.Video.Duration, copy.Video.Rate, copy.Video.Interlaced));
        var offset = (facts.Video.Start - facts.Audio!.Start).ToDouble();
        Assert.Equal(offset, (copy.Video.Start - copy.Audio!.Start).ToDouble(), 0.001);
        Assert.Single(Directory.EnumerateFiles(_media.Store.WorkRoot));
    }

    /// <summary>MP4 has no tag for these: each such source was refused, and was said to be broken.</summary>
    [Theory]
    [InlineData("a.mts", "pcm_bluray -mpegts_m2ts_mode 1 -f mpegts")]
    [InlineData("a.vob", "pcm_dvd -f vob")]
    [InlineData("a.ts", "aac -mpegts_flags latm -f mpegts")]
    [InlineData("a.ts", "s302m -strict -2 -f mpegts")]
    [InlineData("a.ts", "truehd -strict -2 -f mpegts")]
    public async Task Remux_OfSoundThatMp4CannotHold_KeepsEachSampleAndItsTime(string name, string sound)
    {
        var clip = _media.Make(name, $"-f lavfi -i testsrc2=size=128x128:rate=25:duration=3 -itsoffset 0.5 -f lavfi -i aevalsrc=exprs=0.9*sin(882*PI*t)|0.3*random(0):s=48000:d=2 -c:v mpeg2video -g 12 -bf 2 -c:a {sound}");
        var facts = await ProbeAsync(clip);
        var file = Path.Combine(_media.Store.WorkRoot, "a.mp4");

        var copied = await _media.Normalizer.RemuxAsync(facts, file, Timely);

        Assert.True(copied.Problem is null, $"{copied.Problem}");
        var copy = copied.Value!;
        var samples = Samples(_media.Path(clip));
        Assert.Equal(samples, Samples(file));
        Assert.Equal((facts.Video!.Frames, facts.Audio!.SampleRate, facts.Audio.Channels), (copy.Video!.Frames, copy.Audio!.SampleRate, copy.Audio.Channels));
        Assert.Equal((facts.Video.Start - facts.Audio.Start).ToDouble(), (copy.Video.Start - copy.Audio.Start).ToDouble(), 0.001);
        Assert.Equal(samples.Length / 8, (copy.Audio.Duration * 48000).Round());
        Assert.Null(await _media.Checker.CheckDecodesAsync(copy, file, 0, copy.Video.Duration, null, Timely));

        static byte[] Samples(string file) => MarkedMedia.Read(["-i", file, "-map", "0:a:0", "-f", "f32le", "-"]);
    }

    [Fact]
    public async Task Remux_ThatFails_TellsToConvert_AndNotToUploadTheSameAgain()
    {
        var facts = await ProbeAsync(_media.MakeClip("a.ts"));
        _media.Options.Value.Ffmpeg = _media.Script("refusing", "echo '[mp4 @ 0x55d0] Could not find tag for codec cavs in stream #0, codec not currently supported in container' >&2; exit 1");

        var problem = (await _media.Normalizer.RemuxAsync(facts, Path.Combine(_media.Store.WorkRoot, "a.mp4"), Timely)).Problem;

        Assert.Equal(("source-not-supported", false), (problem?.Name, problem?.Transient));
        Assert.Contains("Could not find tag for codec cavs", problem!.Detail, StringComparison.Ordinal);
        Assert.Contains("Convert it", problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("again", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Playlists_ThatNameHostsOrFiles_AreRefused_AndNobodyIsAsked()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/a.ts";
        var clip = _media.MakeClip("clip.ts");
        foreach (var target in new[] { url, "file:///etc/passwd", _media.Path(clip) })
        {
            _media.Write("a.mp4", $"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target}\n#EXT-X-ENDLIST\n");
            _media.Write("b.mp4", $"ffconcat version 1.0\nfile '{target}'\n");
            _media.Write("c.mp4", $"<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><BaseURL>{target}</BaseURL></MPD>");
            foreach (var source in new[] { "a.mp4", "b.mp4", "c.mp4" })
            {
                Assert.Contains((await _media.Prober.ProbeAsync(source, Timely)).Problem?.Name, new[] { "source-not-allowed", "source-unreadable" });
            }
        }

        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task ExternalDataReference_OfAMov_IsNotFollowed()
    {
        // A clip whose samples "lie in" another file: the reference of type url is replaced by an alias record that names it.
        _media.Make("other.mov", "-f lavfi -i testsrc2=size=64x64:rate=25:duration=1 -c:v rawvideo -pix_fmt uyvy422");
        var file = await File.ReadAllBytesAsync(_media.Path("other.mov"), Timely);
        _media.Write("alias.mov", WithAlias(file, _media.Path("other.mov")));
        string[] packets = ["-show_entries", "packet=size,pos", "-of", "csv=p=0", _media.Path("alias.mov")];
        var (_, followed) = await _media.Runner.ProbeAsync(["-enable_drefs", "1", "-use_absolute_path", "1", .. packets], Timely);
        Assert.NotEqual("", followed); // the file is what it means to be
        Assert.Equal("source-truncated", (await _media.Prober.ProbeAsync("alias.mov", Timely)).Problem?.Name);
    }

    [Theory]
    [InlineData("-f lavfi -i testsrc2=size=64x64:rate=1:duration=1 -frames:v 1", "a.png", "source-not-allowed")]
    [InlineData("-f lavfi -i testsrc2=size=64x64:rate=1:duration=1 -frames:v 1", "a.jpg", "source-not-allowed")]
    [InlineData("-f lavfi -i testsrc2=size=64x64:rate=5:duration=1", "a.gif", "source-not-allowed")]
    public async Task StillImages_AreRefused_AndTheMessageSaysWhatToDo(string arguments, string name, string expected)
    {
        var problem = (await _media.Prober.ProbeAsync(_media.Make(name, arguments), Timely)).Problem;
        Assert.Equal(expected, problem?.Name);
        Assert.Contains("clip", problem!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("just text")]
    [InlineData("1\n00:00:00,000 --> 00:00:01,000\nHello\n")]
    [InlineData("[Script Info]\nScriptType: v4.00+\n")]
    public async Task Text_IsRefused(string text)
    {
        var problem = (await _media.Prober.ProbeAsync(_media.Write("a.mp4", text), Timely)).Problem;
        Assert.Contains(problem?.Name, new[] { "source-unreadable", "source-not-allowed" });
        Assert.DoesNotContain(_media.Root, problem!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Noise_NeverThrows()
    {
        var clip = await File.ReadAllBytesAsync(_media.Path(_media.MakeClip(seconds: 1)), Timely);
        var random = new Random(7);
        for (var i = 0; i < 12; i++)
        {
            var noisy = (byte[])clip.Clone();
            for (var j = 0; j < 40; j++)
            {
                // Mostly in the index, at the end of the file.
                noisy[^(1 + random.Next(j % 4 == 0 ? clip.Length : 2500))] = (byte)random.Next(256);
            }

            var probed = await _media.Prober.ProbeAsync(_media.Write("noisy.mp4", noisy), Timely);
            Assert.True(probed.Problem is not null || probed.Value is not null);
            if (probed.Value is { Video: { } video } facts)
            {
                await _media.Checker.CheckDecodesAsync(facts, null, 0, Rational.Min(video.Duration, 2), null, Timely);
            }
        }
    }

    public void Dispose() => _media.Dispose();

    /// <summary>Replaces the first data reference by an alias to a file; the index stands behind the samples, so that no offset moves.</summary>
    private static byte[] WithAlias(byte[] mov, string target)
    {
        var at = Encoding.Latin1.GetString(mov).IndexOf("dref", StringComparison.Ordinal);
        var entry = at + 12;
        var oldSize = ReadSize(mov, entry);
        var path = Encoding.UTF8.GetBytes(target + (target.Length % 2 == 1 ? "\0" : ""));
        var body = new byte[150 + 4 + path.Length + 4];
        body[10] = 1; // volume name of one letter
        body[50] = 1; // file name of one letter
        body[151] = 2; // a record of type 2: the whole path
        (body[152], body[153]) = ((byte)(path.Length >> 8), (byte)path.Length);
        path.CopyTo(body, 154);
        (body[^4], body[^3]) = (0xff, 0xff);
        byte[] alias = [0, 0, 0, 0, (byte)'a', (byte)'l', (byte)'i', (byte)'s', 0, 0, 0, 0, .. body];
        WriteSize(alias, 0, alias.Length);
        var grown = alias.Length - oldSize;
        foreach (var box in new[] { "moov", "trak", "mdia", "minf", "dinf", "dref" })
        {
            // The dref of the video track is the first; hdlr boxes have names of their own, so that the last box of a name before it is its parent.
            var parent = Encoding.Latin1.GetString(mov, 0, at + 4).LastIndexOf(box, StringComparison.Ordinal) - 4;
            WriteSize(mov, parent, ReadSize(mov, parent) + grown);
        }

        return [.. mov[..entry], .. alias, .. mov[(entry + oldSize)..]];
    }

    private static int ReadSize(byte[] bytes, int at) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));

    private static void WriteSize(byte[] bytes, int at, int size) => System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), size);

    private async Task<SourceFacts> ProbeAsync(string source)
    {
        var probed = await _media.Prober.ProbeAsync(source, Timely);
        Assert.True(probed.Problem is null, $"{probed.Problem}");
        return probed.Value!;
    }

    private sealed class Inline(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
