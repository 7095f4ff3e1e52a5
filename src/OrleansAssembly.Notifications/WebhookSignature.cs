using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>Signs after the Standard Webhooks specification, 1.0.0: HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>The signature header: one <c>v1,...</c> for each secret, so that a receiver that knows any of them can tell.</summary>
    public static string Of(string id, DateTimeOffset at, ReadOnlySpan<byte> body, IEnumerable<string> secrets)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.")), .. body];
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), signed))));
    }

    private static byte[] KeyOf(string secret) => Convert.FromBase64String(secret.StartsWith(WebhookSpec.SecretPrefix, StringComparison.Ordinal) ? secret[WebhookSpec.SecretPrefix.Length..] : secret);
}
