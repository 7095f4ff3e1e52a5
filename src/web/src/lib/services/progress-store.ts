import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { JobStatus, ProgressUpdate } from '../types';
import { settle } from './progress-visualization';

/**
 * What an update was to the store: `first` of its job, `next` in line, after a `gap` (numbers in between were never
 * seen: coalesced by the server or missed while away), or `stale`, which changes nothing.
 */
export type Verdict = 'first' | 'next' | 'gap' | 'stale';

export type ProgressListener = (update: ProgressUpdate, verdict: Exclude<Verdict, 'stale'>, previous: ProgressUpdate | undefined) => void;

/**
 * The newest ProgressUpdate of each job, whichever way it came: pushed for one job, pushed for the board, answered by
 * a watch or fetched. The sequence alone decides what is newer, so the ways may overtake each other.
 * `get` inside an effect or template follows the one job that is read; nothing else here is followed.
 */
export class ProgressStore {
  readonly #newest = new SvelteMap<string, ProgressUpdate>();
  readonly #listeners = new Set<ProgressListener>();
  /** What jobs are taken to be while the server has not answered yet. */
  readonly #expected = new SvelteMap<string, JobStatus>();

  get(jobId: string): ProgressUpdate | undefined {
    const newest = this.#newest.get(jobId);
    const status = this.#expected.get(jobId);
    return newest && status && newest.status !== status ? { ...newest, status, message: '' } : newest;
  }

  /**
   * Shows a job as what it was asked to be, whatever is pushed meanwhile, until the returned function is called: when the
   * server has answered, and so either said the same or refused.
   */
  expect(jobId: string, status: JobStatus): () => void {
    this.#expected.set(jobId, status);
    return () => {
      if (untrack(() => this.#expected.get(jobId)) === status) this.#expected.delete(jobId);
    };
  }

  /** Where to go on from after a reconnect. */
  lastSequence(jobId: string): number | undefined {
    return untrack(() => this.#newest.get(jobId)?.sequence);
  }

  accept(update: ProgressUpdate): Verdict {
    const previous = untrack(() => this.#newest.get(update.jobId));
    if (previous && update.sequence <= previous.sequence) return 'stale';
    const verdict = !previous ? 'first' : update.sequence === previous.sequence + 1 ? 'next' : 'gap';
    const settled = previous ? settle(previous, update) : update;
    this.#newest.set(update.jobId, settled);
    for (const listener of this.#listeners) {
      try {
        listener(settled, verdict, previous);
      } catch (error) {
        // One that fails must not keep the others, and the updates that came with this one, from what is new.
        reportError(error);
      }
    }
    return verdict;
  }

  /** A board's push: many jobs, in any order, perhaps several updates of one. */
  acceptAll(updates: readonly ProgressUpdate[]): void {
    for (const update of updates) this.accept(update);
  }

  /** Called for each update that was newer. Returns how to stop. */
  onAccepted(listener: ProgressListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
