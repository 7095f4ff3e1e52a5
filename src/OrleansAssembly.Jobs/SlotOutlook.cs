namespace OrleansAssembly.Jobs;

/// <summary>What a job can count on of the encoder slots.</summary>
/// <param name="Slots">Slots that it will hold on average while it runs, more than 0: other jobs' shares and priorities are counted.</param>
/// <param name="StartsIn">Seconds until it is its turn: 0 where it is, null where nobody can tell, since there are no slots.</param>
/// <param name="Machine">The kind of machine that most slots are on; empty where none has said.</param>
public sealed record SlotOutlook(double Slots, double? StartsIn = 0, string Machine = "")
{
    /// <summary>Before the scheduler has said anything.</summary>
    public static SlotOutlook Unknown { get; } = new(1, StartsIn: null);
}
