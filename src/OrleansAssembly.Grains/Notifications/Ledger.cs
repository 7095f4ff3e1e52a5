using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains.Notifications;

/// <summary>What is stored of a scope's notifications; null where there is nothing.</summary>
public sealed class NotificationsEnvelope
{
    /// <summary>What was set; webhooks' secrets sealed.</summary>
    public NotificationSpec? Settings { get; set; }

    /// <summary>What is told, by the id of its announcement.</summary>
    public Dictionary<string, JobNews>? News { get; set; }

    /// <summary>To whom, oldest first.</summary>
    public List<OutboxEntry>? Entries { get; set; }

    /// <summary>Its job is deleted: with the last that is to be sent all of this goes.</summary>
    public bool Forgotten { get; set; }
}

/// <summary>A scope's messages: an ordered list by id, with what they tell. Old ones that are settled make room.</summary>
internal static class Ledger
{
    private const int MaxEntries = 200;

    public static bool Knows(this NotificationsEnvelope state, string newsId) => state.News?.ContainsKey(newsId) is true;

    public static OutboxEntry? Find(this NotificationsEnvelope state, string id) => state.Entries?.Find(entry => entry.Id == id);

    /// <summary>Adds what is told, and to whom. Entries that are there already stay as they are.</summary>
    public static void Add(this NotificationsEnvelope state, JobNews news, IEnumerable<OutboxEntry> entries)
    {
        (state.News ??= [])[news.What.Id] = news;
        (state.Entries ??= []).AddRange(entries.Where(entry => state.Find(entry.Id) is null));
        while (state.Entries.Count > MaxEntries && state.Entries.Find(entry => entry.NextAt is null) is { } oldest)
        {
            state.Entries.Remove(oldest);
        }

        state.DropNews(except: news.What.Id);
    }

    /// <summary>Drops all but what is still to be sent, what it tells, and the webhooks whose secrets sign it.</summary>
    public static void Forget(this NotificationsEnvelope state)
    {
        state.Forgotten = true;
        state.Entries?.RemoveAll(entry => entry.NextAt is null);
        state.DropNews();
        var hooks = state.Settings?.Webhooks?.Where(hook => state.Entries?.Exists(entry => entry.Target.Address == hook.Url) is true).ToList();
        state.Settings = hooks is null ? null : new NotificationSpec(null, null, null, hooks); // an empty list too: else the project's would sign
    }

    public static void Put(this NotificationsEnvelope state, OutboxEntry entry)
    {
        var place = state.Entries?.FindIndex(other => other.Id == entry.Id) ?? -1;
        if (place >= 0)
        {
            state.Entries![place] = entry;
        }
    }

    /// <summary>When the next is to be tried; null where none is.</summary>
    public static DateTimeOffset? NextAt(this NotificationsEnvelope state) => state.Entries?.Min(entry => entry.NextAt);

    public static Delivery Show(OutboxEntry entry) => new(
        entry.Id, entry.Event, entry.Target.Channel, Mask(entry.Target), entry.Status, [.. entry.Attempts], entry.CreatedAt, entry.NextAt, entry.GivenUpReason);

    /// <summary>So much of a receiver that those who set it know it again.</summary>
    public static string Mask(NotificationTarget target) => target.Channel switch
    {
        NotificationChannels.Email when target.Address.IndexOf('@', StringComparison.Ordinal) is > 0 and var at => $"{target.Address[0]}***{target.Address[at..]}",
        NotificationChannels.Sms when target.Address.Length > 6 => $"{target.Address[..4]}***{target.Address[^2..]}",
        NotificationChannels.Webhook when Uri.TryCreate(target.Address, UriKind.Absolute, out var url) => url.GetLeftPart(UriPartial.Authority) + (url.PathAndQuery.Length > 1 ? "/…" : "/"),
        _ => "***",
    };

    /// <summary>Drops what no entry tells.</summary>
    private static void DropNews(this NotificationsEnvelope state, string? except = null)
    {
        var told = (state.Entries ?? []).Select(entry => entry.NewsId).ToHashSet();
        foreach (var id in (state.News ?? []).Keys.Where(id => !told.Contains(id) && id != except).ToList())
        {
            state.News!.Remove(id);
        }
    }
}
