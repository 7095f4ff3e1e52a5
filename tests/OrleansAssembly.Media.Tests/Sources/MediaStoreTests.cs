using System.Diagnostics;
using System.Text.Json;

namespace OrleansAssembly.Media.Tests.Sources;

public sealed class MediaStoreTests : IDisposable
{
    private readonly TestMedia _media = new(o => o.LargestUpload = 1_000_000);

    private static CancellationToken Timely => TestContext.Current.CancellationToken;

    private MediaStore Store => _media.Store;

    [Theory]
    [InlineData("../secret.mp4")]
    [InlineData("a/../../secret.mp4")]
    [InlineData("/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("..")]
    public async Task Paths_ThatLeadOut_AreRefused_ForReadingAndWriting(string path)
    {
        File.WriteAllText(Path.Combine(_media.Root, "secret.mp4"), "secret");
        Assert.Equal("source-outside-root", Store.Resolve(path).Problem?.Name);
        Assert.Equal("source-outside-root", Store.Delete(path)?.Name);
        Assert.Equal("source-outside-root", (await Store.SaveAsync(path, new MemoryStream([1]), 1, Timely)).Problem?.Name);
        Assert.Equal("secret", File.ReadAllText(Path.Combine(_media.Root, "secret.mp4")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("missing.mp4")]
    [InlineData("missing/x.mp4")]
    [InlineData("a//b.mp4")]
    [InlineData("./a.mp4")]
    [InlineData("a\nb.mp4")]
    [InlineData("a\0b.mp4")]
    public void Paths_ThatNameNothing_AreNotFound(string path) => Assert.Equal("source-not-found", Store.Resolve(path).Problem?.Name);

    [Fact]
    public void Name_LongerThanAnyFile_IsNotFound() => Assert.Equal("source-not-found", Store.Resolve(new string('x', 5000)).Problem?.Name);

    [Fact]
    public async Task Links_OutOfTheRoot_AreRefused_AndInsideAreFollowed()
    {
        _media.Write("real/a.mp4", "a");
        File.WriteAllText(Path.Combine(_media.Root, "secret"), "secret");
        File.CreateSymbolicLink(_media.Path("out.mp4"), "../secret");
        File.CreateSymbolicLink(_media.Path("passwd.mp4"), "/etc/passwd");
        Directory.CreateSymbolicLink(_media.Path("etc"), "/etc");
        File.CreateSymbolicLink(_media.Path("in.mp4"), "real/a.mp4");
        File.CreateSymbolicLink(_media.Path("round.mp4"), "round.mp4");
        File.CreateSymbolicLink(_media.Path("chain.mp4"), "etc/passwd");

        foreach (var path in new[] { "out.mp4", "passwd.mp4", "etc/passwd", "chain.mp4" })
        {
            Assert.Equal("source-outside-root", Store.Resolve(path).Problem?.Name);
        }

        Assert.Equal("source-not-found", Store.Resolve("round.mp4").Problem?.Name);
        Assert.Equal(_media.Path("real/a.mp4"), Store.Resolve("in.mp4").Value);
        Assert.Equal("source-outside-root", (await Store.SaveAsync("etc/new.mp4", new MemoryStream([1]), 1, Timely)).Problem?.Name);
        Assert.Equal(["real/a.mp4"], Store.List().Select(s => s.Path));
    }

    [Fact]
    public void Folders_Pipes_AndDevices_AreNoSources()
    {
        using (var mkfifo = Process.Start("mkfifo", [_media.Path("pipe.mp4")]))
        {
            mkfifo.WaitForExit();
        }

        Directory.CreateDirectory(_media.Path("folder"));
        Assert.Equal("source-not-a-file", Store.Resolve("pipe.mp4").Problem?.Name);
        Assert.Equal("source-not-a-file", Store.Resolve("folder").Problem?.Name);
        Assert.Empty(Store.List());
    }

    [Fact]
    public void List_IsInOrderOfPaths_AndGoesOnBehindACursor()
    {
        string[] paths = ["a.mp4", "a/b.mp4", "a/c/d.mp4", "a0.mp4", "b.mp4"];
        foreach (var path in paths.Reverse())
        {
            _media.Write(path, path);
        }

        Assert.Equal(paths, Store.List().Select(s => s.Path));
        for (var i = 0; i < paths.Length; i++)
        {
            Assert.Equal(paths[(i + 1)..], Store.List(paths[i]).Select(s => s.Path));
        }

        Assert.Equal(5, Store.List().First().Bytes);
    }

    [Fact]
    public async Task Upload_IsStored_AndReplaces()
    {
        var first = await Store.SaveAsync("new/folder/a.mp4", new MemoryStream([1, 2, 3]), 3, Timely);
        Assert.Equal(new SourceStored("new/folder/a.mp4", 3, false), first.Value);
        var second = await Store.SaveAsync("new/folder/a.mp4", new MemoryStream([4]), null, Timely);
        Assert.Equal(new SourceStored("new/folder/a.mp4", 1, true), second.Value);
        Assert.Equal([4], File.ReadAllBytes(_media.Path("new/folder/a.mp4")));
        Assert.Null(Store.Delete("new/folder/a.mp4"));
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task Upload_ThatBreaksOff_LeavesNothing()
    {
        _media.Write("kept.mp4", "old");
        foreach (var path in new[] { "new.mp4", "kept.mp4" })
        {
            var broken = await Store.SaveAsync(path, new BreakingStream(new IOException("The connection was reset.")), 1000, Timely);
            Assert.Equal("upload-incomplete", broken.Problem?.Name);
            var shorter = await Store.SaveAsync(path, new MemoryStream(new byte[10]), 1000, Timely);
            Assert.Equal("upload-incomplete", shorter.Problem?.Name);
            await Assert.ThrowsAsync<OperationCanceledException>(() => Store.SaveAsync(path, new BreakingStream(new OperationCanceledException()), null, Timely));
        }

        Assert.Equal(["kept.mp4"], Store.List().Select(s => s.Path));
        Assert.Equal("old", File.ReadAllText(_media.Path("kept.mp4")));
        Assert.Empty(Directory.EnumerateFiles(_media.Root, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Upload_ThatIsTooLarge_IsRefused_AtOnceOrWhileItComes()
    {
        Assert.Equal("source-too-large", (await Store.SaveAsync("a.mp4", Stream.Null, 1_000_001, Timely)).Problem?.Name);
        Assert.Equal("source-too-large", (await Store.SaveAsync("a.mp4", new MemoryStream(new byte[1_000_001]), null, Timely)).Problem?.Name);
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task Upload_ThatNoDiskHolds_IsDiskFull()
    {
        using var media = new TestMedia(o => o.LargestUpload = long.MaxValue);
        Assert.Equal("disk-full", (await media.Store.SaveAsync("a.mp4", Stream.Null, 1L << 60, Timely)).Problem?.Name);
    }

    [Fact]
    public async Task Uploads_LeftByADeadServer_AreSweptAtTheNextStart()
    {
        var orphan = Path.Combine(_media.Root, "uploads", "0123.part");
        Directory.CreateDirectory(Path.GetDirectoryName(orphan)!);
        File.WriteAllText(orphan, "half");
        Assert.Null((await Store.SaveAsync("a.mp4", new MemoryStream([1]), 1, Timely)).Problem);
        Assert.False(File.Exists(orphan));
    }

    [Fact]
    public async Task Upload_OverAFolderOrThroughAFile_IsRefused()
    {
        _media.Write("folder/a.mp4", "a");
        Assert.Equal("source-not-a-file", (await Store.SaveAsync("folder", new MemoryStream([1]), 1, Timely)).Problem?.Name);
        Assert.Equal("source-not-a-file", (await Store.SaveAsync("folder/a.mp4/b.mp4", new MemoryStream([1]), 1, Timely)).Problem?.Name);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("A")]
    [InlineData("")]
    [InlineData("a\n")]
    public void Ids_AreChecked(string id)
    {
        Assert.Throws<ArgumentException>(() => Store.Work(id));
        Assert.Throws<ArgumentException>(() => Store.Exports("demo", id));
        Assert.Equal(Path.Combine(_media.Root, "work", "job_1-a"), Store.Work("job_1-a"));
    }

    [Fact]
    public async Task Json_IsWrittenWhole_OrNotAtAll()
    {
        var file = Path.Combine(Store.WorkRoot, "facts.json");
        await MediaStore.WriteJsonAsync(file, new[] { 1, 2 }, JsonSerializerOptions.Default, Timely);
        await Assert.ThrowsAnyAsync<Exception>(() => MediaStore.WriteJsonAsync(file, new[] { double.NaN }, JsonSerializerOptions.Default, Timely));
        var read = await MediaStore.ReadJsonAsync<int[]>(file, JsonSerializerOptions.Default, Timely);
        Assert.Equal([1, 2], read);
        Assert.Single(Directory.EnumerateFiles(Store.WorkRoot));
    }

    public void Dispose() => _media.Dispose();

    /// <summary>An upload whose connection breaks after some bytes.</summary>
    private sealed class BreakingStream(Exception failure) : MemoryStream(new byte[100])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw failure;
    }
}
