namespace OrleansAssembly.Jobs;

/// <summary>What a job wants of the encoder slots.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Owner">Who shares fairly with other owners: the project.</param>
/// <param name="Priority">0 to 100, higher first.</param>
/// <param name="Wanted">Slots it could use, held ones included.</param>
/// <param name="Avoid">Silos that it would rather not get: a piece failed there. Taken all the same where there is no other.</param>
/// <param name="Work">Seconds of a slot that it still needs, 0 where it does not say: for the forecast only.</param>
/// <param name="Stands">It keeps the slots that it holds without working in them, for <paramref name="Work"/>: for the forecast only.</param>
public sealed record SlotClaim(string JobId, string Owner, int Priority, int Wanted, IReadOnlyList<string> Avoid, double Work = 0, bool Stands = false);

/// <summary>A slot lent to a job. The id is never used again, by no book.</summary>
public sealed record SlotLease(Guid Id, string JobId, string Silo);

/// <summary>What a silo has and runs, as it reports.</summary>
/// <param name="Silo">Its address, never used again by a later life of it.</param>
/// <param name="Slots">Pieces that it runs at a time.</param>
/// <param name="Draining">It takes no more work. Once said it holds for the rest of the silo's life.</param>
/// <param name="Running">Leases under which it runs pieces.</param>
public sealed record SiloSlots(string Silo, int Slots, bool Draining, IReadOnlyCollection<Guid> Running);

/// <summary>Where an open claim stands among the others: the lower, the earlier it is served.</summary>
/// <param name="Priority">0 to 100.</param>
/// <param name="OwnerHeld">Slots that all jobs of its owner hold.</param>
/// <param name="JobHeld">Slots that the job holds.</param>
/// <param name="JobId">The job; ids sort by age.</param>
public readonly record struct SlotRank(int Priority, int OwnerHeld, int JobHeld, string JobId);

/// <summary>A silo that lends.</summary>
/// <param name="Silo">Its address.</param>
/// <param name="Free">Slots that nobody uses; none or fewer where all are busy.</param>
public readonly record struct SlotOffer(string Silo, int Free);

/// <summary>Who gets the free encoder slots, and where.</summary>
public static class SlotPolicy
{
    /// <summary>Highest priority first; among equals the owner that holds least, then the job that holds least, then the oldest job.</summary>
    public static int Compare(SlotRank one, SlotRank other)
    {
        var order = other.Priority.CompareTo(one.Priority);
        order = order != 0 ? order : one.OwnerHeld.CompareTo(other.OwnerHeld);
        order = order != 0 ? order : one.JobHeld.CompareTo(other.JobHeld);
        return order != 0 ? order : string.CompareOrdinal(one.JobId, other.JobId);
    }

    /// <summary>
    /// The silo that lends: the one with most free slots, so that load spreads. One to avoid serves only where all that lend are to be avoided:
    /// a job waits for a busy silo rather than to fail again on a free one. Null where there is none.
    /// </summary>
    /// <param name="offers">Every silo that lends, the busy ones too.</param>
    /// <param name="avoid">Addresses to avoid.</param>
    public static string? Choose(IReadOnlyList<SlotOffer> offers, IReadOnlyList<string> avoid)
    {
        var picky = avoid.Count > 0 && offers.Any(offer => !avoid.Contains(offer.Silo));
        SlotOffer? best = null;
        foreach (var offer in offers)
        {
            if (offer.Free > 0 && !(picky && avoid.Contains(offer.Silo)) && (best is not { } known || IsBetter(offer, known)))
            {
                best = offer;
            }
        }

        return best?.Silo;
    }

    private static bool IsBetter(SlotOffer offer, SlotOffer than) =>
        offer.Free > than.Free || (offer.Free == than.Free && string.CompareOrdinal(offer.Silo, than.Silo) < 0);
}
