namespace OrleansAssembly.Jobs.Tests;

/// <summary>How messages fare.</summary>
/// <param name="Loss">Of a hundred, how many are lost.</param>
/// <param name="Repeat">Of a hundred, how many come twice.</param>
/// <param name="Delay">Longest time on the way, s. Each has its own, so that they overtake one another.</param>
/// <param name="ReportsInARow">Most reports of a silo that are lost one after the other.</param>
internal sealed record Network(int Loss, int Repeat, double Delay, int ReportsInARow)
{
    public static readonly Network Timely = new(Loss: 20, Repeat: 20, Delay: 1.5, ReportsInARow: 1);
    public static readonly Network Chaotic = new(Loss: 40, Repeat: 30, Delay: 12, ReportsInARow: int.MaxValue);
    public static readonly Network Good = new(Loss: 0, Repeat: 0, Delay: 0.2, ReportsInARow: 0);
}

/// <summary>A silo as the book cannot see it: what really runs.</summary>
internal sealed class WorldSilo(string address, int slots)
{
    public string Address => address;

    public int Slots => slots;

    public bool Draining { get; set; }

    public double? Died { get; set; }

    public double NextReport { get; set; }

    public int LostInARow { get; set; }

    public HashSet<Guid> Started { get; } = [];

    public List<WorldPiece> Running { get; } = [];
}

/// <summary>A piece that runs. <paramref name="Unforeseen"/>: its lease was given by a book that had died before it began.</summary>
internal sealed record WorldPiece(SlotLease Lease, double Ends, bool Unforeseen);

/// <summary>A job as the grain behaves: it takes loans while it has work, repeats its wish, and gives up what nobody runs.</summary>
internal sealed class WorldJob(SlotClaim claim)
{
    public SlotClaim Claim { get; set; } = claim;

    public int Todo { get; set; } = claim.Wanted;

    public double? Died { get; set; }

    public double NextWish { get; set; }

    public Dictionary<SlotLease, double> Held { get; } = [];

    public HashSet<Guid> Told { get; } = [];
}

/// <summary>Jobs, silos, a scheduler that may die, and a network between them, driven by one clock and one source of chance.</summary>
internal sealed partial class LeaseWorld
{
    private const double Step = 0.25;
    private readonly Random _chance;
    private readonly List<(double Due, Action Deliver)> _mail = [];
    private readonly Dictionary<Guid, int> _bookOf = [];
    private Network _network;
    private LeaseBook? _book;
    private double _bookBegins;
    private double _nextSweep;
    private int _books;
    private int _names;

    public LeaseWorld(int seed, Network network)
    {
        (_chance, _network) = (new Random(seed), network);
        OpenBook();
    }

    public double Now { get; private set; }

    public List<WorldSilo> Silos { get; } = [];

    public List<WorldJob> Jobs { get; } = [];

    private IEnumerable<WorldSilo> Living => Silos.Where(silo => silo.Died is null);

    public void Join() => Silos.Add(new WorldSilo($"silo{_names++:D4}", 1 + _chance.Next(3)));

    public void Submit()
    {
        var avoid = _chance.Next(4) == 0 && Silos.Count > 0 ? [Silos[_chance.Next(Silos.Count)].Address] : Array.Empty<string>();
        Jobs.Add(new WorldJob(new SlotClaim($"job{_names++:D4}", $"owner{_chance.Next(3)}", _chance.Next(3) * 50, 1 + _chance.Next(6), avoid)));
    }

    public void KillSilo()
    {
        if (Living.ToList() is { Count: > 0 } living)
        {
            var silo = living[_chance.Next(living.Count)];
            silo.Died = Now;
            silo.Running.Clear();
        }
    }

    public void DrainSilo()
    {
        if (Living.ToList() is { Count: > 0 } living)
        {
            living[_chance.Next(living.Count)].Draining = true;
        }
    }

    public void KillJob()
    {
        if (Jobs.Where(job => job.Died is null).ToList() is { Count: > 0 } living)
        {
            var job = living[_chance.Next(living.Count)];
            job.Died = Now;
            job.Held.Clear();
        }
    }

    /// <summary>The scheduler dies; after a while an empty one takes its place. What was on the way to it is lost.</summary>
    public void CrashScheduler()
    {
        _book = null;
        _bookBegins = Now + (_chance.NextDouble() * 3);
    }

    /// <summary>No more trouble from now on: the network is good, and there is a silo that lends.</summary>
    public void Calm()
    {
        _network = Network.Good;
        Join();
    }

    public void Pass(double seconds)
    {
        for (var until = Now + seconds; Now < until; Now += Step)
        {
            if (_book is null && Now >= _bookBegins)
            {
                OpenBook();
            }

            foreach (var mail in _mail.Where(mail => mail.Due <= Now).OrderBy(_ => _chance.Next()).ToList())
            {
                _mail.Remove(mail);
                mail.Deliver();
            }

            Living.ToList().ForEach(Work);
            Jobs.Where(job => job.Died is null).ToList().ForEach(Live);
            Sweep();
            Check();
        }
    }

    private void Work(WorldSilo silo)
    {
        foreach (var piece in silo.Running.Where(piece => piece.Ends <= Now).ToList())
        {
            silo.Running.Remove(piece);
            Send(() => EndPiece(piece.Lease));
        }

        if (Now >= silo.NextReport)
        {
            silo.NextReport = Now + 1;
            var report = new SiloSlots(silo.Address, silo.Slots, silo.Draining, [.. silo.Running.Select(piece => piece.Lease.Id)]);
            silo.LostInARow = Send(ToBook(book => Hear(book, report)), mayLose: silo.LostInARow < _network.ReportsInARow) ? 0 : silo.LostInARow + 1;
        }
    }

    private void Live(WorldJob job)
    {
        foreach (var (lease, since) in job.Held.ToList())
        {
            var silo = Silos.First(silo => silo.Address == lease.Silo);
            if (silo.Died < Now - 1 || (Now - since > 3 && silo.Running.All(piece => piece.Lease != lease)))
            {
                EndPiece(lease, done: silo.Died is null && silo.Started.Contains(lease.Id)); // asked, since it was silent: lost, or its end was
            }
        }

        if ((job.Todo > 0 || job.Held.Count > 0) && Now >= job.NextWish)
        {
            Wish(job);
        }
    }

    private void Wish(WorldJob job)
    {
        job.NextWish = Now + (job.Held.Count > 0 ? 1 : 5);
        var (claim, held) = (job.Claim with { Wanted = job.Todo }, job.Held.Keys.ToList());
        Send(ToBook(book => Hear(book, claim, held)));
    }

    private void Take(SlotLease lease)
    {
        var job = Jobs.First(job => job.Claim.JobId == lease.JobId);
        if (job.Died is not null || !job.Told.Add(lease.Id))
        {
            return; // told again, perhaps after it was given back
        }

        if (job.Held.Count >= job.Todo)
        {
            Send(ToBook(book => HearReturn(book, lease.Id)));
            return;
        }

        job.Held.Add(lease, Now);
        Wish(job);
        var silo = Silos.First(silo => silo.Address == lease.Silo);
        Send(() =>
        {
            if (silo.Died is null && silo.Started.Add(lease.Id))
            {
                var length = _chance.Next(20) == 0 ? 100 : 0.5 + (_chance.NextDouble() * 10);
                silo.Running.Add(new WorldPiece(lease, Now + length, Unforeseen: _bookOf[lease.Id] != _books || _book is null));
            }
        });
    }

    private void EndPiece(SlotLease lease, bool done = true)
    {
        var job = Jobs.First(job => job.Claim.JobId == lease.JobId);
        if (job.Held.Remove(lease))
        {
            job.Todo -= done ? 1 : 0;
            Send(ToBook(book => HearReturn(book, lease.Id)));
            Wish(job);
        }
    }

    private Action ToBook(Action<LeaseBook> tell)
    {
        var addressee = _book;
        return () =>
        {
            if (addressee is not null && addressee == _book)
            {
                tell(addressee);
                Lend();
            }
        };
    }

    /// <summary>Puts a message on its way, or loses it.</summary>
    private bool Send(Action deliver, bool mayLose = true)
    {
        var lost = mayLose && _chance.Next(100) < _network.Loss;
        for (var copies = lost ? 0 : _chance.Next(100) < _network.Repeat ? 2 : 1; copies > 0; copies--)
        {
            _mail.Add((Now + (_chance.NextDouble() * _network.Delay), deliver));
        }

        return !lost;
    }
}
