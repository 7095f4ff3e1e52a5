using System.Net;
using System.Text.RegularExpressions;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Jobs;

/// <summary>What notification settings may say, as far as it can be seen from the words alone.</summary>
public static partial class NotificationCheck
{
    public const int MaxRecipients = 20;
    public const int MaxSecrets = 4;
    private const int MaxUrl = 2000;

    /// <summary>Every mistake, by field path.</summary>
    /// <param name="spec">The settings.</param>
    /// <param name="path">Of the settings in their body; empty where they are the body.</param>
    /// <param name="allows">Whether a webhook may go to an address; null for no opinion.</param>
    /// <param name="masks">Whether a secret that was shown masked may come back so, for "as it was".</param>
    public static IEnumerable<FieldProblem> Check(NotificationSpec spec, string path, Func<IPAddress, bool>? allows = null, bool masks = false)
    {
        string At(string field) => path.Length == 0 ? field : $"{path}.{field}";

        return CheckList(spec.On, At("on"), text => NotificationEvents.Choosable.Contains(text) ? null : $"Known events: {string.Join(", ", NotificationEvents.Choosable)}.")
            .Concat(CheckList(spec.Email, At("email"), text => IsEmail(text) ? null : "This is no e-mail address."))
            .Concat(CheckList(spec.Sms, At("sms"), text => IsPhone(text) ? null : "Write the number as + and 7 to 15 digits, e.g. +15550100."))
            .Concat(CheckList(spec.ProgressAt, At("progressAt"), percent => percent is > 0 and < 100 ? null : "A percentage lies between 0 and 100, both excluded."))
            .Concat(CheckList(spec.Webhooks, At("webhooks"), hook => UrlProblem(hook.Url, allows)))
            .Concat((spec.Webhooks ?? []).Take(MaxRecipients).SelectMany((hook, index) => SecretProblems(hook, $"{At("webhooks")}[{index}]", masks)));
    }

    /// <summary>What is wrong with the address of one channel; null where nothing is.</summary>
    public static string? TargetProblem(string channel, string? target, Func<IPAddress, bool>? allows) => channel switch
    {
        NotificationChannels.Email => target is not null && IsEmail(target) ? null : "This is no e-mail address.",
        NotificationChannels.Sms => target is not null && IsPhone(target) ? null : "Write the number as + and 7 to 15 digits, e.g. +15550100.",
        NotificationChannels.Webhook => UrlProblem(target, allows),
        _ => "The channel is email, sms or webhook.",
    };

    public static string? UrlProblem(string? text, Func<IPAddress, bool>? allows)
    {
        if (text is not { Length: <= MaxUrl } || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            return "A webhook needs an absolute http or https URL.";
        }

        if (url.UserInfo.Length > 0)
        {
            return "A webhook's URL carries no user name and password; its secret signs each message.";
        }

        // A name is looked up when it is sent to: what it means then is what counts.
        var host = url.IdnHost.TrimEnd('.');
        var address = host is "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal) ? IPAddress.Loopback : IPAddress.TryParse(host, out var literal) ? literal : null;
        return address is not null && allows?.Invoke(address) is false ? "This address is private; the operator of this server does not allow webhooks to it." : null;
    }

    private static IEnumerable<FieldProblem> SecretProblems(WebhookSpec? hook, string path, bool masks)
    {
        if (hook is null)
        {
            yield break; // told already
        }

        if (hook.Secret is null && hook.Secrets is not { Count: > 0 })
        {
            yield return new FieldProblem($"{path}.secret", "A webhook needs a secret, whsec_ and base64 of 24 to 64 bytes: it signs each message.");
        }

        if (hook.Secret is { } secret && SecretProblem(secret, masks) is { } problem)
        {
            yield return new FieldProblem($"{path}.secret", problem);
        }

        foreach (var other in CheckList(hook.Secrets, $"{path}.secrets", text => SecretProblem(text, masks), MaxSecrets))
        {
            yield return other;
        }
    }

    public static string? SecretProblem(string text, bool masks)
    {
        if (text == WebhookSpec.Mask)
        {
            return masks ? null : "This stands for a secret that is never shown again: type the secret itself.";
        }

        var bytes = new byte[64];
        return text.StartsWith(WebhookSpec.SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[WebhookSpec.SecretPrefix.Length..], bytes, out var length) && length >= 24
            ? null
            : "A secret is whsec_ and base64 of 24 to 64 bytes.";
    }

    private static IEnumerable<FieldProblem> CheckList<T>(IReadOnlyList<T>? items, string path, Func<T, string?> problem, int most = MaxRecipients)
    {
        if (items?.Count > most)
        {
            return [new FieldProblem(path, $"At most {most} are allowed.")];
        }

        return (items ?? []).Select((item, index) => (Path: $"{path}[{index}]", Problem: item is null ? "Nothing stands here." : problem(item)))
            .Where(found => found.Problem is not null)
            .Select(found => new FieldProblem(found.Path, found.Problem!));
    }

    private static bool IsEmail(string text) => text.Length <= 254 && text.IndexOf('@', StringComparison.Ordinal) <= 64 && Email().IsMatch(text);

    private static bool IsPhone(string text) => Phone().IsMatch(text);

    // What browsers take in an e-mail field, with a dot in the domain: no quotes, no blanks, nothing that could end a header.
    [GeneratedRegex(@"\A[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+\z")]
    private static partial Regex Email();

    [GeneratedRegex(@"\A\+[0-9]{7,15}\z")]
    private static partial Regex Phone();
}
