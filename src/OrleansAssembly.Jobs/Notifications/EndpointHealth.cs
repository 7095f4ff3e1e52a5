namespace OrleansAssembly.Jobs;

/// <summary>Whether anything arrives at a receiver. One where nothing did for long is left alone until something does, or somebody says so.</summary>
/// <param name="GivenUp">Messages given up since the last that arrived.</param>
/// <param name="MutedAt">Since when it is left alone; null where it is not.</param>
/// <param name="Reason">Why.</param>
public sealed record EndpointHealth(int GivenUp = 0, DateTimeOffset? MutedAt = null, string? Reason = null)
{
    /// <summary>So many messages in a row are given up before the receiver counts as dead.</summary>
    public const int Limit = 3;

    public static EndpointHealth Well { get; } = new();

    /// <summary>A message was given up.</summary>
    /// <param name="gone">The receiver itself said that it is gone.</param>
    public EndpointHealth AfterFailure(bool gone, string why, DateTimeOffset now)
    {
        var next = this with { GivenUp = GivenUp + 1 };
        return MutedAt is null && (gone || next.GivenUp >= Limit)
            ? next with { MutedAt = now, Reason = gone ? $"it says that it is gone: {why}" : $"{next.GivenUp} messages in a row were given up, the last because of: {why}" }
            : next;
    }

    /// <summary>What a message to it is told instead of being sent; null where it may be sent.</summary>
    public string? Verdict => MutedAt is { } since ? $"Muted since {since:yyyy-MM-dd HH:mm} UTC: {Reason}. Redeliver, or send a test; once one arrives it is heard again." : null;
}
