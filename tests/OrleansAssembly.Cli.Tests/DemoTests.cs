using System.Text.Json;
using OrleansAssembly.Cli.Demo;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Cli.Tests;

public sealed class DemoTests
{
    [Fact]
    public void The_demo_has_varied_shots_of_3_to_6_seconds()
    {
        var shots = DemoShots.All;

        Assert.True(shots.Count >= 8);
        Assert.All(shots, s => Assert.InRange(s.Seconds, 3, 6));
        Assert.Equal(shots.Count, shots.Select(s => s.File).Distinct().Count());
        Assert.Equal(shots.Count, shots.Select(s => s.Facts).Distinct().Count());
        Assert.True(shots.Select(s => s.VideoArguments[1]).Distinct().Count() >= 6, "Six codecs or more.");
        Assert.InRange(DemoShots.FilmSeconds, 35, 45);
    }

    [Fact]
    public void The_music_changes_chords_at_the_shots()
    {
        var at = 0.0;
        foreach (var shot in DemoShots.All)
        {
            Assert.Equal(0, at % DemoMusic.Bar);
            at += shot.Seconds;
        }
    }

    [Fact]
    public void A_dissolve_is_shorter_than_the_handle_it_needs()
    {
        const double slowest = 23.976;
        Assert.All(DemoShots.All.Skip(1), s => Assert.True(s.Dissolve / slowest < DemoShots.Handles - DemoShots.In - 0.001, s.Name));
    }

    [Fact]
    public async Task The_footage_is_made_once_and_whole()
    {
        var media = Directory.CreateTempSubdirectory("assembly-demo-");
        try
        {
            // All but one shot are there already.
            var folder = media.CreateSubdirectory(Path.Combine("sources", "demo"));
            foreach (var file in DemoShots.All.Skip(1).Select(s => s.File).Append("music.flac"))
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), "kept", TestContext.Current.CancellationToken);
            }

            var said = new List<string>();
            var job = await new DemoFootage(media, said.Add, TimeProvider.System).MakeAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

            Assert.Contains(said, s => s.Contains(DemoShots.All[0].File, StringComparison.Ordinal));
            Assert.True(new FileInfo(Path.Combine(folder.FullName, DemoShots.All[0].File)).Length > 100_000);
            Assert.All(folder.GetFiles().Where(f => f.Name != DemoShots.All[0].File), f => Assert.Equal(4, f.Length));
            var spec = JsonSerializer.Deserialize<JobSpec>(await File.ReadAllTextAsync(job, TestContext.Current.CancellationToken), AssemblyJson.Options)!;
            Assert.All(spec.Timeline!.Shots!, s => Assert.True(File.Exists(Path.Combine(media.FullName, "sources", s.Source!)), s.Source));
        }
        finally
        {
            media.Delete(recursive: true);
        }
    }
}
