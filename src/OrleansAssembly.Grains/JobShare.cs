using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OrleansAssembly.Grains;

/// <summary>
/// Divides the jobs among the silos, the same way on each. Every pair of a job and a silo has a weight, and the heaviest silo has the job:
/// where a silo comes or goes, only its own jobs change hands.
/// </summary>
public static class JobShare
{
    /// <param name="jobId">The job.</param>
    /// <param name="self">This silo; it counts as active, whether it is listed yet or not.</param>
    /// <param name="silos">The active silos.</param>
    public static bool FallsTo(string jobId, string self, IEnumerable<string> silos) => silos.Append(self).MaxBy(silo => (Weight(jobId, silo), silo)) == self;

    private static ulong Weight(string jobId, string silo) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{jobId}@{silo}")));
}
