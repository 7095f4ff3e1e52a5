using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace OrleansAssembly.Notifications;

/// <summary>Keeps secrets so that whoever reads the state alone cannot use them. The keys are ASP.NET's, and lie in the store.</summary>
public sealed class SecretBox(IDataProtectionProvider provider)
{
    private const string Mark = "sealed:";
    private readonly IDataProtector _protector = provider.CreateProtector("OrleansAssembly.WebhookSecrets");

    public string Seal(string secret) => secret.StartsWith(Mark, StringComparison.Ordinal) ? secret : Mark + _protector.Protect(secret);

    /// <summary>Null where its key is gone.</summary>
    public string? Open(string stored)
    {
        try
        {
            return stored.StartsWith(Mark, StringComparison.Ordinal) ? _protector.Unprotect(stored[Mark.Length..]) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>Links to files that work without asking who comes, for a while.</summary>
public sealed class DownloadLinks(IDataProtectionProvider provider)
{
    public const string Route = "api/v1/downloads";
    private readonly ITimeLimitedDataProtector _protector = provider.CreateProtector("OrleansAssembly.Downloads").ToTimeLimitedDataProtector();

    /// <summary>Relative to the server's root.</summary>
    public string Make(string jobId, string file, DateTimeOffset until) => $"{Route}/{_protector.Protect($"{jobId}/{file}", until)}/{Uri.EscapeDataString(file)}";

    /// <summary>What a link leads to; null where it is none of ours, or its time is over.</summary>
    public (string JobId, string File)? Read(string token)
    {
        try
        {
            return _protector.Unprotect(token).Split('/', 2) is [var job, var file] ? (job, file) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>Where people reach this server, as far as it knows by itself.</summary>
public sealed class OwnAddress
{
    /// <summary>Set once it listens; null on a server without a page.</summary>
    public Uri? Value { get; set; }
}
