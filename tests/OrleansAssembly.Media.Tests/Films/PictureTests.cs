using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media.Tests.Films;

/// <summary>Odd sources come out as they are meant to be seen: upright, in shape, in the right levels.</summary>
public sealed class PictureTests : IDisposable
{
    private const string X264 = "-c:v libx264 -preset veryfast -qp 6";

    private readonly Workshop _workshop = new();

    [Fact]
    public async Task Dissolve_MixesExactlyItsFrames_FromBlackAndBetweenShots()
    {
        var dark = await _workshop.MakeAsync("dark.mp4", $"-f lavfi -i color=c=0x404040:s=320x180:r=25:d=4 {X264}");
        var light = await _workshop.MakeAsync("light.mp4", $"-f lavfi -i color=c=0xC0C0C0:s=320x180:r=25:d=4 {X264}");
        var film = _workshop.Cut(
            "25",
            new ShotSpec(dark, "0s", "2s", Transition: new("dissolve", 9)),
            new ShotSpec(light, "0s", "3s", Transition: new("dissolve", 40)),
            new ShotSpec(dark, "0s", "1s", Transition: new("dissolve", 25)));

        var levels = MarkedMedia.Gray(await _workshop.FilmAsync(film), 1, 1).Select(f => (int)f[0]).ToArray();

        Assert.Equal(150, levels.Length);
        Assert.All(Enumerable.Range(0, 150), k => Assert.InRange(levels[k], Expected(k) - 3, Expected(k) + 3));

        static double Expected(int k) => k switch
        {
            < 9 => Mix(16, 71, k, 9),
            < 50 => 71,
            < 90 => Mix(71, 181, k - 50, 40),
            < 125 => 181,
            _ => Mix(181, 71, k - 125, 25),
        };

        static double Mix(double from, double to, int frame, int frames) => from + ((to - from) * (frame + 1) / (frames + 1));
    }

    [Fact]
    public async Task Dissolve_RunsBothShotsOn_FrameByFrame()
    {
        const string longGop = "-c:v libx264 -preset veryfast -g 250 -bf 3";
        var a = await _workshop.MarkedAsync("a.mp4", 0, "25", 100, longGop);
        var b = await _workshop.MarkedAsync("b.mp4", 0, "25", 100, longGop);
        var film = _workshop.Cut("25", new ShotSpec(a, "1s", "2s"), new ShotSpec(b, "1s", "3s", Transition: new("dissolve", 20)));

        var fields = MarkedMedia.Fields(await _workshop.FilmAsync(film));

        // Frame i of the dissolve: the outgoing shot has gone on to 50 + i, the incoming one is at 25 + i.
        for (var i = 0; i < 20; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var (before, after) = (Level(50 + i, bit), Level(25 + i, bit));
                var expected = before + ((after - before) * (i + 1) / 21);
                Assert.InRange(fields[25 + i][bit], expected - 9, expected + 9);
            }
        }

        Assert.Equal((0, 45), MarkedMedia.Number(fields[45]));

        static double Level(int number, int bit) => ((number >> bit) & 1) == 1 ? 180 : 76;
    }

    [Theory]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public async Task Rotation_StandsUpright(int clockwise)
    {
        // A light quarter at the top left; players turn it clockwise.
        _workshop.Media.Make("flat.mp4", $"-f lavfi -i color=c=black:s=320x180:r=25:d=1,drawbox=0:0:160:90:white:fill {X264}");
        var turned = await _workshop.MakeAsync("turned.mp4", $"-i {_workshop.Media.Path("flat.mp4")} -c copy -metadata:s:v:0 rotate={360 - clockwise}");
        Assert.Equal(clockwise, _workshop.Facts[turned].Video!.Rotation);
        var film = _workshop.Cut(new TimelineSpec("25", null, null, null, null, [new ShotSpec(turned)], null));
        Assert.Equal(clockwise == 180 ? (320, 180) : (180, 320), (film.Width, film.Height));

        var quarters = MarkedMedia.Gray(await _workshop.FilmAsync(film), 2, 2)[0];

        var light = clockwise switch { 90 => 1, 180 => 3, _ => 2 };
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, 4).Where(q => (quarters[q] > 128) == (q == light)));
    }

    [Fact]
    public async Task NonSquarePixels_KeepTheirShape_AndAreFittedWithBars()
    {
        // 4:3 shown from 320x180 coded pixels of 3:4: a circle would be round only at 240x180.
        var thin = await _workshop.MakeAsync("thin.mp4", $"-f lavfi -i color=c=white:s=320x180:r=25:d=1,setsar=3/4 {X264}");
        var tall = await _workshop.MakeAsync("tall.mp4", $"-f lavfi -i color=c=white:s=90x160:r=25:d=1 {X264}");

        var frames = MarkedMedia.Gray(await _workshop.FilmAsync(_workshop.Cut("25", new ShotSpec(thin), new ShotSpec(tall))), 320, 180);

        Assert.Equal((40, 280), Light(frames[5]));
        Assert.Equal((108, 210), Light(frames[30]));

        static (int, int) Light(byte[] gray)
        {
            var row = gray.AsSpan(90 * 320, 320);
            return (row.IndexOfAnyInRange((byte)128, (byte)255), row.LastIndexOfAnyInRange((byte)128, (byte)255) + 1);
        }
    }

    [Fact]
    public async Task Interlaced_IsWovenIntoWholeFrames_OneEach()
    {
        // A bar that moves from field to field: without deinterlacing its edges are combs.
        var i = await _workshop.MakeAsync("i.mov", $"-f lavfi -i color=c=black:s=320x180:r=50:d=3,geq=lum='if(lt(mod(X+400-N*4\\,80)\\,40)\\,200\\,30)':cb=128:cr=128,interlace=scan=tff:lowpass=off,setfield=tff -flags +ildct+ilme -top 1 -c:v mpeg2video -q:v 2");
        Assert.True(_workshop.Facts[i].Video is { Interlaced: true, TopFieldFirst: true });

        var frames = MarkedMedia.Gray(await _workshop.FilmAsync(_workshop.Cut("25", new ShotSpec(i, "0.2s", "2.2s"))), 320, 180);

        Assert.Equal(50, frames.Count);
        Assert.All(frames, frame => Assert.True(Comb(frame) < 12, $"neighbouring lines differ by {Comb(frame)}"));

        static double Comb(byte[] gray) => Enumerable.Range(10, 160).Average(y => Enumerable.Range(0, 320).Average(x => Math.Abs(gray[(y * 320) + x] - gray[((y + 1) * 320) + x])));
    }

    [Theory]
    [InlineData("full.mp4", "yuvj420p -color_range pc", "lum=86:cb=135:cr=189", "bt709")]
    [InlineData("ten.mp4", "yuv422p10le", "lum=346:cb=538:cr=757", "bt709")]
    [InlineData("old.mp4", "yuv420p", "lum=99:cb=128:cr=188", "smpte170m")]
    [InlineData("untold.mp4", "yuv420p", "lum=99:cb=128:cr=188", null)]
    public async Task LevelsAndMatrix_GiveTheSameColours(string name, string pixels, string codes, string? matrix)
    {
        var tag = matrix is null ? "" : $"-colorspace {matrix} -color_primaries bt709 -color_trc bt709";
        var format = pixels.Split(' ')[0];
        var s = await _workshop.MakeAsync(name, $"-f lavfi -i color=s=320x180:r=25:d=1,format={format},geq={codes} -pix_fmt {pixels} {tag} {X264}");

        var file = await _workshop.FilmAsync(_workshop.Cut("25", new ShotSpec(s)));

        // 0xC03060 by BT.709's formula in video levels.
        Assert.InRange(MarkedMedia.Gray(file, 1, 1)[0][0], 86 - 2, 86 + 2);
        Assert.InRange(MarkedMedia.Gray(file, 1, 1, 'u')[0][0], 135 - 2, 135 + 2);
        Assert.InRange(MarkedMedia.Gray(file, 1, 1, 'v')[0][0], 189 - 2, 189 + 2);
        Assert.Equal("tv,bt709,bt709,bt709", Tags(file));
    }

    [Fact]
    public async Task HighDynamicRange_IsToneMapped_AndTaggedAsStandard()
    {
        // PQ: code 0.58 (of 1023: 594 in video levels) is about 200 nits, and must come out as neither black nor burnt out.
        var pq = await _workshop.MakeAsync(
            "pq.mkv",
            $"-f lavfi -i color=c=gray:s=320x180:r=25:d=1,format=yuv420p10le,geq=lum=572:cb=512:cr=512 -pix_fmt yuv420p10le -color_range tv -colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084 {X264}");

        foreach (var preset in new[] { Workshop.Fast, Presets.Find("prores-proxy")! })
        {
            var file = await _workshop.FilmAsync(_workshop.Cut("25", new ShotSpec(pq)), preset, preset.Name);
            Assert.InRange(MarkedMedia.Gray(file, 1, 1)[0][0], 130, 235);
            Assert.Equal("tv,bt709,bt709,bt709", Tags(file));
        }
    }

    private static string Tags(string file) => MarkedMedia.Probe("-select_streams", "v:0", "-show_entries", "stream=color_range,color_space,color_transfer,color_primaries", "-of", "csv=p=0", file).Trim();

    public void Dispose() => _workshop.Dispose();
}
