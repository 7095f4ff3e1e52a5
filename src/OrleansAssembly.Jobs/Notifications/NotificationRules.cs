namespace OrleansAssembly.Jobs;

/// <summary>The names of the ways to tell people.</summary>
public static class NotificationChannels
{
    public const string Email = "email";
    public const string Sms = "sms";
    public const string Webhook = "webhook";
    public const string Browser = "browser";
}

/// <summary>Where a notification goes: an address, a number or a URL, with the secrets that sign it, as they are stored.</summary>
public sealed record NotificationTarget(string Channel, string Address, IReadOnlyList<string>? Secrets = null);

/// <summary>Who is told what: rules without a world.</summary>
public static class NotificationRules
{
    /// <summary>What is told where nobody says otherwise.</summary>
    public static NotificationSpec Default { get; } =
        new([NotificationEvents.Completed, NotificationEvents.Failed], [], [], [], [25, 50, 75], true);

    /// <summary>The settings that count: field by field a job's own, else its project's, else the deployment's, else <see cref="Default"/>. An empty list is a wish too: nobody.</summary>
    /// <param name="layers">From the job outwards; null where nothing is set.</param>
    public static NotificationSpec Effective(params NotificationSpec?[] layers) => layers.Append(Default).OfType<NotificationSpec>().Aggregate((inner, outer) => new NotificationSpec(
        inner.On ?? outer.On,
        inner.Email ?? outer.Email,
        inner.Sms ?? outer.Sms,
        inner.Webhooks ?? outer.Webhooks,
        inner.ProgressAt ?? outer.ProgressAt,
        inner.Browser ?? outer.Browser));

    /// <summary>Everybody who is to be told of an event by mail, SMS or webhook; each once.</summary>
    public static IReadOnlyList<NotificationTarget> Targets(NotificationSpec effective, string name) => effective.On?.Contains(name) is not true
        ? []
        : [.. (effective.Email ?? []).Select(address => new NotificationTarget(NotificationChannels.Email, address))
            .Concat((effective.Sms ?? []).Select(number => new NotificationTarget(NotificationChannels.Sms, number)))
            .Concat((effective.Webhooks ?? []).Select(hook => new NotificationTarget(NotificationChannels.Webhook, hook.Url!, hook.AllSecrets)))
            .DistinctBy(target => (target.Channel, target.Address))];

    /// <summary>Whether pages that are open are told. What somebody did there himself they always are.</summary>
    public static bool TellsBrowsers(NotificationSpec effective, string name) =>
        effective.Browser is true && (name == NotificationEvents.Cancelled || effective.On?.Contains(name) is true);

    /// <summary>The percentages that are told of.</summary>
    public static IReadOnlyList<double> ProgressAt(NotificationSpec effective) =>
        effective.On?.Contains(NotificationEvents.Progress) is true ? effective.ProgressAt ?? [] : [];
}
