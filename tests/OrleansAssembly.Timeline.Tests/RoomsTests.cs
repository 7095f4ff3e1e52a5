using System.Xml.Linq;

namespace OrleansAssembly.Timeline.Tests;

/// <summary>The rooms and which way they look. Whoever needs another reference changes the drawing here first, and knows why.</summary>
public class RoomsTests
{
    private static readonly Dictionary<string, string[]> Map = new()
    {
        ["Timeline"] = [],
        ["Jobs"] = ["Timeline"],
        ["Contracts"] = ["Jobs"],
        ["Media"] = ["Timeline"],
        ["Notifications"] = ["Contracts"],
        ["Grains"] = ["Contracts", "Media", "Notifications"],
        ["Server"] = ["Grains"],
        ["Cli"] = ["Contracts"],
    };

    [Fact]
    public void Rooms_AreThoseOfTheMap()
    {
        var rooms = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file).Replace("OrleansAssembly.", "", StringComparison.Ordinal));

        Assert.Equal(Map.Keys.Order(), rooms.Order());
    }

    [Theory]
    [InlineData("Timeline")]
    [InlineData("Jobs")]
    [InlineData("Contracts")]
    [InlineData("Media")]
    [InlineData("Notifications")]
    [InlineData("Grains")]
    [InlineData("Server")]
    [InlineData("Cli")]
    public void Room_ReferencesOnlyWhatTheMapSays(string room)
    {
        var references = Items(room, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')).Replace("OrleansAssembly.", "", StringComparison.Ordinal));

        Assert.Equal(Map[room].Order(), references.Order());
    }

    [Theory]
    [InlineData("Timeline")]
    [InlineData("Jobs")]
    public void PureRoom_HasNoPackage(string room) => Assert.Empty(Items(room, "PackageReference").Concat(Items(room, "FrameworkReference")));

    private static IEnumerable<string> Items(string room, string kind)
    {
        var file = Path.Combine(Repository.Root, "src", $"OrleansAssembly.{room}", $"OrleansAssembly.{room}.csproj");
        Assert.True(File.Exists(file), $"The room {room} has no project file at {file}.");
        return XDocument.Load(file).Descendants(kind).Select(item => (string)item.Attribute("Include")!);
    }
}
