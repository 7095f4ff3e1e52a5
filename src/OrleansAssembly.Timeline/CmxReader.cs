namespace OrleansAssembly.Timeline;

/// <summary>Reads CMX3600 edit decision lists as Avid, Premiere, Final Cut and others write them.</summary>
public static class CmxReader
{
    /// <summary>Most remarks of one kind that are kept: a long file of nonsense needs no longer answer.</summary>
    private const int MaxNotes = 500;

    /// <summary>Reads a list. Never throws; takes time in proportion to the text. What does not fit is told by line.</summary>
    /// <param name="text">The file; any line ends.</param>
    /// <param name="rate">The rate of the list, which the file does not tell; numbers that do not exist at it are problems.</param>
    public static CmxList Read(string text, FrameRate rate) => new Parser(rate).Read(text);

    private sealed class Parser(FrameRate rate)
    {
        private readonly List<CmxEvent> _events = [];
        private readonly List<CmxNote> _warnings = [];
        private readonly List<CmxNote> _problems = [];
        private string? _title;
        private bool _dropFrame;
        private int _line;

        // What later lines of the event are added to; the event itself is replaced, its lists grow.
        private List<CmxMarker> _markers = [];
        private List<string> _comments = [];

        /// <summary>Number of the event line before, good or not; null at the start of a list.</summary>
        private string? _number;

        public CmxList Read(string text)
        {
            using var lines = new StringReader(text.TrimStart('\uFEFF'));
            while (lines.ReadLine() is { } line)
            {
                _line++;
                Line(line.Trim().Trim('\x1A', '\0').Trim()); // old systems pad the end of a file with these
            }

            if (_events.Count == 0 && _problems.Count == 0)
            {
                _problems.Add(new(1, "There is no event line in it, such as '001  REEL     V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00'; this is not an edit decision list."));
            }

            Lengths();
            return new(_title ?? "", _events, [.. _warnings.OrderBy(w => w.Line)], _problems);
        }

        private void Line(string line)
        {
            if (line.Length == 0)
            {
                return;
            }

            if (line[0] == '*')
            {
                Comment(line[1..].Trim());
            }
            else if (After(line, "TITLE:") is { } title)
            {
                // A long film comes as several lists in one file; event numbers start again.
                _title ??= title;
                _number = null;
            }
            else if (After(line, "FCM:") is { } counting)
            {
                Counting(counting);
            }
            else if (CmxLine.IsEvent(line))
            {
                Event(line);
            }
            else if (line.StartsWith("M2", StringComparison.OrdinalIgnoreCase) && line.Length > 2 && char.IsWhiteSpace(line[2]))
            {
                Speed(line);
            }
            else if (CmxLine.IsKnownRemark(line))
            {
                _comments.Add(line);
            }
            else
            {
                Warn($"{Quoted.Of(line)} is not understood and left out; a comment starts with '*'.");
            }
        }

        private void Counting(string counting)
        {
            _dropFrame = !counting.Contains("NON", StringComparison.OrdinalIgnoreCase) && counting.Contains("DROP", StringComparison.OrdinalIgnoreCase);
            if (_dropFrame && !rate.CanDropFrame)
            {
                _dropFrame = false;
                Refuse($"The list counts drop-frame, which exists only at 30000/1001 and 60000/1001, and is read at {rate}; give the rate that it was made at.");
            }
        }

        private void Event(string line)
        {
            var before = _number;
            if (!CmxLine.TryParse(line, out var fields, out var error))
            {
                _number = fields.Number;
                Refuse(error);
                return;
            }

            _number = fields.Number;
            var dropFrame = _dropFrame || (rate.CanDropFrame && fields.Times.Any(Timecode.IsDropFrame));
            var frames = new long[4];
            for (var i = 0; i < 4; i++)
            {
                if (!TryTime(fields.Times[i], dropFrame, out frames[i], out error))
                {
                    Refuse(error);
                    return;
                }
            }

            if (!TrySpan("source", fields.Times[0], fields.Times[1], frames[0], ref frames[1], dropFrame) || !TrySpan("record", fields.Times[2], fields.Times[3], frames[2], ref frames[3], dropFrame))
            {
                return;
            }

            if (fields.Edit is CmxEdit.Dissolve or CmxEdit.Wipe && before != fields.Number)
            {
                Refuse($"Event {fields.Number} is a transition, but the line before has {(before is null ? "no number" : $"number {before}")}; the two lines of a transition have the same number.");
                return;
            }

            if (fields.TransitionFrames > frames[3] - frames[2])
            {
                Refuse($"The transition has {fields.TransitionFrames} frames, but the event has only {frames[3] - frames[2]}; a transition is at most as long as its event.");
                return;
            }

            (_markers, _comments) = ([], []);
            _events.Add(new(_line, fields.Number, fields.Reel, fields.Channels, fields.Edit, fields.EditText, fields.TransitionFrames, frames[0], frames[1], frames[2], frames[3], dropFrame, _markers, _comments));
        }

        /// <summary>A timecode, or the bare frame count that some systems write.</summary>
        private bool TryTime(string text, bool dropFrame, out long frame, out string error)
        {
            error = "";
            return CmxLine.TryCount(text, out frame) || Timecode.TryParse(text, rate, dropFrame, out frame, out error);
        }

        /// <summary>Out is not before in, unless the tape passes midnight: then it is less than half a day on.</summary>
        private bool TrySpan(string side, string inText, string outText, long start, ref long end, bool dropFrame)
        {
            var day = Timecode.FramesOfDay(rate, dropFrame);
            if (end < start && end + day - start <= day / 2)
            {
                end += day;
                Warn($"The {side} passes midnight between {Quoted.Of(inText)} and {Quoted.Of(outText)}.");
            }

            if (end < start)
            {
                Refuse($"The {side} out {Quoted.Of(outText)} is before the {side} in {Quoted.Of(inText)}; the out point is the first frame not used.");
                return false;
            }

            return true;
        }

        private void Speed(string line)
        {
            if (!CmxLine.TrySpeed(line, out var reel, out var framesPerSecond, out var time))
            {
                Warn($"{Quoted.Of(line)} is no speed; write M2, the reel, frames per second and the source timecode.");
                return;
            }

            // It belongs to one of the two lines that an event can have.
            for (var i = _events.Count - 1; i >= Math.Max(0, _events.Count - 2) && _events[i].Number == _number; i--)
            {
                if (string.Equals(_events[i].Reel, reel, StringComparison.OrdinalIgnoreCase))
                {
                    long? frame = null;
                    if (time is not null && TryTime(time, _events[i].DropFrame, out var start, out var error))
                    {
                        frame = start;
                    }
                    else if (time is not null)
                    {
                        Warn($"{Quoted.Of(time)} of the speed is left out: it does not exist at {rate}.");
                    }

                    _events[i] = _events[i] with { Speed = new(framesPerSecond, frame) };
                    return;
                }
            }

            Warn($"The speed is for reel {Quoted.Of(reel)}, which the event above does not have; it is left out.");
        }

        private void Comment(string comment)
        {
            if (_events.Count == 0 || _events[^1].Number != _number)
            {
                return;
            }

            _comments.Add(comment);
            var last = _events[^1];
            if (After(comment, "FROM CLIP NAME:") is { } from)
            {
                _events[^1] = last with { FromClip = from };
                Contradiction(last, from);
            }
            else if (After(comment, "TO CLIP NAME:") is { } to)
            {
                _events[^1] = last with { ToClip = to };
            }
            else if (After(comment, "SOURCE FILE:") is { } file)
            {
                _events[^1] = last with { SourceFile = file };
            }
            else if (After(comment, "LOC:") is { } marker)
            {
                Marker(marker, last.DropFrame);
            }
        }

        /// <summary>A transition that claims to come out of a clip other than the one that was playing.</summary>
        private void Contradiction(CmxEvent transition, string from)
        {
            if (transition.Edit is CmxEdit.Dissolve or CmxEdit.Wipe && _events.Count >= 3)
            {
                var (outgoing, before) = (_events[^2], _events[^3]);
                var playing = before.ToClip ?? before.FromClip;
                if (playing is not null && playing != from && before.Reel == outgoing.Reel && before.Channels == outgoing.Channels && before.RecordOut == outgoing.RecordIn)
                {
                    Warn($"The transition is said to come from {Quoted.Of(from)}, but {Quoted.Of(playing)} was playing.");
                }
            }
        }

        private void Marker(string text, bool dropFrame)
        {
            var parts = text.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 0 && TryTime(parts[0], dropFrame, out var frame, out _))
            {
                _markers.Add(new(frame, parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2)?.Trim() ?? ""));
            }
            else
            {
                Warn($"The marker {Quoted.Of(text)} has no timecode that exists at {rate}; it is left out.");
            }
        }

        /// <summary>Source and record should be of one length; a speed, black, and sound without source timecode (in = out) explain a difference. No reason to refuse: systems leave out M2 lines.</summary>
        private void Lengths()
        {
            foreach (var e in _events.Where(e => e.SourceFrames != e.RecordFrames && e.Speed is null && !e.IsBlack))
            {
                if (e.SourceFrames > 0 || e.Channels.Contains('V', StringComparison.OrdinalIgnoreCase))
                {
                    _line = e.Line;
                    Warn($"Event {e.Number} has {e.SourceFrames} frames of source for {e.RecordFrames} of record and no M2 line that says why.");
                }
            }
        }

        private static string? After(string line, string start) =>
            line.StartsWith(start, StringComparison.OrdinalIgnoreCase) ? line[start.Length..].Trim() : null;

        private void Warn(string message) => Note(_warnings, message);

        private void Refuse(string message) => Note(_problems, message);

        private void Note(List<CmxNote> notes, string message)
        {
            if (notes.Count < MaxNotes)
            {
                notes.Add(new(_line, message));
            }
        }
    }
}
