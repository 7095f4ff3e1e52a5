using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Notifications;

namespace OrleansAssembly.NotificationTests.Given;

/// <summary>The channels as the server has them, with settings of a test.</summary>
internal static class Channels
{
    /// <summary>For receivers that never answer; all others get the time that a busy machine needs.</summary>
    public static readonly KeyValuePair<string, string?> Impatient = new("Timeout", "00:00:02");

    public const string JobId = "0190a0b0c0d0e0f00123456789abcdef";
    public static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static ServiceProvider With(Dictionary<string, string?> settings, Action<IServiceCollection>? replace = null)
    {
        var usual = new Dictionary<string, string?> { ["Email:From"] = "films@example.org", ["Email:FromName"] = "Films", ["PublicUrl"] = "https://films.example.org/x", ["Timeout"] = "00:00:30" };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(usual.Concat(settings).Select(item => new KeyValuePair<string, string?>($"Notifications:{item.Key}", item.Value))
            .GroupBy(item => item.Key).Select(group => group.Last())).Build();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System).AddLogging().AddNotifications(configuration);
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        replace?.Invoke(services);
        return services.BuildServiceProvider();
    }

    public static Task<SendOutcome> SendAsync(this ServiceProvider services, OutgoingMessage message) =>
        services.GetRequiredService<NotificationChannelSet>().SendAsync(message, TestContext.Current.CancellationToken);

    public static OutgoingMessage Message(string channel, string address, JobNews? news = null, string id = "id-1", byte[]? poster = null) =>
        new(id, new NotificationTarget(channel, address, channel == NotificationChannels.Webhook ? [ReceiverProcess.Secret] : null), news ?? News(), poster);

    public static JobNews News(string title = "Harbour, cut 3", string name = NotificationEvents.Completed, string? message = null) => new(
        new Announcement($"{JobId}-1-{name}", name, At, message), JobId, "harbour", title, ["h264-1080p", "prores-422hq"],
        new ProgressUpdate
        {
            JobId = JobId, Type = JobType.Assembly, Status = JobStatus.Completed, Progress = 100, CurrentStep = "Send completion notification", TotalSteps = 12, EstimatedTimeRemaining = 0,
            ProcessingSpeed = 0, LastUpdate = At, Sequence = 9, StepIndex = 12, StepProgress = 100, Message = "", ProcessingSpeedUnit = "fps", EtaLow = 0, EtaHigh = 0, TimeProgress = 100, Elapsed = 754,
        },
        [
            new OutputInfo("h264-1080p.mp4", "film", "h264-1080p", "video/mp4", 128_400_000, "aa", 303.4, 7274, "/api/v1/assembly/jobs/x/outputs/h264-1080p.mp4"),
            new OutputInfo("prores-422hq.mov", "film", "prores-422hq", "video/quicktime", 4_210_000_000, "bb", 303.4, 7274, "/api/v1/assembly/jobs/x/outputs/prores-422hq.mov"),
            new OutputInfo("poster.jpg", "poster", null, "image/jpeg", 40_000, "cc", null, null, "/api/v1/assembly/jobs/x/outputs/poster.jpg"),
        ]);
}
