using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAssembly.Jobs;

/// <summary>An immutable set of small integers kept as ranges, since pieces are finished nearly in order: 20,000 of them are stored in a few characters, <c>"0-1387,1390"</c>.</summary>
[JsonConverter(typeof(Converter))]
public sealed class IndexSet : IEquatable<IndexSet>
{
    private readonly ImmutableArray<(int From, int To)> _ranges; // inclusive, rising, never touching

    private IndexSet(ImmutableArray<(int From, int To)> ranges)
    {
        _ranges = ranges;
        Count = ranges.Sum(r => r.To - r.From + 1);
    }

    public static IndexSet Empty { get; } = new([]);

    public int Count { get; }

    public bool Contains(int index)
    {
        var at = Find(index);
        return at < _ranges.Length && _ranges[at].From <= index;
    }

    public IndexSet Add(int index)
    {
        var at = Find(index);
        if (at < _ranges.Length && _ranges[at].From <= index)
        {
            return this;
        }

        var joinsLeft = at > 0 && _ranges[at - 1].To == index - 1;
        var joinsRight = at < _ranges.Length && _ranges[at].From == index + 1;
        return new IndexSet((joinsLeft, joinsRight) switch
        {
            (true, true) => _ranges.RemoveAt(at).SetItem(at - 1, (_ranges[at - 1].From, _ranges[at].To)),
            (true, false) => _ranges.SetItem(at - 1, (_ranges[at - 1].From, index)),
            (false, true) => _ranges.SetItem(at, (index, _ranges[at].To)),
            _ => _ranges.Insert(at, (index, index)),
        });
    }

    /// <summary>The members, rising.</summary>
    public IEnumerable<int> Members() => _ranges.SelectMany(r => Enumerable.Range(r.From, r.To - r.From + 1));

    /// <summary>The smallest number not below <paramref name="from"/> that is not a member.</summary>
    public int NextMissing(int from)
    {
        var at = Find(from);
        return at < _ranges.Length && _ranges[at].From <= from ? _ranges[at].To + 1 : from;
    }

    public override string ToString() => string.Join(',', _ranges.Select(r => r.From == r.To
        ? r.From.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{r.From}-{r.To}")));

    /// <exception cref="FormatException">The text is not what <see cref="ToString"/> writes.</exception>
    public static IndexSet Parse(string text)
    {
        var ranges = text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part =>
        {
            var ends = part.Split('-');
            return (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));
        });
        return new IndexSet([.. ranges]);
    }

    public bool Equals(IndexSet? other) => other is not null && _ranges.SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as IndexSet);

    public override int GetHashCode() => Count;

    /// <summary>Index of the first range that ends at or after the number.</summary>
    private int Find(int index)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].To < index ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private sealed class Converter : JsonConverter<IndexSet>
    {
        public override IndexSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, IndexSet value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
