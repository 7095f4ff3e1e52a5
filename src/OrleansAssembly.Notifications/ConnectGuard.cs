using System.Net;
using System.Net.Sockets;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>A webhook leads where none may go.</summary>
public sealed class ForbiddenAddressException(string message) : Exception(message);

/// <summary>
/// Looks where a connection really goes: after the name is looked up, and to the very address that was looked at, so that no second look-up can change it.
/// </summary>
/// <param name="allows">Whether an address may be reached.</param>
/// <param name="resolve">Looks a name up.</param>
public sealed class ConnectGuard(Func<IPAddress, bool> allows, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <summary>A client that goes nowhere else: no proxy, no redirects, no cookies.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = HttpTry.MostHeaders,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = async (context, cancel) => await ConnectAsync(context.DnsEndPoint, cancel),
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    private async Task<Stream> ConnectAsync(DnsEndPoint place, CancellationToken cancel)
    {
        var found = IPAddress.TryParse(place.Host, out var literal) ? [literal] : await resolve(place.Host, cancel);
        var allowed = found.Where(allows).ToArray();
        if (found.Length > 0 && allowed.Length == 0)
        {
            throw new ForbiddenAddressException($"'{OneLine.Of(place.Host, 100)}' is a private address; the operator of this server does not allow webhooks to it.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, place.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
