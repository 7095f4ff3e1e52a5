import { describe, expect, it, vi } from 'vitest';
import { ProgressStore } from './progress-store';
import { anUpdate } from './testing';

describe('ProgressStore', () => {
  it('keeps the newest of each job', () => {
    const store = new ProgressStore();
    store.accept(anUpdate({ jobId: 'a', sequence: 1 }));
    store.accept(anUpdate({ jobId: 'b', sequence: 5 }));
    store.accept(anUpdate({ jobId: 'a', sequence: 2, progress: 41 }));
    expect(store.get('a')?.progress).toBe(41);
    expect(store.lastSequence('a')).toBe(2);
    expect(store.lastSequence('b')).toBe(5);
    expect(store.lastSequence('never heard of')).toBeUndefined();
  });

  it('drops what comes late', () => {
    const store = new ProgressStore();
    store.accept(anUpdate({ sequence: 9, status: 'completed', progress: 100 }));
    expect(store.accept(anUpdate({ sequence: 8, progress: 99 }))).toBe('stale');
    expect(store.get('a')?.status).toBe('completed');
  });

  it('drops what comes twice, over the hub and by HTTP', () => {
    const store = new ProgressStore();
    const listener = vi.fn();
    store.onAccepted(listener);
    store.accept(anUpdate({ sequence: 3 }));
    expect(store.accept(anUpdate({ sequence: 3 }))).toBe('stale');
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('tells a gap from what is next in line', () => {
    const store = new ProgressStore();
    expect(store.accept(anUpdate({ sequence: 10 }))).toBe('first');
    expect(store.accept(anUpdate({ sequence: 11 }))).toBe('next');
    expect(store.accept(anUpdate({ sequence: 15 }))).toBe('gap');
    expect(store.accept(anUpdate({ sequence: 13 }))).toBe('stale');
  });

  it('takes a board whose updates are out of order', () => {
    const store = new ProgressStore();
    store.acceptAll([anUpdate({ sequence: 7, progress: 47 }), anUpdate({ jobId: 'b', sequence: 1 }), anUpdate({ sequence: 6, progress: 46 })]);
    expect(store.get('a')?.progress).toBe(47);
    expect(store.lastSequence('b')).toBe(1);
  });

  it('goes on over a restart of the server, whose numbers have grown', () => {
    const store = new ProgressStore();
    const verdicts: string[] = [];
    store.onAccepted((_, verdict) => verdicts.push(verdict));
    store.acceptAll([1, 2, 3].map((sequence) => anUpdate({ sequence })));
    store.acceptAll([2, 3, 40, 41].map((sequence) => anUpdate({ sequence })));
    expect(verdicts).toEqual(['first', 'next', 'next', 'gap', 'next']);
  });

  it('never lets a bar go back within an attempt', () => {
    const store = new ProgressStore();
    store.accept(anUpdate({ sequence: 1, progress: 40, stepProgress: 50 }));
    store.accept(anUpdate({ sequence: 2, progress: 39.6, stepProgress: 48, message: 'newer' }));
    expect(store.get('a')).toMatchObject({ progress: 40, stepProgress: 50, message: 'newer' });
  });

  it('tells listeners what was before, until they stop', () => {
    const store = new ProgressStore();
    const listener = vi.fn();
    const stop = store.onAccepted(listener);
    const first = anUpdate({ sequence: 1 });
    const second = anUpdate({ sequence: 2 });
    store.accept(first);
    store.accept(second);
    stop();
    store.accept(anUpdate({ sequence: 3 }));
    expect(listener.mock.calls).toEqual([
      [first, 'first', undefined],
      [second, 'next', first],
    ]);
  });

  it('goes on to tell the others, and of the other jobs, where a listener fails', () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const store = new ProgressStore();
    const listener = vi.fn();
    store.onAccepted(() => {
      throw new TypeError('Illegal constructor');
    });
    store.onAccepted(listener);
    store.acceptAll([anUpdate({ jobId: 'a', sequence: 1 }), anUpdate({ jobId: 'b', sequence: 1 })]);
    expect(listener).toHaveBeenCalledTimes(2);
    expect(reported).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
  });

  it('shows what was asked for until the server has answered, over pushes that did not know of it', () => {
    const store = new ProgressStore();
    store.accept(anUpdate({ sequence: 1 }));
    const answered = store.expect('a', 'paused');
    store.accept(anUpdate({ sequence: 2, progress: 41 }));
    expect(store.get('a')).toMatchObject({ status: 'paused', progress: 41 });
    store.accept(anUpdate({ sequence: 3, status: 'paused', message: 'Paused' }));
    answered();
    expect(store.get('a')).toMatchObject({ status: 'paused', message: 'Paused' });
  });

  it('goes back to what is true when the server refused', () => {
    const store = new ProgressStore();
    store.accept(anUpdate({ sequence: 1 }));
    const refused = store.expect('a', 'paused');
    store.accept(anUpdate({ sequence: 2, status: 'completed', progress: 100 }));
    refused();
    expect(store.get('a')?.status).toBe('completed');
  });

  it('leaves a later wish alone when an earlier one is answered', () => {
    const store = new ProgressStore();
    store.accept(anUpdate({ sequence: 1 }));
    const first = store.expect('a', 'paused');
    store.expect('a', 'cancelled');
    first();
    expect(store.get('a')?.status).toBe('cancelled');
  });
});
