import { describe, expect, it } from 'vitest';
import { type HistoryPoint, linesOf, record, sample } from './progress-history';
import { anUpdate } from './testing';

function seen(...updates: Parameters<typeof anUpdate>[0][]): readonly HistoryPoint[] {
  return updates.reduce<readonly HistoryPoint[]>((history, update) => record(history, anUpdate(update)), []);
}

describe('record', () => {
  it('keeps a point for each quarter of a second of running time', () => {
    const history = seen({ elapsed: 1 }, { elapsed: 1.1 }, { elapsed: 1.3 }, { elapsed: 2 });
    expect(history.map((point) => point.at)).toEqual([1, 1.3, 2]);
  });

  it('keeps nothing of a job that stands still or waits', () => {
    expect(seen({ elapsed: 1 }, { elapsed: 5, status: 'paused' }, { elapsed: 6, status: 'pending' })).toHaveLength(1);
  });

  it('begins anew with another try', () => {
    expect(seen({ elapsed: 10 }, { elapsed: 40 }, { elapsed: 0.5 }).map((point) => point.at)).toEqual([0.5]);
  });

  it('gives the same list back where there is nothing new', () => {
    const history = seen({ elapsed: 1 });
    expect(record(history, anUpdate({ elapsed: 1.1 }))).toBe(history);
  });

  it('stays bounded over a day, and keeps the whole of it', () => {
    let history: readonly HistoryPoint[] = [];
    for (let elapsed = 0; elapsed < 86_400; elapsed += 10) history = record(history, anUpdate({ elapsed }));
    expect(history.length).toBeLessThanOrEqual(600);
    expect(history[0]?.at).toBe(0);
    expect(history.at(-1)?.at).toBe(86_390);
  });
});

describe('linesOf', () => {
  it('shows the speed of the unit that was counted in longest, and breaks the line elsewhere', () => {
    const lines = linesOf(
      seen(
        { elapsed: 1, processingSpeedUnit: 'MB/s', processingSpeed: 80 },
        { elapsed: 2, processingSpeedUnit: 'MB/s', processingSpeed: 90 },
        { elapsed: 3, processingSpeed: 40 },
        { elapsed: 9, processingSpeed: 50 },
        { elapsed: 10, processingSpeed: 0 },
      ),
    );
    expect(lines.unit).toBe('fps');
    expect(lines.speed).toEqual([null, null, 40, 50, null]);
  });

  it('has no estimate where none was told', () => {
    const lines = linesOf(seen({ elapsed: 1, estimatedTimeRemaining: 0 }, { elapsed: 2, estimatedTimeRemaining: 60, etaLow: 50, etaHigh: 75 }));
    expect([lines.remaining, lines.low, lines.high]).toEqual([
      [null, 60],
      [null, 50],
      [null, 75],
    ]);
  });
});

describe('sample', () => {
  it('is spread over the running time and keeps both ends', () => {
    const history = seen(...Array.from({ length: 100 }, (_, i) => ({ elapsed: i })));
    expect(sample(history, 4).map((point) => point.at)).toEqual([0, 33, 66, 99]);
  });

  it('of few points takes all', () => {
    expect(sample(seen({ elapsed: 1 }, { elapsed: 2 }), 10)).toHaveLength(2);
  });
});
