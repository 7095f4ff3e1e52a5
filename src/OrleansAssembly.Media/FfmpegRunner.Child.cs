using System.Globalization;

namespace OrleansAssembly.Media;

public sealed partial class FfmpegRunner
{
    /// <summary>What is known of one running child, shared by the loop that reads its output and the timer that watches it.</summary>
    private sealed class Child(Action<int>? onStarted)
    {
        /// <summary>More between two looks than a child that only repeats its progress would write.</summary>
        private const long MuchWritten = 1 << 20;

        private int _looksWithoutMove;
        private long _written;
        private Exception? _failure;

        public CancellationTokenSource? Kill { private get; set; }

        public ChildGroup? Group { private get; set; }

        public int Pid { get; private set; }

        public bool Stalled { get; private set; }

        /// <summary>As last seen: the kernel forgets the numbers when the child ends.</summary>
        public double CpuSeconds { get; private set; }

        /// <summary>Tells how far the child is, now and then, whether or not it says anything itself.</summary>
        public Action? Beat { get; init; }

        public void Started(int pid)
        {
            Pid = pid;
            if (onStarted is not null)
            {
                Guard(onStarted)(pid);
            }
        }

        public void Moved() => Volatile.Write(ref _looksWithoutMove, 0);

        /// <summary>Refreshes <see cref="CpuSeconds"/>; true where the child stands still.</summary>
        public bool Look()
        {
            if (Pid == 0 || ChildProcess.Look(Pid) is not { } seen)
            {
                return false;
            }

            CpuSeconds = Math.Max(CpuSeconds, seen.CpuSeconds);
            return seen.Held;
        }

        /// <summary>
        /// Counts looks at which nothing had moved. Time in which its group is held does not count, and a resumed child has the whole limit again;
        /// one that a stranger has stopped is let go on, and that is no move.
        /// </summary>
        public void Watch(int limit)
        {
            // The second pass of faststart rewrites a large film for minutes and tells nothing of it.
            var (_, written) = ChildProcess.Bytes(Pid);
            var writes = written > _written + MuchWritten;
            _written = written;
            if (ChildGroup.Keep(Group, Pid, stopped: Look()) || writes)
            {
                Moved();
            }
            else if (Interlocked.Increment(ref _looksWithoutMove) > limit)
            {
                Stalled = true;
                End();
            }
        }

        /// <summary>A callback that throws ends the child, and its exception comes out of the run.</summary>
        public Action<T> Guard<T>(Action<T> callback) => value =>
        {
            if (_failure is not null)
            {
                return;
            }

            try
            {
                callback(value);
            }
            catch (Exception e)
            {
                _failure = e;
                End();
            }
        };

        public void ThrowIfFailed()
        {
            if (_failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
            }
        }

        private void End()
        {
            try
            {
                Kill?.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The run ended by itself in the same moment.
            }
        }
    }

    /// <summary>Reads the <c>key=value</c> blocks of <c>-progress</c>; each ends with a <c>progress=</c> line.</summary>
    private sealed class ProgressReader(Child child, Action<FfmpegProgress>? onProgress)
    {
        private readonly Lock _gate = new();
        private long _frames;
        private long _bytesRead;
        private long _bytesWritten;
        private long _outMicroseconds;
        private long _bytes;
        private (long, long, long) _last;

        public void Read(string line)
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return;
            }

            var value = line.AsSpan(equals + 1).Trim();
            switch (line.AsSpan(0, equals))
            {
                case "frame":
                    Set(ref _frames, value);
                    break;
                case "out_time_us":
                    Set(ref _outMicroseconds, value);
                    break;
                case "total_size":
                    Set(ref _bytes, value);
                    break;
                case "progress":
                    Report();
                    break;
            }
        }

        /// <summary>Before the first packet comes out, values are <c>N/A</c> or negative.</summary>
        private static void Set(ref long field, ReadOnlySpan<char> value)
        {
            if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number > field)
            {
                field = number;
            }
        }

        private void Report()
        {
            if (_last != (_frames, _outMicroseconds, _bytes))
            {
                _last = (_frames, _outMicroseconds, _bytes);
                child.Moved();
            }

            Tell();
        }

        /// <summary>Also called from the timer: ffmpeg is silent while it writes a film a second time, and while it seeks.</summary>
        public void Tell()
        {
            lock (_gate)
            {
                child.Look();
                var (read, written) = ChildProcess.Bytes(child.Pid);
                (_bytesRead, _bytesWritten) = (Math.Max(read, _bytesRead), Math.Max(written, _bytesWritten));
                onProgress?.Invoke(new FfmpegProgress(_frames, TimeSpan.FromMicroseconds(_outMicroseconds), child.CpuSeconds, _bytesRead, _bytesWritten));
            }
        }
    }

    /// <summary>The last lines of stderr. Messages reach clients, so the media root's place on this machine is taken out.</summary>
    private sealed class StderrTail(string root)
    {
        private const int Lines = 40;
        private const int Characters = 8 * 1024;
        private readonly Queue<string> _lines = new();
        private readonly string[] _roots = [.. new[] { Path.GetFullPath(root), RealPath.Of(Path.GetFullPath(root)) }.OfType<string>().Distinct()];
        private int _length;

        public void Add(string line)
        {
            foreach (var place in _roots)
            {
                line = line.Replace(place + "/", "", StringComparison.Ordinal).Replace(place, "", StringComparison.Ordinal);
            }

            line = line.Length > Characters ? line[..Characters] : line;
            _lines.Enqueue(line);
            _length += line.Length;
            while (_lines.Count > Lines || (_length > Characters && _lines.Count > 1))
            {
                _length -= _lines.Dequeue().Length;
            }
        }

        public override string ToString() => string.Join('\n', _lines);
    }
}
