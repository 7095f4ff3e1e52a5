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

    /// <summary>Looks again and again for a while: it must never be otherwise.</summary>
    public static async Task StaysTrueAsync(Func<Task<bool>> condition, TimeSpan time, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            Assert.True(await condition(), $"{what} did not last for {time.TotalSeconds} s");
            await PassAsync();
        }
    }

    public static Task PassAsync() => Task.Delay(Period, TimeProvider.System, TestContext.Current.CancellationToken);
}
