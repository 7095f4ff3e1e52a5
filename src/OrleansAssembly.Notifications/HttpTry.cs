using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>One HTTP request as one try: bounded in time and in what is read, and whatever happens is an outcome.</summary>
internal static class HttpTry
{
    private const int MostRead = 4096;

    /// <summary>Headers of an answer that are read, kilobytes.</summary>
    public const int MostHeaders = 16;

    /// <param name="act">Sends, and tells what the answer means.</param>
    /// <param name="limit">For all of it.</param>
    /// <param name="time">Clock of the limit.</param>
    public static async Task<SendOutcome> RunAsync(Func<CancellationToken, Task<SendOutcome>> act, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            return await act(either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return SendOutcome.NotNow($"No answer within {limit.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e) when (Inner<ForbiddenAddressException>(e) is { } forbidden)
        {
            return SendOutcome.Refused(forbidden.Message);
        }
        catch (HttpRequestException e)
        {
            return SendOutcome.NotNow(Inner<SocketException>(e)?.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "Connection refused",
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "The host's name is not known",
                { } code => $"No connection: {code}",
                null => $"No answer: {e.HttpRequestError}",
            });
        }
        catch (IOException)
        {
            return SendOutcome.NotNow("The connection broke off");
        }
    }

    /// <summary>The beginning of an answer's body; what comes behind it is not waited for.</summary>
    public static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[MostRead];
        var read = await body.ReadAtLeastAsync(buffer, MostRead, throwOnEndOfStream: false, cancel);
        return OneLine.Of(Encoding.UTF8.GetString(buffer, 0, read), MostRead);
    }

    /// <summary>How long an answer asks to wait; null where it does not.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, TimeProvider time) =>
        headers.RetryAfter is not { } header ? null
        : header.Delta ?? (header.Date is { } date && date > time.GetUtcNow() ? date - time.GetUtcNow() : null);

    /// <summary>What the status of an API means that knows us: what it refuses as wrong stays wrong; a refused key the operator may mend.</summary>
    public static SendOutcome Judge(HttpStatusCode status, string answer, TimeSpan? retryAfter) => (int)status switch
    {
        >= 200 and < 300 => SendOutcome.Taken((int)status, answer),
        400 or 404 or 413 or 422 => SendOutcome.Refused(answer, (int)status),
        _ => SendOutcome.NotNow(answer, (int)status, retryAfter),
    };

    private static T? Inner<T>(Exception? exception)
        where T : Exception => exception is null ? null : exception as T ?? Inner<T>(exception.InnerException);
}
