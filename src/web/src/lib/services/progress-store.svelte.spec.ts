// @vitest-environment happy-dom
import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import { ProgressStore } from './progress-store';
import { anUpdate } from './testing';

describe('ProgressStore in an effect', () => {
  it('is followed for the job that is read, and for no other', () => {
    const store = new ProgressStore();
    const seen: (number | undefined)[] = [];
    store.acceptAll([anUpdate({ jobId: 'a', sequence: 1 }), anUpdate({ jobId: 'b', sequence: 1 })]);
    const stop = $effect.root(() => {
      $effect(() => void seen.push(store.get('a')?.sequence));
    });
    flushSync();
    store.accept(anUpdate({ jobId: 'b', sequence: 2 }));
    flushSync();
    store.accept(anUpdate({ jobId: 'a', sequence: 2 }));
    flushSync();
    stop();
    expect(seen).toEqual([1, 2]);
  });

  // A page that began to watch in an effect asked for the last sequence there, and began anew with every update.
  it('is not followed by those who only ask where to go on, or put something in', () => {
    const store = new ProgressStore();
    let runs = 0;
    const stop = $effect.root(() => {
      $effect(() => {
        runs++;
        store.lastSequence('a');
        store.accept(anUpdate({ sequence: 1 }));
      });
    });
    flushSync();
    store.accept(anUpdate({ sequence: 2 }));
    flushSync();
    stop();
    expect(runs).toBe(1);
  });
});
