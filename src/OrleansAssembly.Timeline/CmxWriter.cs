using System.Globalization;
using System.Text;

namespace OrleansAssembly.Timeline;

/// <summary>Writes a film as a CMX3600 edit decision list.</summary>
/// <remarks>
/// A list has one rate, the film's: source timecodes count at it too, from the source's own start timecode, so that each event is as long in the source as in the film.
/// Where a source runs at another rate a comment says which, and where it counts otherwise another says how: its own timecodes are others then.
/// </remarks>
public static class CmxWriter
{
    /// <summary>Event numbers have three digits.</summary>
    public const int MaxEvents = 999;

    /// <summary>The list as ASCII text with CRLF line ends, one event a shot; a film of more than 999 events is written as several lists, one after the other, each with its own title line.</summary>
    public static string Write(Film film, string title, IReadOnlyDictionary<string, SourceFacts> sources)
    {
        var list = new Writer(film, sources, Reels.Of(film.Shots));
        var parts = Math.Max(1, (film.Shots.Count + MaxEvents - 1) / MaxEvents);
        for (var part = 0; part < parts; part++)
        {
            list.Header(parts == 1 ? title : string.Create(CultureInfo.InvariantCulture, $"{title} (part {part + 1} of {parts})"));
            for (var i = part * MaxEvents; i < Math.Min(film.Shots.Count, (part + 1) * MaxEvents); i++)
            {
                list.Event(i - (part * MaxEvents) + 1, film.Shots[i]);
            }
        }

        return list.ToString();
    }

    private sealed class Writer(Film film, IReadOnlyDictionary<string, SourceFacts> sources, IReadOnlyList<string> reels)
    {
        private readonly StringBuilder _text = new();

        public void Header(string title)
        {
            Line($"TITLE: {PlainText.ToAscii(title)}");
            Line(film.DropFrame ? "FCM: DROP FRAME" : "FCM: NON-DROP FRAME");
        }

        public void Event(int number, Shot shot)
        {
            var facts = sources.GetValueOrDefault(shot.Source);
            var channels = Channels(facts);
            var (record, source) = (film.StartFrame + shot.StartFrame, SourceFrame(shot));
            var outgoing = shot.Index > 0 ? film.Shots[shot.Index - 1] : null;
            if (shot.DissolveFrames > 0)
            {
                // The first line of a dissolve: nothing of the outgoing source, from where it has got to; black has no place.
                var reached = outgoing is null ? 0 : SourceFrame(outgoing) + outgoing.Frames;
                EventLine(number, outgoing is null ? "BL" : reels[outgoing.Index], channels, "C", 0, reached, record, 0);
                EventLine(number, reels[shot.Index], channels, "D", shot.DissolveFrames, source, record, shot.Frames);
                if (outgoing is not null)
                {
                    Comment("FROM CLIP NAME", outgoing.Name);
                }

                Comment("TO CLIP NAME", shot.Name);
            }
            else
            {
                EventLine(number, reels[shot.Index], channels, "C", 0, source, record, shot.Frames);
                Comment("FROM CLIP NAME", shot.Name);
            }

            Comment("SOURCE FILE", shot.Source);
            if (facts?.Video is { } video && video.Rate != film.Rate)
            {
                Line($"* SOURCE RATE {video.Rate}");
            }

            if (facts?.CountsDropFrame() is { } dropFrame && dropFrame != film.DropFrame)
            {
                Line($"* SOURCE COUNTS {(dropFrame ? "DROP FRAME" : "NON-DROP FRAME")}");
            }
        }

        public override string ToString() => _text.ToString();

        // Columns as Avid, Premiere and Final Cut write them: number 1-3, reel 6-13, channels 15-20, edit 21-24, length 26-28, times 30-40, 42-52, 54-64, 66-76.
        private void EventLine(int number, string reel, string channels, string edit, int length, long source, long record, long frames) => Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{number:D3}  {reel,-8} {channels,-6}{edit,-4} {(length > 0 ? length.ToString("D3", CultureInfo.InvariantCulture) : ""),3} {Text(source)} {Text(source + frames)} {Text(record)} {Text(record + frames)}"));

        private void Comment(string name, string text) => Line($"* {name}: {PlainText.ToAscii(text)}");

        private void Line(string line) => _text.Append(line).Append("\r\n");

        private string Text(long frame) => Timecode.Format(frame, film.Rate, film.DropFrame);

        /// <summary>Where the shot starts in its source, in frames of the film's rate and counting.</summary>
        private long SourceFrame(Shot shot)
        {
            var facts = sources.GetValueOrDefault(shot.Source);
            return StartFrame(facts) + film.Rate.FrameAt(shot.SourceIn);
        }

        /// <summary>The source's start timecode keeps its hours, minutes and seconds; its frames are brought to the film's count.</summary>
        private long StartFrame(SourceFacts? facts)
        {
            if (facts?.Video is not { } video
                || !Timecode.TryParse(facts.StartTimecode, video.Rate, out _, out _, out _)
                || !Timecode.TryFields(facts.StartTimecode, out var hours, out var minutes, out var seconds, out var frames))
            {
                return 0;
            }

            var nominal = film.Rate.Nominal;
            frames = frames * nominal / video.Rate.Nominal;
            if (film.DropFrame && seconds == 0 && minutes % 10 != 0)
            {
                // The film's counting skips the first numbers of this minute.
                frames = Math.Max(frames, nominal / 15);
            }

            var text = string.Create(CultureInfo.InvariantCulture, $"{hours:D2}:{minutes:D2}:{seconds:D2}:{frames:D2}");
            return Timecode.TryParse(text, film.Rate, film.DropFrame, out var frame, out _) ? frame : 0;
        }

        private static string Channels(SourceFacts? facts) => facts?.Audio?.Channels switch
        {
            null or 0 => "V",
            1 => "B",
            _ => "AA/V",
        };
    }

    /// <summary>Names for the sources that fit eight characters, each source another.</summary>
    private static class Reels
    {
        private const int Length = 8;

        /// <summary>Reels with a meaning of their own.</summary>
        private static readonly string[] Reserved = ["BL", "BLACK", "AX", "BARS"];

        /// <summary>One reel a shot. What was asked for comes first, as it stands where it can; then the files' names.</summary>
        public static IReadOnlyList<string> Of(IReadOnlyList<Shot> shots)
        {
            var taken = new HashSet<string>(Reserved, StringComparer.Ordinal);
            var next = new Dictionary<string, int>(StringComparer.Ordinal);
            var reels = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var key in shots.Select(Key).Distinct().OrderBy(key => key[0] == AskedFor ? 0 : 1))
            {
                reels[key] = Free(Clean(key[0] == AskedFor ? key[1..] : Path.GetFileNameWithoutExtension(key)), taken, next);
            }

            return [.. shots.Select(shot => reels[Key(shot)])];
        }

        // A source path holds no control character, so the two kinds of key cannot meet.
        private const char AskedFor = '\x1';

        private static string Key(Shot shot) => string.IsNullOrWhiteSpace(shot.Reel) ? shot.Source : AskedFor + shot.Reel.Trim();

        private static string Clean(string name)
        {
            var reel = string.Concat(name.Select(char.ToUpperInvariant).Select(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) ? c : '_').Take(Length));
            return reel.Length > 0 ? reel : "SOURCE";
        }

        private static string Free(string reel, HashSet<string> taken, Dictionary<string, int> next)
        {
            var candidate = reel;
            var number = next.GetValueOrDefault(reel, 2);
            while (!taken.Add(candidate))
            {
                var suffix = (number++).ToString(CultureInfo.InvariantCulture);
                candidate = reel[..Math.Min(reel.Length, Length - suffix.Length)] + suffix;
            }

            next[reel] = number;
            return candidate;
        }
    }
}
