using System.Runtime.InteropServices;

namespace OrleansAssembly.Media;

/// <summary>
/// The children of one piece of work, which are held and let go on together. It follows the flow of the calls: every child that is
/// started below <see cref="Enter"/> belongs to it, however deep, and while it is held none is started.
/// </summary>
public sealed class ChildGroup
{
    private static readonly AsyncLocal<ChildGroup?> Ambient = new();

    private readonly Lock _gate = new();
    private readonly HashSet<int> _children = [];
    private TaskCompletionSource? _held;

    /// <summary>The group that children started here belong to; null where there is none.</summary>
    internal static ChildGroup? Current => Ambient.Value;

    public bool Held
    {
        get
        {
            lock (_gate)
            {
                return _held is not null;
            }
        }
    }

    /// <summary>From here on, in this flow of calls, children belong to this group.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>Stops all children where they are (SIGSTOP: within milliseconds, and they do not notice). Twice does no harm.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var child in _children)
            {
                Signal.Send(child, Signal.Stop);
            }
        }
    }

    /// <summary>Lets all children go on, and those that waited begin. Twice does no harm.</summary>
    public void Continue()
    {
        lock (_gate)
        {
            foreach (var child in _children)
            {
                Signal.Send(child, Signal.Continue);
            }

            _held?.SetResult();
            _held = null;
        }
    }

    /// <summary>Work that has no child waits here while the group of its flow is held.</summary>
    public static Task WhileHeldAsync(CancellationToken cancel) => Current?.FreeAsync(cancel) ?? Task.CompletedTask;

    internal void Add(int child)
    {
        lock (_gate)
        {
            _children.Add(child);
            if (_held is not null)
            {
                Signal.Send(child, Signal.Stop);
            }
        }
    }

    internal void Remove(int child)
    {
        lock (_gate)
        {
            _children.Remove(child);
        }
    }

    /// <summary>
    /// Puts right whether a child stands: one that somebody else has stopped goes on, and the other way round. A child of no group is never held.
    /// </summary>
    /// <param name="stopped">How it was found.</param>
    /// <returns>Whether it is to stand.</returns>
    internal static bool Keep(ChildGroup? group, int child, bool stopped)
    {
        if (group is not null)
        {
            return group.Keep(child, stopped);
        }

        if (stopped)
        {
            Signal.Send(child, Signal.Continue);
        }

        return false;
    }

    private bool Keep(int child, bool stopped)
    {
        // Under the gate, so that a hold that comes in this moment is not undone.
        lock (_gate)
        {
            var held = _held is not null && _children.Contains(child);
            if (held != stopped)
            {
                Signal.Send(child, held ? Signal.Stop : Signal.Continue);
            }

            return held;
        }
    }

    private async Task FreeAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task held;
            lock (_gate)
            {
                if (_held is null)
                {
                    return;
                }

                held = _held.Task;
            }

            await held.WaitAsync(cancel);
        }
    }
}

/// <summary>Signals to children of this process.</summary>
internal static partial class Signal
{
    /// <summary>SIGSTOP on Linux.</summary>
    public const int Stop = 19;

    /// <summary>SIGCONT on Linux.</summary>
    public const int Continue = 18;

    /// <summary>Sends it; a child that is gone already is no mistake.</summary>
    public static void Send(int pid, int signal) => _ = Kill(pid, signal);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
