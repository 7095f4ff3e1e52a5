using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>One message to one receiver, as a channel gets it.</summary>
/// <param name="Id">Stable over all tries.</param>
/// <param name="Target">The receiver; secrets as they are.</param>
/// <param name="News">What it tells.</param>
/// <param name="Poster">The film's poster, JPEG; null where there is none.</param>
public sealed record OutgoingMessage(string Id, NotificationTarget Target, JobNews News, byte[]? Poster);

/// <summary>A way to tell people.</summary>
public interface INotificationChannel
{
    ChannelInfo Info { get; }

    /// <summary>Tries once. What goes wrong is an outcome; only a cancelled try throws.</summary>
    Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel);
}

/// <summary>All ways to tell people that need a try, and what is off and why.</summary>
public sealed class NotificationChannelSet(IEnumerable<INotificationChannel> channels)
{
    private readonly Dictionary<string, INotificationChannel> _channels = channels.ToDictionary(channel => channel.Info.Name);

    public ChannelList List() => new([.. _channels.Values.Select(channel => channel.Info), new ChannelInfo(NotificationChannels.Browser, true, null, "hub")]);

    /// <summary>Whether a channel has what it needs: what fails without is no receiver's fault.</summary>
    public bool IsOn(string name) => _channels.GetValueOrDefault(name)?.Info.Available is true;

    public async Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel)
    {
        if (!_channels.TryGetValue(message.Target.Channel, out var channel))
        {
            return SendOutcome.Refused($"There is no channel '{message.Target.Channel}'.");
        }

        // Checked when it was set; what is stored may be older than the check.
        return !channel.Info.Available ? SendOutcome.Refused($"The channel is off: {channel.Info.Reason}")
            : NotificationCheck.TargetProblem(message.Target.Channel, message.Target.Address, null) is { } problem ? SendOutcome.Refused(problem)
            : await channel.SendAsync(message, cancel);
    }
}
