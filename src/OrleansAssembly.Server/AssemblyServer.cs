using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using OrleansAssembly.Grains;
using OrleansAssembly.Notifications;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Hosting;
using OrleansAssembly.Server.Page;
using OrleansAssembly.Server.Progress;

namespace OrleansAssembly.Server;

/// <summary>A server that runs: the store, then the silo, then the HTTP side; stopped the other way round.</summary>
public sealed class AssemblyServer : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(15);

    /// <summary>So long calls that are being answered may go on when the server stops.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    private readonly Store _store;
    private readonly WebApplication _app;
    private int _disposed;

    private AssemblyServer(Store store, WebApplication app)
    {
        _store = store;
        _app = app;
    }

    /// <summary>Where it takes calls.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IServiceProvider Services => _app.Services;

    /// <param name="settings">What it is started with.</param>
    /// <param name="replace">Puts other services in place of the server's own, so that it can be measured without its encoders; null for none.</param>
    /// <exception cref="StartException">When it cannot start; the message says why in one line.</exception>
    public static async Task<AssemblyServer> StartAsync(ServerSettings settings, Action<IServiceCollection>? replace = null)
    {
        if (settings.Port != 0 && FreePort.IsTaken(settings.Host, settings.Port))
        {
            throw PortTaken(settings, null);
        }

        var store = await Store.OpenAsync(settings);
        try
        {
            var app = Build(settings, store, replace);
            await app.StartAsync();
            var server = new AssemblyServer(store, app);
            server.Services.GetRequiredService<OwnAddress>().Value = settings.Role.HasFlag(ServerRole.Frontend) ? new Uri(server.Address.ToString().TrimEnd('/') + settings.PathBase) : null;
            return server;
        }
        catch (OptionsValidationException wrong)
        {
            await store.DisposeAsync();
            throw new StartException(string.Join(" ", wrong.Failures), wrong);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException or SocketException)
        {
            await store.DisposeAsync();
            throw PortTaken(settings, e);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Serves until somebody asks the server to stop, and then takes no new work, but lets what runs come to its end: up to a limit, or until it is to hurry.
    /// Meanwhile calls are answered.
    /// </summary>
    public async Task RunAsync()
    {
        using var signals = new StopSignals();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = _app.Lifetime.ApplicationStopping.Register(ended.SetResult);
        await Task.WhenAny(signals.Asked, ended.Task);
        await Encoder.DrainAsync(signals.Hurry);
    }

    /// <summary>Stops at once, and gives back what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            await StopAsync().WaitAsync(ShutdownLimit);
        }
        catch (TimeoutException)
        {
            // A silo whose store is gone tries for minutes to leave in good order. What matters is written already, and the others notice.
        }

        await _store.DisposeAsync();
    }

    private EncoderHost Encoder => _app.Services.GetRequiredService<EncoderHost>();

    private async Task StopAsync()
    {
        await Encoder.DrainAsync(new CancellationToken(canceled: true));

        // Watchers are sent away, and who is being answered gets a while: it must not use up the time that the silo needs to leave in good order.
        _app.Lifetime.StopApplication();
        using var limit = new CancellationTokenSource(AnswerLimit);
        await _app.Services.GetRequiredService<IServer>().StopAsync(limit.Token);
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(ServerSettings settings, Store store, Action<IServiceCollection>? replace)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings.AsConfiguration());
        var stopping = CancellationToken.None;
        builder.AddLogs(stops: () => stopping.IsCancellationRequested);
        builder.AddListener(settings);
        builder.AddSilo(store.Connection);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit * 2 / 3);
        builder.Services.AddAssemblyGrains(builder.Configuration);

        builder.Services.AddApi();
        builder.Services.AddPageCompression();
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        stopping = app.Lifetime.ApplicationStopping;
        app.UsePathPrefix(settings);
        app.UseShortBuffers();
        app.UseWebSockets();
        app.UseBrowserSafety();
        app.UseApiErrors();
        app.MapProbes();
        if (settings.Role.HasFlag(ServerRole.Frontend))
        {
            app.UsePage();
            app.MapApi();
        }
        else
        {
            app.MapNothingElse();
        }

        return app;
    }

    private static StartException PortTaken(ServerSettings settings, Exception? inner) =>
        new($"Port {settings.Port} of {settings.Host} is already in use: stop what listens there, or choose another with --port.", inner!);
}
