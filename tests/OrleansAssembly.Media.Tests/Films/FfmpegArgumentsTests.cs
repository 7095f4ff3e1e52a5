using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>The argument lists, compared whole: what ffmpeg is told is told here.</summary>
public sealed class FfmpegArgumentsTests
{
    private const string Own = "-protocol_whitelist file,pipe -format_whitelist concat,mov,matroska,wav,ogg,ffmetadata";

    private static readonly string Guard = string.Join(' ', Sandbox.InputGuard);

    private static readonly Footage Footage = new(
        new Dictionary<string, SourceFacts>
        {
            ["a.mp4"] = Facts("a.mp4", new FrameRate(25), new Rational(1, 12800), video => video, sound: true),
            ["b.mov"] = Facts(
                "b.mov",
                new FrameRate(30000, 1001),
                new Rational(1, 600),
                video => video with { StreamIndex = 1, Width = 1920, Height = 1080, Rotation = 90, FullRange = true, Interlaced = true, TopFieldFirst = true, ColorSpace = null, Start = new(1, 10), LargestGap = new(1, 4) },
                sound: false),
            ["hdr.mp4"] = Facts("hdr.mp4", new FrameRate(25), new Rational(1, 12800), video => video with { ColorTransfer = "smpte2084", ColorSpace = "bt2020nc" }, sound: false),
            ["music.mp3"] = new("music.mp3", 1, "id-music", "mp3", null, new AudioFacts(0, "mp3", 44100, 2, new(1, 100), 60), null),
        },
        new Dictionary<string, string> { ["a.mp4"] = "/m/a.mp4", ["b.mov"] = "/m/b.mov", ["hdr.mp4"] = "/m/hdr.mp4", ["music.mp3"] = "/m/music.mp3" });

    private static readonly Film Film = new(
        new FrameRate(24000, 1001), 1280, 720, 86400, false,
        [
            new(0, "a.mp4", 0, 240, 4, 15, "a", null, null, null, 0),
            new(1, "b.mov", 240, 300, new(1, 2), 4, "b", null, null, null, 12),
            new(2, "hdr.mp4", 300, 324, 0, 1, "hdr", null, null, null, 0),
        ],
        [new("music.mp3", 1, 2, 100, -6, new(1, 2), 2)]);

    private static readonly Preset Preset = Presets.Find("h264-720p")!;

    [Fact]
    public void Segment_InTheMiddleOfAShot()
    {
        Assert.Equal(
            $"-y -xerror {Guard} -threads 1 -copyts -start_at_zero -ss 8005000us -an -sn -dn -i /m/a.mp4 -filter_complex_threads 1 -filter_complex "
            + "[0:0]settb=1/192000,setpts=PTS-768000,fps=24000/1001:start_time=5.005000:round=near,tpad=stop=-1:stop_mode=clone,trim=end_frame=120,settb=1001/24000,setpts=N,"
            + "scale=1280:720:flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1[picture];"
            + "[picture]setparams=field_mode=prog:range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[v] -map [v] -fps_mode passthrough "
            + "-c:v libx264 -threads 1 -preset medium -crf 20 -profile:v high -g 48 -x264-params open-gop=0:threads=1 -pix_fmt yuv420p "
            + "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv -map_metadata -1 -map_chapters -1 "
            + "-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -video_track_timescale 24000 -f mp4 out.part",
            Text(FfmpegArguments.Segment(Film, new(1, 0, 120, 240), Footage, Preset, "out.part")));
    }

    [Fact]
    public void Segment_WithADissolve_ReadsBothShots()
    {
        var graph = Graph(FfmpegArguments.Segment(Film, new(2, 1, 240, 300), Footage, Preset, "out.part"));

        Assert.Equal(
            [
                // The incoming shot: turned by ffmpeg to 1080x1920, so fitted between bars, its fields woven; it begins 2 s (8 gaps of 0.25 s) before its in point, which is before the file's start.
                "[0:1]bwdif=mode=send_frame:parity=tff:deint=all,settb=1/24000,setpts=PTS-14400,fps=24000/1001:start_time=0.000000:round=near,tpad=stop=-1:stop_mode=clone,trim=end_frame=60,settb=1001/24000,setpts=N,"
                + "scale=406:720:flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709:in_range=pc:out_color_matrix=bt709:out_range=tv,format=yuv420p,pad=1280:720:436:0,setsar=1[in]",

                // The outgoing one runs on from its frame 240 for 12 frames.
                "[1:0]settb=1/192000,setpts=PTS-768000,fps=24000/1001:start_time=10.010000:round=near,tpad=stop=-1:stop_mode=clone,trim=end_frame=12,settb=1001/24000,setpts=N,"
                + "scale=1280:720:flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709:in_range=tv:out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1[out]",
                "[out][in]xfade=transition=fade:offset=-41708us:duration=542208us[picture]",
                "[picture]setparams=field_mode=prog:range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[v]",
            ],
            graph);
    }

    [Fact]
    public void Segment_OfHighDynamicRange_IsToneMappedAfterScaling() => Assert.Contains(
        "zscale=w=1280:h=720:f=bicubic:tin=smpte2084:min=2020_ncl:pin=2020:rin=limited:t=linear:npl=100,format=gbrpf32le,zscale=p=709,tonemap=tonemap=hable:desat=0:peak=10,zscale=t=709:m=709:r=limited,format=yuv420p",
        Graph(FfmpegArguments.Segment(Film, new(3, 2, 300, 324), Footage, Preset, "x"))[0],
        StringComparison.Ordinal);

    [Fact]
    public void LongDissolve_IsMixedByFormula()
    {
        var film = Film with { Shots = [Film.Shots[0] with { EndFrame = 2000, DissolveFrames = 1500 }] };
        var graph = Graph(FfmpegArguments.Segment(film, new(0, 0, 0, 1500), Footage, Preset, "x"));
        Assert.Equal("color=c=black:s=1280x720:r=24000/1001,format=yuv420p,trim=end_frame=1500,setsar=1,settb=1001/24000,setpts=N[out]", graph[1]);
        Assert.Equal("[out][in]blend=all_expr='A+(B-A)*min(1,(N+1)/1501)'[picture]", graph[2]);
    }

    [Fact]
    public void ShotSound_OfADissolveOutOfSoundIntoNone()
    {
        Assert.Equal(
            $"-y -xerror {Guard} -threads 1 -copyts -start_at_zero -ss 13510000us -vn -sn -dn -i /m/a.mp4 -filter_complex_threads 1 -filter_complex "
            + "anullsrc=r=48000:cl=stereo,aformat=sample_fmts=fltp,atrim=end_sample=120120[in0];[in0]afade=t=in:ss=0:ns=24024:curve=qsin[risen0];"
            + "[0:1]aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo,asettb=1/48000,asetpts=PTS-672480,"
            + "aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,apad=whole_len=24024,atrim=end_sample=24024,asetpts=N[out0];"
            + "[out0]afade=t=out:ss=0:ns=24024:curve=qsin,apad=whole_len=120120[fallen0];[risen0][fallen0]amix=inputs=2:duration=first:normalize=0[mixed0] "
            + "-map [mixed0] -c:a pcm_f32le -map_metadata -1 -map_chapters -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -rf64 auto -f wav out.part",
            Text(FfmpegArguments.ShotSounds(Film, Footage, [(Film.Shots[1], "out.part")])));
    }

    [Fact]
    public void Mix_LaysClipsOverTheShots()
    {
        Assert.Equal(
            $"-y -xerror {Own} -f concat -safe 0 -i list {Guard} -threads 1 -copyts -start_at_zero -vn -sn -dn -i /m/music.mp3 -filter_complex_threads 1 -filter_complex "
            + "[0:0]asettb=1/48000,asetpts=N,aformat=sample_fmts=fltp:channel_layouts=stereo,apad=whole_len=648648,atrim=end_sample=648648[bed];"
            + "[1:0]aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo,asettb=1/48000,asetpts=PTS-96480,"
            + "aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,apad=whole_len=600648,atrim=end_sample=600648,asetpts=N,"
            + "volume=-6dB,afade=t=in:ss=0:ns=24000,afade=t=out:ss=504648:ns=96000,adelay=delays=48000S:all=1[clip0];"
            + "[bed][clip0]amix=inputs=2:duration=first:normalize=0,alimiter=limit=0.98:level=0:latency=1,apad=whole_len=648648,atrim=end_sample=648648,asetpts=N[a] "
            + "-map [a] -c:a aac -b:a 256k -map_metadata -1 -map_chapters -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -movie_timescale 48000 -f ipod out.part",
            Text(FfmpegArguments.Mix(Film, Footage, "list", Preset, "out.part")));
    }

    [Fact]
    public void Join_CopiesAndTags()
    {
        Assert.Equal(
            $"-y {Own} -f concat -safe 0 -i list {Own} -i sound {Own} -f ffmetadata -i meta -map 0:v:0 -map 1:a:0 -map_metadata 2 -map_metadata:s:v -1 -map_metadata:s:a -1 -map_chapters 2 -c copy "
            + "-movflags +faststart -video_track_timescale 24000 -movie_timescale 48000 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -f mp4 out.part",
            Text(FfmpegArguments.Join(Film, Preset, "list", "sound", "meta", "01:00:00:00", "out.part")));
        Assert.Contains("-movflags +faststart+write_colr -timecode 01:00:00:00", Text(FfmpegArguments.Join(Film, Presets.Find("prores-422hq")!, "l", "s", "m", "01:00:00:00", "o")), StringComparison.Ordinal);
    }

    [Fact]
    public void SegmentList_GivesEachItsLengthFromTheFilmsStart()
    {
        var list = FfmpegArguments.SegmentList(Film.Rate, [new(0, 0, 0, 1), new(1, 0, 1, 2), new(2, 0, 2, 240)], ["a.mp4", "it's.mp4", "c.mp4"]);

        Assert.Equal("ffconcat version 1.0\nfile 'a.mp4'\nduration 0.041708\nfile 'it'\\''s.mp4'\nduration 0.041709\nfile 'c.mp4'\nduration 9.926583\n", list);
    }

    [Fact]
    public void Metadata_EscapesWhatPeopleWrite() => Assert.Equal(
        ";FFMETADATA1\ntitle=A\\=B\\; \\#1 \\\\ [CHAPTER]\n[CHAPTER]\nTIMEBASE=1001/24000\nSTART=0\nEND=10\ntitle=x y\n",
        FfmpegArguments.Metadata(Film.Rate, "A=B; #1 \\\n[CHAPTER]", [("x\ny", 0, 10)]));

    [Theory]
    [InlineData("h264-1080p", 1920, 1080, 1920, 1080)]
    [InlineData("h264-1080p", 1080, 1920, 1080, 1920)]
    [InlineData("h264-720p", 1080, 1920, 720, 1280)]
    [InlineData("h264-720p", 854, 480, 854, 480)]
    [InlineData("h264-720p", 2048, 858, 1280, 536)]
    [InlineData("h264-720p", 1080, 1080, 720, 720)]
    [InlineData("h264-720p", 8192, 16, 1280, 2)]
    [InlineData("prores-422hq", 4096, 2160, 4096, 2160)]
    public void Fit_KeepsTheShapeAndNeverEnlarges(string preset, int width, int height, int fittedWidth, int fittedHeight) =>
        Assert.Equal((fittedWidth, fittedHeight), Presets.Find(preset)!.Fit(width, height));

    [Fact]
    public void ContentKey_ChangesWithTheSourceAndTheBuild_AndNotWithItsPlace()
    {
        var segment = new Segment(0, 0, 0, 240);
        var key = Key(Footage, "5.1");
        Assert.Matches("^[0-9a-f]{16}$", key);
        Assert.Equal(key, Key(new Footage(Footage.Facts, Footage.Files.ToDictionary(f => f.Key, f => "/else" + f.Value)), "5.1"));
        Assert.NotEqual(key, Key(Footage, "5.2"));
        Assert.NotEqual(key, Key(new Footage(Footage.Facts.ToDictionary(f => f.Key, f => f.Value with { Identity = "new" }), Footage.Files), "5.1"));

        string Key(Footage footage, string build) => ContentKey.Of(FfmpegArguments.Segment(Film, segment, footage.ByIdentity(), Preset, ""), build);
    }

    [Fact]
    public void Cost_GrowsWithPixelsFramesAndHarderCodecs()
    {
        var half = Cost(new(0, 0, 0, 120), "h264-720p");
        Assert.InRange(Cost(new(0, 0, 0, 240), "h264-720p"), half * 1.5, half * 2.2);
        Assert.True(Cost(new(0, 0, 0, 120), "vp9-1080p") > 1.1 * half);
        Assert.True(Cost(new(0, 2, 300, 324), "h264-720p") > Cost(new(0, 0, 0, 24), "h264-720p"));

        static double Cost(Segment segment, string preset) => SegmentCost.Predict(Film, segment, Footage, Presets.Find(preset)!);
    }

    [Fact]
    public void SoundRuns_CoverEveryShotOnce()
    {
        var shots = Enumerable.Range(0, 57).Select(i => new Shot(i, "a.mp4", i * 100, (i + 1) * 100, 0, 4, "a", null, null, null, 0)).ToArray();
        var runs = SoundRecorder.Plan(Film with { Shots = shots });
        Assert.Equal(Enumerable.Range(0, 57), runs.SelectMany(r => Enumerable.Range(r.First, r.Count)));
        Assert.All(runs, r => Assert.InRange(r.Count, 1, 20));
    }

    private static string Text(IEnumerable<string> arguments) => string.Join(' ', arguments);

    private static string[] Graph(IReadOnlyList<string> arguments) => arguments[arguments.ToList().IndexOf("-filter_complex") + 1].Split(';');

    private static SourceFacts Facts(string path, FrameRate rate, Rational timeBase, Func<VideoFacts, VideoFacts> odd, bool sound) => new(
        path,
        1,
        "id-" + path,
        "mov,mp4,m4a,3gp,3g2,mj2",
        odd(new(0, "h264", 1280, 720, 1, 0, rate, false, rate.TimeOf(1), timeBase, 0, 60, 1500, "yuv420p", false, "bt709", null, null, false, false)),
        sound ? new AudioFacts(1, "aac", 48000, 2, 0, 60) : null,
        null);
}
