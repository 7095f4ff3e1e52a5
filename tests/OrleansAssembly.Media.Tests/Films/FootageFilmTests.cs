using System.Text.Json;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>Real shots of every kind, made into films of two rates.</summary>
public sealed class FootageFilmTests : IDisposable
{
    /// <summary>Every odd property at least once; all are in the shared footage's own table.</summary>
    private static readonly string[] Shots =
    [
        "bbb_480p24_aac51.mp4", "bee_720p2997.mp4", "elf_480p30.mp4", "frog_480p30_vp8.webm", "bottle_360p_2983fps_noaudio.mp4", "asl_bird_fullrange.mkv",
        "nature_1080p25_422_10bit.mp4", "nasa_two_video_streams.mp4", "nasa_hdr_pq_hevc10.mp4", "phone_hlg_portrait_editlist.mp4", "valley_hdr10_av1_1080p5994.mp4",
        "crowd_1080p50_pcm.mov", "phone_portrait_4k60_rot.mp4", "fire_vfr_rot180_mono.mp4", "phone_portrait_rot_mono.mov", "ios9_rot_datatracks.mov", "selfie_vfr_tb600.mov",
        "keyboard_rot180_3frames.mov", "screen_sar3-2.mp4", "screen_vp9_opus.webm", "screen_rot_8797fps.mp4", "bbb_firstpts_10s_sar.mp4", "person_fragmented.mp4", "person_ac3.mkv",
        "roadtrip_vp9_10bit_23976.webm", "overlay_alpha_vp9.webm", "derived/bee_prores_tc_dropframe.mov", "derived/flower_mjpeg_pcm441mono.avi",
        "derived/elf_vfr_flac.mkv", "derived/bee_portrait_23976_tc.mp4", "derived/crowd_pal_576i25_mpeg2.ts",
    ];

    private readonly Workshop _workshop = new();

    [Theory]
    [InlineData("24000/1001", "01:00:00:00")]
    [InlineData("25", "10:00:00:00")]
    public async Task EveryKindOfShot_ComesIntoOneFilm(string rate, string start)
    {
        List<ShotSpec> shots = [];
        foreach (var footage in Shots)
        {
            var source = await _workshop.TakeAsync(footage);
            if (SourceNormalizer.NeedsRemux(_workshop.Facts[source]))
            {
                await _workshop.RemuxAsync(source);
            }

            var length = _workshop.Facts[source].Video!.Duration.ToDouble();
            var (from, to) = length > 1 ? (length * 0.3, Math.Min(length, (length * 0.3) + 0.9)) : (0, length * 0.8);
            shots.Add(new(source, FormattableString.Invariant($"{from:0.000}s"), FormattableString.Invariant($"{to - 0.02:0.000}s"), Scene: $"Scene {shots.Count / 5}", Transition: shots.Count % 7 == 3 ? new("dissolve", 2) : null));
        }

        var film = _workshop.Cut(new TimelineSpec(rate, 320, 180, start, null, shots, [new AudioSpec(await _workshop.TakeAsync("audio/vibe_ace_coverart.ogg"), GainDb: -12, FadeOut: "1s")]));

        // FilmAsync itself has each frame's time and the length of the sound verified.
        var file = await _workshop.FilmAsync(film, segmentSeconds: 5);

        using var json = JsonDocument.Parse(MarkedMedia.Probe("-show_chapters", "-of", "json", file));
        Assert.Equal(7, json.RootElement.GetProperty("chapters").GetArrayLength());
        var list = CmxReader.Read(CmxWriter.Write(film, "Footage", _workshop.Facts), film.Rate);
        Assert.True(list.IsGood);
        Assert.Equal(film.Frames, list.RecordSpan);
        Assert.True(MarkedMedia.Samples(file)[^9600..^4800].Max(s => Math.Abs((int)s)) > 0);

        // No shot came out black or flat: each has light and dark in it.
        var pictures = MarkedMedia.Gray(file, 32, 18);
        Assert.All(film.Shots.Where(s => !s.Source.Contains("overlay", StringComparison.Ordinal)), shot =>
        {
            var picture = pictures[(int)((shot.StartFrame + shot.EndFrame) / 2)];
            Assert.True(picture.Max() - picture.Min() > 25, $"{shot.Source}: {picture.Min()}..{picture.Max()}");
        });
    }

    public void Dispose() => _workshop.Dispose();
}
