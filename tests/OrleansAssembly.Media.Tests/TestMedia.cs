using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace OrleansAssembly.Media.Tests;

/// <summary>A media root of its own in a temporary folder, with media that the real ffmpeg makes; gone when disposed.</summary>
internal sealed class TestMedia : IDisposable
{
    /// <summary>Clips that were made in this run of tests: the same arguments give a copy.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Clips = new();

    private readonly DirectoryInfo _folder;
    private readonly bool _own;

    /// <param name="configure">Changes the options.</param>
    /// <param name="folder">An empty folder to be the root; by default a new one in the temporary folder.</param>
    public TestMedia(Action<MediaOptions>? configure = null, DirectoryInfo? folder = null)
    {
        _own = folder is null;
        _folder = folder ?? Directory.CreateTempSubdirectory("media-tests-");
        var options = new MediaOptions { Root = _folder.FullName, Niceness = 0 };
        configure?.Invoke(options);
        Options = Microsoft.Extensions.Options.Options.Create(options);
        Store = new MediaStore(Options);
        Runner = new FfmpegRunner(Options, TimeProvider.System, NullLogger<FfmpegRunner>.Instance);
        Prober = new SourceProber(Runner, Store);
        Checker = new SourceChecker(Runner, Store);
        Normalizer = new SourceNormalizer(Runner, Store, Prober);
    }

    public IOptions<MediaOptions> Options { get; }

    public MediaStore Store { get; }

    public FfmpegRunner Runner { get; }

    public SourceProber Prober { get; }

    public SourceChecker Checker { get; }

    public SourceNormalizer Normalizer { get; }

    public string Root => _folder.FullName;

    /// <summary>Full path of a source that need not exist.</summary>
    public string Path(string relative) => System.IO.Path.Combine(Store.SourcesRoot, relative);

    /// <summary>Makes a source with plain ffmpeg (not with the code under test).</summary>
    /// <param name="relative">Path below <c>sources/</c>.</param>
    /// <param name="arguments">ffmpeg's arguments before the output file, parted by spaces (no quoting).</param>
    /// <returns><paramref name="relative"/>.</returns>
    public string Make(string relative, string arguments)
    {
        var file = Path(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        Ffmpeg([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), file], _folder.FullName);
        return relative;
    }

    /// <summary>A short H.264 clip with a moving picture and a tone.</summary>
    public string MakeClip(string relative = "clip.mp4", string rate = "25", double seconds = 2, string size = "320x180")
    {
        var arguments = FormattableString.Invariant($"-f lavfi -i testsrc2=size={size}:rate={rate}:duration={seconds} -f lavfi -i sine=frequency=440:sample_rate=48000:duration={seconds} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -shortest");
        var clip = Clips.GetOrAdd($"{arguments} {System.IO.Path.GetExtension(relative)}", _ => new Lazy<byte[]>(() => File.ReadAllBytes(Path(Make(relative, arguments)))));
        return Write(relative, clip.Value);
    }

    /// <summary>Puts a file of the shared footage below <c>sources/</c>; skips the test where it is missing.</summary>
    /// <returns>Its path below <c>sources/</c>.</returns>
    public string Take(string footage)
    {
        var target = Path(footage);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        File.Copy(SharedFootage.File(footage), target, overwrite: true);
        return footage;
    }

    public string Write(string relative, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(relative))!);
        File.WriteAllBytes(Path(relative), content);
        return relative;
    }

    public string Write(string relative, string content) => Write(relative, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Makes a program of lines for the shell.</summary>
    /// <returns>Its full path.</returns>
    public string Script(string name, string lines)
    {
        var file = System.IO.Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{lines}\n");
        using var chmod = Process.Start("chmod", ["+x", file]);
        chmod.WaitForExit();
        return file;
    }

    public static void Ffmpeg(IReadOnlyList<string> arguments, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), "ffmpeg did not end within a minute while test media were made");
        Assert.True(process.ExitCode == 0, $"ffmpeg could not make test media: {errors}");
    }

    public void Dispose()
    {
        if (_own)
        {
            _folder.Delete(recursive: true);
        }
    }
}
