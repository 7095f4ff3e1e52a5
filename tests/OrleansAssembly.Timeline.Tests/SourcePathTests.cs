using CsCheck;

namespace OrleansAssembly.Timeline.Tests;

public class SourcePathTests
{
    [Theory]
    [InlineData("010.mp4")]
    [InlineData("harbour/010.mp4")]
    [InlineData("a/b/c/Ångström – 東京 🎬.mov")]
    [InlineData("odd name, with 'quotes' & [brackets] %03d.mkv")]
    [InlineData("..a/b..mp4")]
    [InlineData("-i.mp4")]
    public void PlainPath_IsGood(string path) => Assert.Null(SourcePath.Check(path));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../secret.mp4")]
    [InlineData("a/../../b.mp4")]
    [InlineData("a/./b.mp4")]
    [InlineData("a//b.mp4")]
    [InlineData("a/")]
    [InlineData("..\\b.mp4")]
    [InlineData("C:/b.mp4")]
    [InlineData("C:\\b.mp4")]
    [InlineData("http://example.org/b.mp4")]
    [InlineData("file:/etc/passwd")]
    [InlineData("concat:a.mp4|b.mp4")]
    [InlineData("subfile,,start,0,end,9,,:/etc/passwd")]
    [InlineData("a\0b.mp4")]
    [InlineData("a\nb.mp4")]
    [InlineData("a\u007Fb.mp4")]
    [InlineData("a\u2028b.mp4")]
    [InlineData("a\ud800b.mp4")]
    public void PathThatLeadsOut_IsRefused(string? path) => Assert.NotNull(SourcePath.Check(path));

    [Fact]
    public void LongPath_IsRefused()
    {
        Assert.NotNull(SourcePath.Check(new string('a', 256)));
        Assert.NotNull(SourcePath.Check(string.Join('/', Enumerable.Repeat(new string('a', 200), 6))));
        Assert.Null(SourcePath.Check(new string('a', 255)));
    }

    [Fact]
    public void GoodPath_NeverLeavesTheRoot() => Gen.String[Gen.Char["./\\:a\0~ "], 1, 12].Sample(path =>
    {
        if (SourcePath.Check(path) is null)
        {
            Assert.StartsWith("/media/sources/", Path.GetFullPath(Path.Combine("/media/sources", path)), StringComparison.Ordinal);
        }
    }, iter: 20_000);
}
