using System.Runtime.InteropServices;

namespace OrleansAssembly.Grains;

/// <summary>Names the kind of machine that this is, so that costs are compared only where they can be.</summary>
internal static class MachineKind
{
    private const string Processors = "/proc/cpuinfo";

    /// <summary>Cores and processor, e.g. <c>8 x AMD EPYC 7763</c>; where the system does not tell the model, the architecture.</summary>
    public static string Here { get; } = $"{Environment.ProcessorCount} x {Model()}";

    private static string Model()
    {
        try
        {
            var line = File.ReadLines(Processors).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
            return line is null ? $"{RuntimeInformation.ProcessArchitecture}" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }
        catch (IOException)
        {
            return $"{RuntimeInformation.ProcessArchitecture}";
        }
    }
}
