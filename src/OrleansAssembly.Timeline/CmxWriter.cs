namespace OrleansAssembly.Timeline;

/// <summary>Writes a film as a CMX3600 edit decision list.</summary>
public static class CmxWriter
{
    /// <summary>The list as ASCII text with CRLF line ends, one event a shot; a film of more than 999 events is written as several lists, one after the other, each with its own title line.</summary>
    public static string Write(Film film, string title, IReadOnlyDictionary<string, SourceFacts> sources) => throw new NotImplementedException();
}
