using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Sources;

/// <summary>Every file of the shared footage: what is found of it agrees with its table, and intact is told from broken.</summary>
public sealed class FootageTests : IDisposable
{
    private readonly TestMedia _media = new();

    private static CancellationToken Timely => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bbb_480p24_aac51.mp4", 720, "24", false, 0, "1", null, 6)]
    [InlineData("bee_720p2997.mp4", 121, "30000/1001", false, 0, "1", null, 2)]
    [InlineData("flower_540p2997.mp4", 150, "30000/1001", false, 0, "1", null, 2)]
    [InlineData("frog_480p30_vp8.webm", 248, "30", false, 0, "1", null, 2)]
    [InlineData("elf_480p30.mp4", 241, "30", false, 0, "1", null, 2)]
    [InlineData("bottle_360p_2983fps_noaudio.mp4", 1189, "179/6", false, 0, "1", null, 0)]
    [InlineData("asl_bird_fullrange.mkv", 63, "30", false, 0, "1", null, 0)]
    [InlineData("nature_1080p25_422_10bit.mp4", 250, "25", false, 0, "1", "01:00:00:00", 2)]
    [InlineData("nasa_two_video_streams.mp4", 325, "25", false, 0, "1", null, 2)]
    [InlineData("nasa_hdr_pq_hevc10.mp4", 325, "25", false, 0, "1", null, 0)]
    [InlineData("phone_hlg_portrait_editlist.mp4", 77, "30000/1001", false, 90, "1", null, 2)]
    [InlineData("valley_hdr10_av1_1080p5994.mp4", 60, "60000/1001", false, 0, "1", null, 2)]
    [InlineData("crowd_1080p50_pcm.mov", 100, "50", false, 0, "1", null, 2)]
    [InlineData("phone_portrait_4k60_rot.mp4", 18, "60", false, 90, "1", null, 2)]
    [InlineData("fire_vfr_rot180_mono.mp4", 25, "11", true, 180, "1", null, 1)]
    [InlineData("phone_portrait_rot_mono.mov", 62, "30000/1001", false, 90, "1", null, 1)]
    [InlineData("ios9_rot_datatracks.mov", 14, "30", false, 90, "1", null, 1)]
    [InlineData("selfie_vfr_tb600.mov", 123, "17", true, 0, "1", null, 2)]
    [InlineData("keyboard_rot180_3frames.mov", 3, "30", false, 180, "1", null, 0)]
    [InlineData("screen_sar3-2.mp4", 46, "8797/1000", false, 0, "3/2", null, 2)]
    [InlineData("screen_vp9_opus.webm", 44, "8797/1000", false, 0, "1", null, 2)]
    [InlineData("screen_rot_8797fps.mp4", 44, "8797/1000", false, 90, "1", null, 2)]
    [InlineData("bbb_firstpts_10s_sar.mp4", 120, "30", false, 0, "1137/800", null, 0)]
    [InlineData("person_fragmented.mp4", 30, "30000/1001", false, 0, "1", null, 1)]
    [InlineData("person_ac3.mkv", 30, "30", false, 0, "1", null, 1)]
    [InlineData("roadtrip_vp9_10bit_23976.webm", 72, "24000/1001", false, 0, "1", null, 0)]
    [InlineData("overlay_alpha_vp9.webm", 150, "30", false, 0, "1", null, 2)]
    [InlineData("black_6min_1080p.mp4", 10883, "30", false, 0, "1", null, 2)]
    [InlineData("derived/bee_prores_tc_dropframe.mov", 30, "30000/1001", false, 0, "1", "01:00:00;00", 2)]
    [InlineData("derived/flower_mjpeg_pcm441mono.avi", 60, "30000/1001", false, 0, "1", null, 1)]
    [InlineData("derived/crowd_pal_576i25_mpeg2.ts", 50, "25", false, 0, "64/45", null, 2)]
    [InlineData("derived/elf_vfr_flac.mkv", 45, "30", true, 0, "1", null, 2)]
    [InlineData("derived/bee_portrait_23976_tc.mp4", 72, "24000/1001", false, 0, "406/405", "09:58:30:12", 1)]
    public async Task Picture_IsFoundAsItIs_AndDecodes(string file, long frames, string rate, bool variable, int rotation, string aspect, string? timecode, int channels)
    {
        var facts = await ProbeAsync(file);
        var video = Assert.IsType<VideoFacts>(facts.Video);
        Assert.Equal(
            (frames, rate, variable, rotation, aspect, timecode, channels),
            (video.Frames, video.Rate.ToString(), video.VariableRate, video.Rotation, video.SampleAspect.ToString(), facts.StartTimecode, facts.Audio?.Channels ?? 0));
        Assert.True(video.Start >= 0);
        Assert.True(video.LargestGap > 0);
        if (!variable)
        {
            Assert.Equal(video.Rate.TimeOf(frames), video.Duration);
        }

        // Six minutes of black take long to decode and tell nothing more.
        var to = Rational.Min(video.Duration, 10);
        var problem = await _media.Checker.CheckDecodesAsync(facts, null, 0, to, null, Timely);
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("audio/viper_music.mp3", "mp3", 44100, 2, 41.0)]
    [InlineData("audio/vibe_ace_coverart.ogg", "vorbis", 44100, 2, 61.459)]
    [InlineData("audio/speech_16k_mono.ogg", "vorbis", 16000, 1, 13.910)]
    [InlineData("audio/six_channel_float.wav", "pcm_f32le", 48000, 6, 0.512)]
    [InlineData("audio_only_stereo_plus_51.mp4", "aac", 48000, 2, 10.0)]
    public async Task Sound_IsFoundAsItIs_AndDecodes(string file, string codec, int sampleRate, int channels, double seconds)
    {
        var facts = await ProbeAsync(file);
        Assert.Null(facts.Video);
        var audio = Assert.IsType<AudioFacts>(facts.Audio);
        Assert.Equal((codec, sampleRate, channels), (audio.Codec, audio.SampleRate, audio.Channels));
        Assert.Equal(seconds, audio.Duration.ToDouble(), 0.05);
        Assert.Null(await _media.Checker.CheckDecodesAsync(facts, null, 0, audio.Duration, null, Timely));
    }

    [Fact]
    public async Task Colours_Fields_AndStarts_AreFound()
    {
        Assert.True((await ProbeAsync("asl_bird_fullrange.mkv")).Video!.FullRange);
        Assert.Equal("arib-std-b67", (await ProbeAsync("phone_hlg_portrait_editlist.mp4")).Video!.ColorTransfer);
        var valley = (await ProbeAsync("valley_hdr10_av1_1080p5994.mp4")).Video!;
        Assert.Equal(("smpte2084", "bt2020", "yuv420p10le"), (valley.ColorTransfer, valley.ColorPrimaries, valley.PixelFormat));
        var field = (await ProbeAsync("derived/crowd_pal_576i25_mpeg2.ts")).Video!;
        Assert.True(field is { Interlaced: true, TopFieldFirst: true });
        Assert.Equal(0.01, field.Start.ToDouble(), 0.001);
        Assert.Equal(Rational.Zero, (await ProbeAsync("bbb_firstpts_10s_sar.mp4")).Video!.Start);
        Assert.Equal(0.226, (await ProbeAsync("screen_rot_8797fps.mp4")).Video!.Start.ToDouble(), 0.001);
        Assert.Equal(new Rational(2, 15), (await ProbeAsync("selfie_vfr_tb600.mov")).Video!.LargestGap);
        var nasa = (await ProbeAsync("nasa_two_video_streams.mp4")).Video!;
        Assert.Equal((0, 320), (nasa.StreamIndex, nasa.Width));
    }

    [Theory]
    [InlineData("broken/concat_etc_passwd.ffconcat", "source-not-allowed")]
    [InlineData("broken/concat_protocol_tricks.txt", "source-not-allowed")]
    [InlineData("broken/hls_disguised.mp4", "source-not-allowed")]
    [InlineData("broken/hls_http_url.m3u8", "source-not-allowed")]
    [InlineData("broken/hls_local_file.m3u8", "source-not-allowed")]
    [InlineData("broken/truncated_image.jpg", "source-not-allowed")]
    [InlineData("images/elephant.jpg", "source-not-allowed")]
    [InlineData("images/exif_orientation_6.jpg", "source-not-allowed")]
    [InlineData("images/round_balloon.png", "source-not-allowed")]
    [InlineData("images/astronaut.png", "source-not-allowed")]
    [InlineData("images/still_phone.heic", "source-unreadable")]
    [InlineData("images/fox_10bit.avif", "source-not-allowed")]
    [InlineData("broken/malformed_free_box.mp4", "source-unreadable")]
    [InlineData("broken/moov_missing.mp4", "source-unreadable")]
    [InlineData("broken/plain_text.mp4", "source-unreadable")]
    [InlineData("broken/text_inside.flv", "source-unreadable")]
    [InlineData("broken/tiny_broken_moov.mp4", "source-unreadable")]
    [InlineData("broken/zero_length.mp4", "source-unreadable")]
    [InlineData("broken/missing_stsd.mp4", "source-undecodable")]
    [InlineData("broken/vvc_undecodable.mp4", "source-undecodable")]
    [InlineData("broken/first_4096_bytes.mp4", "source-truncated")]
    [InlineData("broken/truncated_30pct.mp4", "source-truncated")]
    [InlineData("broken/truncated_50pct.webm", "source-truncated")]
    [InlineData("broken/truncated_55pct.mp4", "source-truncated")]
    [InlineData("broken/corrupt_packets.webm", "source-damaged")]
    [InlineData("broken/corrupt_packets.mp4", "source-damaged")]
    [InlineData("broken/corrupt_audio.mp3", "source-damaged")]
    public async Task BrokenAndHostile_IsRefused_ForWhatItIs(string file, string expected)
    {
        _media.Take(file);
        var probed = await _media.Prober.ProbeAsync(file, Timely);
        var problem = probed.Problem;
        if (probed.Value is { } facts)
        {
            problem = await _media.Checker.CheckDecodesAsync(facts, null, 0, facts.Video?.Duration ?? facts.Audio!.Duration, null, Timely);
        }

        Assert.NotNull(problem);
        Assert.True(expected == problem.Name, $"{problem}");
        Assert.Contains(file, problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(_media.Root, problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", problem.Detail, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(problem.Detail);
    }

    public void Dispose() => _media.Dispose();

    private async Task<SourceFacts> ProbeAsync(string file)
    {
        var probed = await _media.Prober.ProbeAsync(_media.Take(file), Timely);
        Assert.True(probed.Problem is null, $"{probed.Problem}");
        return probed.Value!;
    }
}
