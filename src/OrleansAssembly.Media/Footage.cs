using OrleansAssembly.Timeline;

namespace OrleansAssembly.Media;

/// <summary>The sources of a film: what is known of each and where it lies, by path below <c>sources/</c>.</summary>
/// <param name="Facts">What probing found.</param>
/// <param name="Files">Full paths, checked to lie inside the media root.</param>
public sealed record Footage(IReadOnlyDictionary<string, SourceFacts> Facts, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>The same sources with their identity in place of where they lie: arguments built from it change when a source does, and not when the media root moves.</summary>
    public Footage ByIdentity() => this with { Files = Facts.ToDictionary(f => f.Key, f => f.Value.Identity) };
}
