using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Notifications;

namespace OrleansAssembly.Cluster.Tests;

/// <summary>A cluster whose webhooks go to the test, which answers; so may other things lie where the store has its records, and the clock be put forward.</summary>
public sealed class ToldCluster : IAsyncLifetime
{
    /// <summary>Where the store has the scopes that have something to send.</summary>
    public const string Outboxes = "{assembly}:outboxes";

    public const string Url = "https://example.org/hook";

    /// <summary>What a receiver says that is to be left alone: longer than anything is waited for in memory.</summary>
    internal static readonly SendOutcome MuchLater = SendOutcome.NotNow("busy", 503, TimeSpan.FromMinutes(5));

    internal static readonly SendOutcome Taken = SendOutcome.Taken(204, "");

    private readonly Receiver _receiver = new();
    private readonly LaterTime _time = new();

    public ToldCluster() => Cluster = new AssemblyCluster
    {
        Settings = _ => new() { ["Notifications:Waits"] = "00:00:00.2" },
        Services = services => services.RemoveAll<INotificationChannel>().AddSingleton<INotificationChannel>(_receiver).AddSingleton<TimeProvider>(_time),
    };

    public AssemblyCluster Cluster { get; }

    /// <summary>All tries, oldest first.</summary>
    internal IReadOnlyList<OutgoingMessage> Got => [.. _receiver.Got];

    internal Func<OutgoingMessage, Task<SendOutcome>> Answer { set => _receiver.Answer = value; }

    public ValueTask InitializeAsync() => Cluster.InitializeAsync();

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    internal INotificationsGrain Outbox(string scope) => Cluster.Silos.Client.GetGrain<INotificationsGrain>(scope);

    internal void PutForward(TimeSpan time) => _time.Later += time;

    /// <summary>Where the store has a scope's settings and messages.</summary>
    internal string StateOf(string scope) => $"{Service}/state/{Outbox(scope).GetGrainId()}/notifications";

    internal string Reminders => $"{Service}/reminders";

    internal async Task<bool> IsRemindedAsync(string scope) =>
        (await Cluster.Silos.Silos[0].ServiceProvider.GetRequiredService<IReminderTable>().ReadRows(Outbox(scope).GetGrainId())).Reminders.Count > 0;

    internal Task<bool> IsEnteredAsync(string scope) => Cluster.Store.SetContainsAsync(Outboxes, scope);

    /// <summary>The store refuses to write there, until disposed.</summary>
    internal async Task<IAsyncDisposable> RefusingAsync(string key)
    {
        var aside = key + "/aside";
        var there = await Cluster.Store.KeyExistsAsync(key) && await Cluster.Store.KeyRenameAsync(key, aside);
        await Cluster.Store.StringSetAsync(key, "no record, but in its place");
        return new Undo(async () =>
        {
            await Cluster.Store.KeyDeleteAsync(key);
            _ = there && await Cluster.Store.KeyRenameAsync(aside, key);
        });
    }

    private string Service => Cluster.Silos.Silos[0].ServiceProvider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId;

    private sealed class Receiver : INotificationChannel
    {
        public ChannelInfo Info { get; } = new(NotificationChannels.Webhook, true, null, "http");

        public ConcurrentQueue<OutgoingMessage> Got { get; } = new();

        public Func<OutgoingMessage, Task<SendOutcome>> Answer { get; set; } = _ => Task.FromResult(Taken);

        public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel)
        {
            Got.Enqueue(message);
            return Answer(message);
        }
    }

    /// <summary>Only the time of day: timers go on as they do.</summary>
    private sealed class LaterTime : TimeProvider
    {
        public TimeSpan Later { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Later;
    }

    private sealed class Undo(Func<Task> undo) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await undo();
    }
}
