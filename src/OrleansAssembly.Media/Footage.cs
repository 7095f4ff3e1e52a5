using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>The sources of a film: what is known of each and where it lies, by path below <c>sources/</c>.</summary>
/// <param name="facts">What probing found.</param>
/// <param name="files">Full paths, checked to lie inside the media root (or of our own remuxed copies).</param>
public sealed class Footage(IReadOnlyDictionary<string, SourceFacts> facts, IReadOnlyDictionary<string, string> files)
{
    private Footage? _byIdentity;

    public IReadOnlyDictionary<string, SourceFacts> Facts { get; } = facts;

    public IReadOnlyDictionary<string, string> Files { get; } = files;

    /// <summary>The same sources with their identity in place of where they lie: arguments built from it change when a source does, and not when the media root moves.</summary>
    public Footage ByIdentity() => _byIdentity ??= new(Facts, Facts.ToDictionary(f => f.Key, f => f.Value.Identity));
}
