using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Console;

namespace OrleansAssembly.Server.Hosting;

/// <summary>Logs and the listening socket.</summary>
public static class HostWiring
{
    /// <summary>One line an event, on stderr: stdout is for scripts that wait for <c>ready</c>.</summary>
    /// <param name="stops">Whether the server is stopping: the streams then tell of each read that they cancel themselves.</param>
    public static void AddLogs(this WebApplicationBuilder builder, Func<bool> stops)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            options.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("OrleansAssembly", LogLevel.Information);
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error); // warns of its own first round at every start
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // warns that its keys lie in the store as they are: README says so
        foreach (var category in new[] { "Orleans.Streams", "Orleans.Providers.MemoryAdapterReceiver", "Orleans.Runtime.SiloLifecycleSubject" })
        {
            builder.Logging.AddFilter(category, level => level >= (stops() ? LogLevel.Critical : LogLevel.Warning));
        }
    }

    public static void AddListener(this WebApplicationBuilder builder, ServerSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(settings.Host, settings.Port);
        });

        // Whoever writes to a connection hands it to the kernel himself: thousands of small messages a second are no thousands of turns of the thread pool. Nothing here blocks a thread.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
    }
}
