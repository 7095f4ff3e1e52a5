using OrleansAssembly.Jobs;

namespace OrleansAssembly.Grains;

/// <summary>The key of an encoding grain: <c>job/stage/index/attempt@silo</c>.</summary>
internal static class PieceKey
{
    public static string Of(PieceId piece, string silo) => $"{piece.JobId}/{piece.Stage}/{piece.Index}/{piece.Attempt}@{silo}";

    public static string SiloOf(string key) => key[(key.IndexOf('@', StringComparison.Ordinal) + 1)..];
}
