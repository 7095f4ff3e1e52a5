namespace OrleansAssembly.Jobs;

/// <summary>A job that could use slots.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Owner">Who shares fairly with other owners: the project.</param>
/// <param name="Priority">0 to 100, higher first.</param>
/// <param name="Wanted">Slots it could use, held ones included.</param>
/// <param name="Held">Slots it holds.</param>
public sealed record SlotClaim(string JobId, string Owner, int Priority, int Wanted, int Held);

/// <summary>A slot given to a job.</summary>
public sealed record SlotGrant(string JobId, string Silo);

/// <summary>Who gets the free encoder slots.</summary>
public static class SlotPolicy
{
    /// <summary>
    /// Gives each free slot to the claim of the highest priority; among equals to the owner that holds least, then to the job that holds least,
    /// then to the oldest job (ids sort by age). A slot is taken from the silo with most free ones, so that load spreads.
    /// </summary>
    /// <param name="claims">Who wants slots.</param>
    /// <param name="free">Free slots by silo.</param>
    public static IReadOnlyList<SlotGrant> Assign(IReadOnlyCollection<SlotClaim> claims, IReadOnlyDictionary<string, int> free)
    {
        var slots = free.Where(silo => silo.Value > 0).ToDictionary(silo => silo.Key, silo => silo.Value);
        var grants = new List<SlotGrant>();
        if (slots.Count == 0)
        {
            return grants;
        }

        var heldByOwner = claims.GroupBy(claim => claim.Owner).ToDictionary(owner => owner.Key, owner => owner.Sum(claim => claim.Held));
        var heldByJob = claims.ToDictionary(claim => claim.JobId, claim => claim.Held);
        var open = claims.Where(claim => claim.Wanted > claim.Held).ToList();
        while (open.Count > 0 && slots.Count > 0)
        {
            var next = open
                .OrderByDescending(claim => claim.Priority)
                .ThenBy(claim => heldByOwner[claim.Owner])
                .ThenBy(claim => heldByJob[claim.JobId])
                .ThenBy(claim => claim.JobId, StringComparer.Ordinal)
                .First();
            var silo = slots.OrderByDescending(slot => slot.Value).ThenBy(slot => slot.Key, StringComparer.Ordinal).First().Key;
            grants.Add(new SlotGrant(next.JobId, silo));
            heldByOwner[next.Owner]++;
            if (++heldByJob[next.JobId] >= next.Wanted)
            {
                open.Remove(next);
            }

            if (--slots[silo] == 0)
            {
                slots.Remove(silo);
            }
        }

        return grants;
    }
}
