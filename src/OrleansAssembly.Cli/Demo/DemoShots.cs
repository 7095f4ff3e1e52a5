using static OrleansAssembly.Cli.Demo.DemoMusic;

namespace OrleansAssembly.Cli.Demo;

/// <summary>The demo's shots: each of another size, rate, codec and sound, as footage from many cameras would be.</summary>
internal static class DemoShots
{
    /// <summary>Where the film enters each shot: half a second of handle lies before, more than a dissolve after.</summary>
    public const double In = 0.5;

    /// <summary>Length of a shot's file beyond what the film uses.</summary>
    public const double Handles = 1.25;

    private static readonly string[] H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "17", "-pix_fmt", "yuv420p"];

    public static IReadOnlyList<DemoShot> All { get; } =
    [
        new()
        {
            File = "010-aurora.mp4", Name = "Aurora", Facts = "H.264 · 1920x1080 · 23.976 fps · stereo", Scene = "1", Height = 1080, Dissolve = 24,
            Picture = Field(320, 180, "24000/1001", "viridis",
                "st(0,Y/H-0.45-0.12*sin(X/47+T)-0.07*sin(X/21-1.7*T));st(1,if(gt(ld(0),0),exp(-ld(0)*18),exp(ld(0)*4)));"
                + "clip(235*ld(1)*(0.55+0.25*sin(X/6+2*T)+0.2*sin(X/3.5-3*T)),0,255)") + ",scale=1920:1080:flags=bicubic",
            Sound = at => Source(at, 4 + Handles, 48000, "stereo", Pad(0.2, 1.002) + "+" + Bell(0.12, 1), Pad(0.2, 0.998) + "+" + Bell(0.08, 1)) + ",aecho=0.8:0.7:375|500:0.3|0.2",
            VideoArguments = H264, AudioArguments = ["-c:a", "aac", "-b:a", "192k"],
        },
        new()
        {
            File = "020-tunnel.mp4", Name = "Tunnel", Facts = "H.264 · 1280x720 · 60 fps · mono 44.1 kHz", Scene = "1", Take = 2, Height = 720,
            Picture = Field(224, 126, "60", "inferno",
                "st(0,hypot(X-W/2,Y-H/2)+2);st(1,atan2(Y-H/2,X-W/2));"
                + "clip((128+120*sin(9*log(ld(0))-6*T)*sin(8*ld(1)+2*T+3*log(ld(0))))*min(1,ld(0)/24),0,255)") + ",scale=1280:720:flags=bicubic",
            Sound = at => Source(at, 4 + Handles, 44100, "mono", Arpeggio(0.3, 0.125, 2)) + ",aecho=0.8:0.6:250:0.3",
            VideoArguments = H264, AudioArguments = ["-c:a", "aac", "-b:a", "96k"],
        },
        new()
        {
            File = "030-spectrum.webm", Name = "Spectrum", Facts = "VP9 · 1280x720 · 29.97 fps · Opus", Scene = "1", Height = 720,
            Picture = "{music}showcqt=s=640x360:r=30000/1001:axis=0:count=2:bar_g=3:sono_g=5:bar_v=14:sono_v=22:basefreq=70:endfreq=6000:cscheme=1|0.4|0.1|0.1|0.5|1,scale=1280:720:flags=bicubic",
            Sound = at => Source(at, 4 + Handles, 48000, "stereo",
                Arpeggio(0.24, 0.25, 2) + "+" + Bass(0.08) + "+" + Pad(0.05, 1.003), Arpeggio(0.24, 0.125, 1) + "+" + Bass(0.08) + "+" + Bell(0.12, 2)),
            VideoArguments = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-crf", "24", "-b:v", "0", "-pix_fmt", "yuv420p"],
            AudioArguments = ["-c:a", "libopus", "-b:a", "128k"],
        },
        new()
        {
            File = "040-rings.mkv", Name = "Rings", Facts = "MPEG-2 · 720x576 interlaced, wide pixels · 25 fps · MP2", Scene = "2", Height = 576,
            Picture = Field(262, 144, "50", "plasma",
                "clip(128+62*(sin(hypot(X-W/2-W/3*sin(1.1*T),Y-H/2-H/4*cos(0.9*T))/3)+sin(hypot(X-W/2+W/3*sin(0.8*T),Y-H/2+H/4*cos(1.3*T))/3)),0,255)")
                + ",scale=720:576:flags=bicubic,setsar=16/11",
            Finish = "tinterlace=mode=interleave_top,setfield=tff",
            Sound = at => Source(at, 4 + Handles, 48000, "stereo", Bell(0.22, 2), Bell(0.22, 1)) + ",aecho=0.8:0.7:375:0.3",
            VideoArguments = ["-c:v", "mpeg2video", "-q:v", "3", "-flags", "+ildct+ilme", "-pix_fmt", "yuv420p"], AudioArguments = ["-c:a", "mp2", "-b:a", "192k"],
        },
        new()
        {
            File = "050-mandelbrot.mp4", Name = "Mandelbrot", Facts = "HEVC 10 bit · 1280x720 · 25 fps · 5.1", Scene = "2", Take = 3, Seconds = 6, Height = 720, Dissolve = 16,
            Picture = "mandelbrot=s=1280x720:r=25:start_x=-0.7436438870371587:start_y=-0.1318259042053119:start_scale=2.2:end_scale=0.03:end_pts=181:maxiter=250:"
                + "inner=mincol:outer=normalized_iteration_count,gblur=0.8,hue=h=130+18*t:s=0.8",
            Sound = at => Source(at, 6 + Handles, 48000, "5.1",
                Arpeggio(0.2, 0.25, 2), Arpeggio(0.2, 0.5, 2), Pad(0.2, 1), Bass(0.15), Bell(0.14, 2), Bell(0.14, 1)),
            VideoArguments = ["-c:v", "libx265", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-x265-params", "log-level=error"],
            AudioArguments = ["-c:a", "aac", "-b:a", "320k"],
        },
        new()
        {
            File = "060-flower.mp4", Name = "Flower", Facts = "H.264 · 1080x1920 portrait · 30 fps · no sound", Scene = "2", Height = 1000,
            Picture = Field(180, 320, "30", "magma",
                "st(0,hypot(X-W/2,Y-H/2));st(1,atan2(Y-H/2,X-W/2)+ld(0)/60*sin(T));clip(255*exp(-abs(ld(0)-44-30*cos(7*ld(1)+2*T))/8)"
                + "+160*exp(-abs(ld(0)-70-20*cos(5*ld(1)-3*T))/6)+110*exp(-abs(ld(0)-112-22*cos(9*ld(1)+4*T))/5),0,255)")
                + ",scale=1080:1920:flags=bicubic",
            VideoArguments = H264,
        },
        new()
        {
            File = "070-rule-30.mkv", Name = "Rule 30", Facts = "H.264 · 960x540 · variable rate · 22.05 kHz", Scene = "3", Height = 540,
            Picture = "cellauto=s=240x135:r=30:rule=30:random_seed=3,format=gbrp[cells];"
                + "gradients=s=240x135:r=30:n=4:c0=0x00d4ff:c1=0xff00aa:c2=0xffc400:c3=0x6a00ff:speed=0.05:seed=4,format=gbrp[colours];"
                + "[cells][colours]blend=all_mode=multiply,lagfun=decay=0.9,scale=960:540:flags=neighbor",
            Finish = "select='mod(n,5)-2'",
            Sound = at => Source(at, 4 + Handles, 22050, "mono", Arpeggio(0.25, 0.125, 3)),
            VideoArguments = [.. H264, "-fps_mode", "vfr"], AudioArguments = ["-c:a", "libvorbis", "-q:a", "3"],
        },
        new()
        {
            File = "080-scope.mov", Name = "Scope", Facts = "Motion JPEG · 640x480 · 50 fps · PCM", Scene = "3", Height = 480,
            Picture = "{music}avectorscope=s=960x960:r=50:m=lissajous_xy:draw=line:zoom=2.4:rc=60:gc=200:bc=255:rf=25:gf=12:bf=6,scale=480:480:flags=area,format=gbrp,lagfun=decay=0.85,"
                + "split[sharp][soft];[soft]gblur=6[glow];[sharp][glow]blend=all_mode=screen,pad=640:480:-1:-1,format=yuvj420p",
            Sound = at => Source(at, 4 + Handles, 48000, "stereo", Figure(0.32, 1.5)),
            VideoArguments = ["-c:v", "mjpeg", "-q:v", "3"], AudioArguments = ["-c:a", "pcm_s16le"],
        },
        new()
        {
            File = "090-colony.mp4", Name = "Colony", Facts = "H.264 · 1280x720 turned by half · 30 fps · sound ends early", Scene = "3", Height = 720, Turned = true,
            Picture = "life=s=160x90:r=15:ratio=0.2:mold=25:life_color=0xE8FFF4:death_color=0xFF5C7A:mold_color=0x0d0b3a:random_seed=11,fps=30,format=gbrp,"
                + "scale=1280:720:flags=neighbor,split[sharp][soft];[soft]gblur=14[glow];[sharp][glow]blend=all_mode=screen:all_opacity=0.6",
            Finish = "hflip,vflip",
            Sound = at => Source(at, 3, 48000, "stereo", Bell(0.2, 3), Arpeggio(0.2, 0.25, 3)),
            VideoArguments = H264, AudioArguments = ["-c:a", "aac", "-b:a", "128k"],
        },
        new()
        {
            File = "100-star.mov", Name = "Star", Facts = "ProRes 422 10 bit · 1440x810 · 24 fps · PCM 24 bit", Scene = "4", Take = 5, Height = 810, Dissolve = 12,
            Picture = Field(320, 180, "24", "magma",
                "st(0,hypot(X-W/2,Y-H/2));st(1,atan2(Y-H/2,X-W/2));clip(128+127*sin(ld(0)/6-5*T+5*sin(5*ld(1)+T))*exp(-ld(0)/150),0,255)")
                + ",scale=1440:810:flags=bicubic",
            Sound = at => Source(at, 4 + Handles, 48000, "stereo", Pad(0.25, 1.003), Pad(0.25, 0.997)),
            VideoArguments = ["-c:v", "prores", "-profile:v", "2", "-pix_fmt", "yuv422p10le"], AudioArguments = ["-c:a", "pcm_s24le"],
        },
    ];

    public static double FilmSeconds => All.Sum(s => s.Seconds);

    /// <summary>Music under the whole film: it builds up, plays, and ends on the first chord.</summary>
    public static string Bed()
    {
        var end = FilmSeconds - Bar;
        return Source(0, FilmSeconds, 48000, "stereo", Channel(1.002, 0.25), Channel(0.998, 0.5)) + ",aecho=0.9:0.8:250|375:0.2|0.15,alimiter=limit=0.8:level=0";

        string Channel(double detune, double step) => string.Join('+',
            Pad(0.22, detune), Arpeggio(0.16, step, 1), Bass(0.24), Kick(0.5, 2 * Bar, end), Hat(0.25, 4 * Bar, end));
    }

    /// <summary>A field computed point by point at a small size and coloured: it grows smoothly to any size.</summary>
    private static string Field(int width, int height, string rate, string palette, string expression) =>
        $"nullsrc=s={width}x{height}:r={rate},format=gray,geq=lum='{expression}',format=gbrp,pseudocolor=preset={palette}:index=0";
}
