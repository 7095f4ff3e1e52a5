using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansAssembly.Media;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

public sealed class JobFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_vanishes_meanwhile_is_in_nobodys_way()
    {
        var media = new MediaStore(Options.Create(new MediaOptions { Root = _folder.Path }));
        var files = new JobFiles(media, TimeProvider.System, NullLogger<JobFiles>.Instance);
        for (var round = 0; round < 20; round++)
        {
            for (var file = 0; file < 100; file++)
            {
                var folder = Directory.CreateDirectory(Path.Combine(media.Work("job"), $"{file}")).FullName;
                await File.WriteAllTextAsync(Path.Combine(folder, "piece"), "", Cancel);
            }

            var removed = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => files.RemoveAsync("harbour", "job", exports: true, Cancel), Cancel)));
            Assert.All(removed, Assert.Null);
            Assert.False(Directory.Exists(media.Work("job")));
        }
    }
}
