using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>A mail as it is sent.</summary>
/// <param name="Poster">JPEG that the HTML shows as <see cref="PosterId"/>; null where there is none.</param>
public sealed record MailText(string Subject, string Text, string Html, byte[]? Poster)
{
    /// <summary>The header that carries the message's id.</summary>
    public const string IdHeader = "X-Notification-Id";
    public const string PosterName = "poster.jpg";
    public const string PosterId = "poster";
}

/// <summary>What a webhook gets: the envelope that Standard Webhooks recommends.</summary>
public sealed record WebhookPayload(string Type, DateTimeOffset Timestamp, WebhookData Data);

/// <summary>What happened, and the job's progress then.</summary>
public sealed record WebhookData(
    string Event, string JobId, string ProjectId, string Title, string Message, double? Percent, IReadOnlyList<string> Presets, IReadOnlyList<OutputInfo> Outputs, ProgressUpdate? Progress);

/// <summary>What is told, in words: for mail, SMS, webhooks and pages. All that people typed becomes one line, and in HTML is escaped.</summary>
public sealed class MessageTexts(IOptions<NotificationOptions> options, DownloadLinks links, OwnAddress own, TimeProvider time)
{
    /// <summary>What fits into one SMS of plain letters.</summary>
    public const int LongestSms = 160;
    private const int LongestSubject = 150;
    private const int LongestTitle = 200;
    private const int LongestDetail = 1000;

    /// <summary>One sentence.</summary>
    public static string Sentence(JobNews news)
    {
        var title = OneLine.Of(news.Title, LongestTitle);
        return news.What.Event switch
        {
            NotificationEvents.Started => $"{title} has started",
            NotificationEvents.Progress => $"{title} is {(news.What.Percent ?? 0).ToString("0.#", CultureInfo.InvariantCulture)} % done",
            NotificationEvents.Paused => $"{title} waits: {OneLine.Of(news.What.Message ?? "it cannot go on for now", LongestDetail)}",
            NotificationEvents.Completed => $"{title} is finished",
            NotificationEvents.Failed => $"{title} has failed: {OneLine.Of(news.What.Message ?? "no reason was given", LongestDetail)}",
            NotificationEvents.Test => $"{title}: this is a test, and it arrived",
            _ => $"{title} is {news.What.Event}",
        };
    }

    public static string Sms(JobNews news)
    {
        var facts = news.What.Event == NotificationEvents.Completed && Film(news) is { } film ? $", {Duration(film.DurationSeconds ?? 0)}, {string.Join(" ", news.Presets)}" : "";
        var tail = $" ({news.ProjectId}){facts}";
        return OneLine.Of(OneLine.Of(Sentence(news), Math.Max(40, LongestSms - tail.Length)) + tail, LongestSms);
    }

    public WebhookPayload Payload(JobNews news) => new(
        news.What.Event == NotificationEvents.Test ? "test" : $"job.{news.What.Event}",
        news.What.At,
        new WebhookData(news.What.Event, news.JobId, news.ProjectId, news.Title, Sentence(news), news.What.Percent, news.Presets, [.. (news.Outputs ?? []).Select(Absolute)], news.Progress));

    public MailText Mail(OutgoingMessage message)
    {
        var news = message.News;
        var facts = Facts(news);
        var films = Films(news);
        var page = Base() is { } root && news.JobId.Length > 0 ? $"{root}#/jobs/{news.JobId}" : null;
        var subject = OneLine.Of($"[{news.ProjectId}] {Subject(news)}", LongestSubject);
        var sentence = Sentence(news);

        var text = new StringBuilder(sentence).Append(sentence.EndsWith('.') ? "\n\n" : ".\n\n");
        foreach (var (name, value) in facts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name + ":",-12} {value}\n");
        }

        foreach (var (name, size, link) in films)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{name} ({size}){(link is null ? "" : ":\n" + link)}\n");
        }

        if (films.Any(film => film.Link is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nThe links work until {Until():yyyy-MM-dd HH:mm} UTC.\n");
        }

        if (page is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nThe job: {page}\n");
        }

        var poster = message.Poster;
        return new MailText(subject, text.ToString(), MailPage.Write(news.What.Event, subject, sentence, facts, films, Until(), page, poster is not null), poster);
    }

    private static string Subject(JobNews news) => news.What.Event switch
    {
        NotificationEvents.Failed => $"{OneLine.Of(news.Title, LongestTitle)} has failed",
        NotificationEvents.Paused => $"{OneLine.Of(news.Title, LongestTitle)} waits",
        _ => Sentence(news),
    };

    private static List<(string Name, string Value)> Facts(JobNews news)
    {
        var facts = new List<(string, string)> { ("Project", news.ProjectId), ("Title", OneLine.Of(news.Title, LongestTitle)) };
        if (news.Presets.Length > 0)
        {
            facts.Add(("Formats", string.Join(", ", news.Presets)));
        }

        if (Film(news) is { DurationSeconds: { } seconds })
        {
            facts.Add(("Duration", Duration(seconds)));
            facts.Add(("Size", Size((news.Outputs ?? []).Where(output => output.Kind == "film").Sum(output => output.Bytes))));
        }

        if (news.Progress is { Elapsed: > 0 } progress)
        {
            facts.Add((news.What.Event == NotificationEvents.Completed ? "Time taken" : "Running for", Duration(progress.Elapsed)));
        }

        if (news.What.Event is NotificationEvents.Failed or NotificationEvents.Paused or NotificationEvents.Progress && news.Progress is { } place)
        {
            facts.Add(("Step", $"{place.StepIndex} of {place.TotalSteps}: {place.CurrentStep}"));
        }

        if (news.What.Event is NotificationEvents.Progress or NotificationEvents.Started && news.Progress is { EstimatedTimeRemaining: > 0 } eta)
        {
            facts.Add(("Remaining", Duration(eta.EstimatedTimeRemaining)));
        }

        return facts;
    }

    private List<(string Name, string Size, string? Link)> Films(JobNews news) => news.What.Event != NotificationEvents.Completed ? []
        : [.. (news.Outputs ?? []).Where(output => output.Kind is "film" or "edl").Select(output =>
            (output.Name, Size(output.Bytes), Base() is { } root ? root + links.Make(news.JobId, output.Name, Until()) : null))];

    private DateTimeOffset Until() => time.GetUtcNow() + options.Value.LinkLifetime;

    /// <summary>With its slash; null where nobody knows where people reach this deployment.</summary>
    private string? Base() => options.Value.PublicUrl is { Length: > 0 } set ? set.TrimEnd('/') + "/" : own.Value is { } known ? known.ToString().TrimEnd('/') + "/" : null;

    private OutputInfo Absolute(OutputInfo output) => Base() is { } root && !output.Url.Contains("://", StringComparison.Ordinal) ? output with { Url = root + output.Url.TrimStart('/') } : output;

    private static OutputInfo? Film(JobNews news) => (news.Outputs ?? []).FirstOrDefault(output => output.Kind == "film");

    internal static string Duration(double seconds)
    {
        var whole = TimeSpan.FromSeconds(seconds);
        return seconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s")
            : seconds < 3600 ? $"{whole.Minutes} min {whole.Seconds} s"
            : $"{(int)whole.TotalHours} h {whole.Minutes} min";
    }

    internal static string Size(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} bytes",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };
}
