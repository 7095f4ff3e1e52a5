using System.Runtime.InteropServices;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Grains;

/// <summary>Of what is told of many jobs, on whichever way, the newest of each is kept.</summary>
public static class NewestOfEach
{
    /// <summary>Puts it in the place of its job, unless what is there is as new.</summary>
    public static void Keep<T>(this Dictionary<string, T> newest, T told, Func<T, ProgressUpdate> progress)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(newest, progress(told).JobId, out var known);
        if (!known || progress(place!).Sequence < progress(told).Sequence)
        {
            place = told;
        }
    }
}
