using System.Collections.Immutable;

namespace OrleansAssembly.Jobs;

/// <summary>Where a message to one receiver is.</summary>
public enum DeliveryStatus
{
    /// <summary>It is to be tried, first or again.</summary>
    Pending,

    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>It was given up, and the reason says why.</summary>
    Failed,

    /// <summary>It was not even tried, since nothing has arrived there for long.</summary>
    Muted,
}

/// <summary>How one try ended.</summary>
/// <param name="At">When it ended.</param>
/// <param name="StatusCode">Of HTTP or SMTP; null where there was no answer.</param>
/// <param name="Answer">What the receiver said, or what went wrong, in one short line.</param>
/// <param name="Ok">Whether it was taken.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, int? StatusCode, string Answer, bool Ok);

/// <summary>What a try came to.</summary>
/// <param name="Ok">Taken.</param>
/// <param name="StatusCode">Of HTTP or SMTP; null where there was no answer.</param>
/// <param name="Answer">What was said, or went wrong.</param>
/// <param name="Final">No other try can do better.</param>
/// <param name="Gone">The receiver says that it is gone for good.</param>
/// <param name="RetryAfter">It asks to be left alone for so long.</param>
public sealed record SendOutcome(bool Ok, int? StatusCode, string Answer, bool Final = false, bool Gone = false, TimeSpan? RetryAfter = null)
{
    public static SendOutcome Taken(int? status, string answer) => new(true, status, answer);

    public static SendOutcome Refused(string why, int? status = null) => new(false, status, why, Final: true);

    public static SendOutcome NotNow(string why, int? status = null, TimeSpan? retryAfter = null) => new(false, status, why, RetryAfter: retryAfter);
}

/// <summary>One message to one receiver: an immutable record that folds what its tries came to.</summary>
public sealed record OutboxEntry
{
    public const int MaxAttempts = 50;
    private const int MaxAnswer = 300;

    /// <summary>Stable over all tries: the receiver knows a repeated message by it.</summary>
    public required string Id { get; init; }

    /// <summary>The <see cref="Announcement"/> that it tells of.</summary>
    public required string NewsId { get; init; }

    public required string Event { get; init; }

    public required NotificationTarget Target { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DeliveryStatus Status { get; init; }

    /// <summary>Newest last.</summary>
    public ImmutableList<DeliveryAttempt> Attempts { get; init; } = [];

    /// <summary>When this round of tries began: the first, or one asked for by hand.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Tries of this round.</summary>
    public int Tries { get; init; }

    /// <summary>Null where nothing more is tried.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Asked for by hand: it is tried even where its receiver is muted.</summary>
    public bool ByHand { get; init; }

    public string? GivenUpReason { get; init; }

    public static OutboxEntry Of(string newsId, string name, NotificationTarget target, DateTimeOffset now, bool byHand = false) => new()
    {
        Id = IdOf(newsId, target),
        NewsId = newsId,
        Event = name,
        Target = target,
        CreatedAt = now,
        Since = now,
        NextAt = now,
        ByHand = byHand,
    };

    /// <summary>What the try came to.</summary>
    public OutboxEntry After(SendOutcome outcome, DeliverySchedule schedule, DateTimeOffset now, double spread)
    {
        var attempt = new DeliveryAttempt(now, outcome.StatusCode, OneLine.Of(outcome.Answer, MaxAnswer), outcome.Ok);
        var tries = Tries + 1;
        var kept = Attempts.Count < MaxAttempts ? Attempts : Attempts.RemoveAt(0);
        var tried = this with { Attempts = kept.Add(attempt), Tries = tries, NextAt = null };
        if (outcome.Ok)
        {
            return tried with { Status = DeliveryStatus.Delivered, ByHand = false };
        }

        var next = outcome.Final || outcome.Gone ? null : schedule.Next(tries, Since, now, outcome.RetryAfter, spread);
        return next is not null ? tried with { NextAt = next } : tried with
        {
            Status = DeliveryStatus.Failed,
            ByHand = false,
            GivenUpReason = outcome.Final || outcome.Gone ? attempt.Answer : $"Given up after {tries} tries since {Since:yyyy-MM-dd HH:mm} UTC. The last: {attempt.Answer}",
        };
    }

    /// <summary>Somebody wants it sent once more, whatever came of it; under the same id.</summary>
    public OutboxEntry Again(DateTimeOffset now) =>
        this with { Status = DeliveryStatus.Pending, Since = now, Tries = 0, NextAt = now, ByHand = true, GivenUpReason = null };

    public OutboxEntry Mute(string reason) => this with { Status = DeliveryStatus.Muted, NextAt = null, GivenUpReason = reason };

    /// <summary>Whoever is told of one thing at one address gets one message: the id follows from both.</summary>
    private static string IdOf(string newsId, NotificationTarget target) =>
        $"{newsId}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{target.Channel} {target.Address}")).AsSpan(0, 6))}";
}

/// <summary>Text from outside, made fit for one line.</summary>
public static class OneLine
{
    /// <summary>Without control characters or separators of lines, blanks joined, and not longer than asked.</summary>
    public static string Of(string text, int longest)
    {
        var line = new System.Text.StringBuilder(Math.Min(text.Length, longest) + 3);
        foreach (var c in text)
        {
            var blank = char.IsWhiteSpace(c) || char.IsControl(c) || c is '\u2028' or '\u2029';
            if (blank && (line.Length == 0 || line[^1] == ' '))
            {
                continue;
            }

            line.Append(blank ? ' ' : c);
            if (line.Length > longest)
            {
                var end = char.IsHighSurrogate(line[longest - 2]) ? longest - 2 : longest - 1;
                return line.ToString(0, end).TrimEnd() + "…";
            }
        }

        return line.ToString().TrimEnd();
    }
}
