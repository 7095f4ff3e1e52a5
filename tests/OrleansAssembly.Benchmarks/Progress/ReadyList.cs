using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>
/// Tells which of many sockets have something to read: the kernel's own list (epoll), looked at by one thread. The runtime's sockets make two calls of the kernel and a turn of the
/// thread pool of each message, which on the cores of what is measured is as much as sending it costs.
/// </summary>
internal sealed partial class ReadyList : IDisposable
{
    private const int Add = 1;
    private const int Readable = 1;
    private const int Most = 256;

    /// <summary>Where the kernel puts its <c>epoll_event</c>: without gaps on x64, else aligned.</summary>
    private static readonly (int Size, int Data) Event = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (12, 4) : (16, 8);

    private readonly int _list = Checked(epoll_create1(0));
    private readonly byte[] _events = new byte[Most * Event.Size];

    public void Watch(nint socket, int number)
    {
        var wish = new byte[Event.Size];
        BinaryPrimitives.WriteInt32LittleEndian(wish, Readable);
        BinaryPrimitives.WriteInt64LittleEndian(wish.AsSpan(Event.Data), number);
        Checked(epoll_ctl(_list, Add, (int)socket, wish));
    }

    /// <summary>Waits until there are some, at most so long; hands on their numbers.</summary>
    public void Wait(int milliseconds, Action<int> ready)
    {
        var count = epoll_wait(_list, _events, Most, milliseconds); // below 0 where a signal came in between
        for (var index = 0; index < count; index++)
        {
            ready((int)BinaryPrimitives.ReadInt64LittleEndian(_events.AsSpan((index * Event.Size) + Event.Data)));
        }
    }

    public void Dispose() => _ = close(_list);

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_ctl(int list, int operation, int socket, byte[] wish);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_wait(int list, [Out] byte[] events, int most, int milliseconds);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int list);
}
