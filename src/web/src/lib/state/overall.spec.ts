// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProgressStore } from '../services/progress-store';
import { anUpdate } from '../services/testing';
import { Overall } from './overall.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Overall', () => {
  it('is the mean of the jobs that run', () => {
    const store = new ProgressStore();
    const overall = new Overall(store);
    store.acceptAll([anUpdate({ jobId: 'a', progress: 20 }), anUpdate({ jobId: 'b', progress: 61 }), anUpdate({ jobId: 'c', progress: 90, status: 'paused' })]);
    vi.advanceTimersByTime(1_000);
    expect([overall.count, overall.percent]).toEqual([2, 40]);
    expect(overall.words).toBe('40 % · 2 running');
    store.accept(anUpdate({ jobId: 'b', progress: 100, status: 'completed', sequence: 11 }));
    vi.advanceTimersByTime(1_000);
    expect([overall.count, overall.percent]).toEqual([1, 20]);
  });

  it('forgets what ended while nothing was heard', () => {
    const store = new ProgressStore();
    const overall = new Overall(store);
    store.accept(anUpdate({ jobId: 'gone' }));
    overall.reset([anUpdate({ jobId: 'b', progress: 50 })]);
    expect([overall.count, overall.percent]).toEqual([1, 50]);
    overall.reset([]);
    expect([overall.count, overall.percent]).toEqual([0, 0]);
    expect(overall.words).toBe('');
  });
});
