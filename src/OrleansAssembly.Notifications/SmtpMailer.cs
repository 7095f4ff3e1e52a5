using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>Mail by SMTP.</summary>
internal sealed class SmtpMailer(IOptions<NotificationOptions> options, MessageTexts texts, TimeProvider time)
{
    public async Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            return await TalkAsync(Compose(message), either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return SendOutcome.NotNow($"No answer within {options.Value.Timeout.TotalSeconds:0.#} s");
        }
        catch (SmtpCommandException refusal)
        {
            var status = (int)refusal.StatusCode;
            return status >= 500 ? SendOutcome.Refused(refusal.Message, status) : SendOutcome.NotNow(refusal.Message, status);
        }
        catch (AuthenticationException)
        {
            return SendOutcome.NotNow("The mail server refuses the user name or password", 535);
        }
        catch (SocketException e)
        {
            return SendOutcome.NotNow(e.SocketErrorCode == SocketError.ConnectionRefused ? "Connection refused" : $"No connection: {e.SocketErrorCode}");
        }
        catch (Exception e) when (e is IOException or ProtocolException or ServiceNotConnectedException or SslHandshakeException or NotSupportedException)
        {
            return SendOutcome.NotNow(e is SslHandshakeException ? "No secure connection with the mail server" : e.Message);
        }
    }

    private async Task<SendOutcome> TalkAsync(MimeMessage mail, CancellationToken cancel)
    {
        var smtp = options.Value.Smtp;
        using var client = new SmtpClient();
        await client.ConnectAsync(smtp.Host!, smtp.Port, smtp.Security switch
        {
            SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
            SmtpSecurity.None => SecureSocketOptions.None,
            SmtpSecurity.Auto => SecureSocketOptions.StartTlsWhenAvailable,
            _ => SecureSocketOptions.StartTls,
        }, cancel);
        if (smtp.User is { Length: > 0 })
        {
            await client.AuthenticateAsync(smtp.User, smtp.Password ?? "", cancel);
        }

        var said = await client.SendAsync(mail, cancel);
        try
        {
            await client.DisconnectAsync(quit: true, cancel);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It is taken; how the server says good-bye changes nothing.
        }

        return SendOutcome.Taken(250, said);
    }

    private MimeMessage Compose(OutgoingMessage message)
    {
        var text = texts.Mail(message);
        var from = new MailboxAddress(options.Value.Email.FromName, options.Value.Email.From!);
        var body = new BodyBuilder { TextBody = text.Text, HtmlBody = text.Html };
        if (text.Poster is { } poster)
        {
            var picture = body.LinkedResources.Add(MailText.PosterName, poster, new ContentType("image", "jpeg"));
            picture.ContentId = MailText.PosterId;
        }

        var mail = new MimeMessage
        {
            MessageId = $"{message.Id}@{from.Domain}", // the same at each try: many servers drop what they have had
            Subject = text.Subject,
            Date = message.News.What.At,
            Body = body.ToMessageBody(),
        };
        mail.From.Add(from);
        mail.To.Add(new MailboxAddress("", message.Target.Address));
        mail.Headers.Add(MailText.IdHeader, message.Id);
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return mail;
    }
}
