using System.Text.RegularExpressions;
using OrleansAssembly.Kubernetes.Tests.Given;

namespace OrleansAssembly.Kubernetes.Tests;

/// <summary>The image is built where there is a Docker engine; what can be wrong with its file before that is found here.</summary>
public sealed partial class DockerfileTests
{
    private static readonly string[][] Instructions =
    [
        .. Continued().Replace(File.ReadAllText(Path.Combine(Repository.Root, "k8s", "Dockerfile")), " ").Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    [Fact]
    public void Copy_TakesOnlyWhatIsThereAndIsNotIgnored()
    {
        var ignore = File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore"));
        Assert.Contains("*", ignore);
        foreach (var path in Instructions.Where(i => i[0] == "COPY" && !i[1].StartsWith("--", StringComparison.Ordinal)).SelectMany(i => i[1..^1]))
        {
            var full = Path.Combine(Repository.Root, path);
            Assert.True(File.Exists(full) || Directory.Exists(full), $"COPY takes {path}, which is not in the repository.");
            Assert.Contains($"!{path.Split('/')[0]}", ignore);
        }
    }

    [Fact]
    public void Copy_BringsAllThatTheBuildReads()
    {
        var copied = Instructions.Where(i => i[0] == "COPY").SelectMany(i => i[1..^1]).ToHashSet();
        var above = Directory.GetFiles(Repository.Root).Select(Path.GetFileName).Where(file => file is "global.json" or ".editorconfig" || file!.StartsWith("Directory.", StringComparison.Ordinal));
        Assert.All(above, file => Assert.Contains(file!, copied));
    }

    [Fact]
    public void CopyFromAStage_NamesAStageAbove()
    {
        var stages = new List<string>();
        foreach (var instruction in Instructions)
        {
            if (instruction is ["FROM", _, "AS", var stage])
            {
                stages.Add(stage);
            }
            else if (instruction is ["COPY", var from, ..] && from.StartsWith("--from=", StringComparison.Ordinal))
            {
                Assert.Contains(from["--from=".Length..], stages);
            }
        }
    }

    [Fact]
    public void Image_IsPinnedInEachStage() =>
        Assert.All(Instructions.Where(i => i[0] == "FROM"), from => Assert.Matches(@":(?!latest)\S*[a-z0-9]$", from[1]));

    [Fact]
    public void LastStage_RunsTheServerAsThePodsUser_WithAllThatItCalls()
    {
        var last = Instructions[Array.FindLastIndex(Instructions, i => i[0] == "FROM")..];
        var pod = Overlay.Of("production").Workload("encoder").Pod.SecurityContext;
        Assert.Equal($"{pod.RunAsUser}:{pod.RunAsGroup}", last.Last(i => i[0] == "USER")[1]);
        Assert.Equal(["ENTRYPOINT", "[\"dotnet\",", "\"/app/OrleansAssembly.Server.dll\"]"], last.Single(i => i[0] == "ENTRYPOINT"));
        Assert.All(new[] { "ffmpeg", "util-linux", "ca-certificates" }, package => Assert.Contains(last.Where(i => i[0] == "RUN"), run => run.Contains(package)));
        Assert.DoesNotContain(last, i => i[0] is "ADD" or "ARG");
    }

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continued();
}
