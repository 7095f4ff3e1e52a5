using System.Runtime.InteropServices;

namespace OrleansAssembly.Server.Hosting;

/// <summary>
/// How the server is asked to stop. SIGTERM, which machines send, is polite: what runs may come to its end. Ctrl-C, or a second SIGTERM, means now.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _hurry = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Hear));
        }
    }

    /// <summary>Ends with the first signal.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Whoever asked does not want to wait.</summary>
    public CancellationToken Hurry => _hurry.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _hurry.Dispose();
    }

    private void Hear(PosixSignalContext signal)
    {
        signal.Cancel = true; // the process ends by itself, in good order
        if (!_asked.TrySetResult() || signal.Signal != PosixSignal.SIGTERM)
        {
            _hurry.Cancel();
        }
    }
}

/// <summary>The host listens to no signals itself: <see cref="StopSignals"/> does.</summary>
public sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
