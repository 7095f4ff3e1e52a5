using System.Net;
using System.Net.Sockets;

namespace OrleansAssembly.Server.Hosting;

/// <summary>Free TCP ports, so that any number of servers run on one machine.</summary>
public static class FreePort
{
    /// <param name="host">An address of this machine; without it the loopback address.</param>
    public static int Next(IPAddress? host = null)
    {
        using var probe = new TcpListener(host ?? IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Whether somebody listens there already.</summary>
    public static bool IsTaken(IPAddress host, int port)
    {
        try
        {
            using var probe = new TcpListener(host, port);
            probe.Start();
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
    }
}
