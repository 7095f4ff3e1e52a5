using System.Buffers.Text;
using System.Text;

namespace OrleansAssembly.Server.Api;

/// <summary>A place in a list that is sorted by name, as clients hand it back: opaque to them.</summary>
public static class Cursor
{
    public static string Write(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    public static bool TryRead(string? cursor, out string? last)
    {
        last = null;
        if (cursor is null)
        {
            return true;
        }

        if (cursor.Length is 0 or > 2000 || !Base64Url.IsValid(cursor))
        {
            return false;
        }

        try
        {
            last = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
