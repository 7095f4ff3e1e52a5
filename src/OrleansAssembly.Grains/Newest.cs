namespace OrleansAssembly.Grains;

/// <summary>
/// Something that is done in the background, of which only the newest matters: once at a time, and once more where it was asked for meanwhile.
/// For one grain: not safe for threads.
/// </summary>
/// <param name="work">Reads what is newest when it begins. Must not fail.</param>
internal sealed class Newest(Func<Task> work)
{
    private bool _again;

    /// <summary>Ends when nothing that was asked for is left to do.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    public void Ask()
    {
        _again = true;
        if (Done.IsCompleted)
        {
            Done = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        while (_again)
        {
            _again = false;
            await work();
        }
    }
}
