using System.Diagnostics;

namespace OrleansAssembly.SystemTests;

/// <summary>Waits for what a process tells nobody: it is looked at again and again, within a limit.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    /// <param name="limit">Fails when it has not come by then.</param>
    /// <param name="what">What is waited for, as the failure names it.</param>
    public static Task TrueAsync(Func<bool> condition, TimeSpan limit, string what) => TrueAsync(() => Task.FromResult(condition()), limit, what);

    /// <inheritdoc cref="TrueAsync(Func{bool}, TimeSpan, string)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan limit, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < limit, $"{what} did not come within {limit.TotalSeconds} s");
            await PassAsync();
        }
    }

    /// <summary>Waits until something stays the same for a while: what ended at the very moment of a pause may still be told.</summary>
    /// <returns>What it is then.</returns>
    public static async Task<T> StillAsync<T>(Func<Task<T>> look, TimeSpan time, TimeSpan limit, string what)
    {
        var (seen, since) = (await look(), Stopwatch.GetTimestamp());
        await TrueAsync(
            async () =>
            {
                if (await look() is var now && !EqualityComparer<T>.Default.Equals(now, seen))
                {
                    (seen, since) = (now, Stopwatch.GetTimestamp());
                }

                return Stopwatch.GetElapsedTime(since) > time;
            },
            limit,
            what);
        return seen;
    }

    public static Task PassAsync() => Task.Delay(Period, TimeProvider.System, TestContext.Current.CancellationToken);
}
