import { SvelteMap } from 'svelte/reactivity';
import { hear, type HeardMessage } from '../services/message-log';
import { type HistoryPoint, record } from '../services/progress-history';
import type { ProgressStore } from '../services/progress-store';
import type { ProgressUpdate } from '../types';

/** What this browser saw of a job while it was watched: the server keeps no course of speed and estimate. */
export interface JobRecord {
  history: readonly HistoryPoint[];
  heard: readonly HeardMessage[];
}

/** So many jobs are remembered, the ones opened last. */
const MOST_JOBS = 12;
const KEY = 'job-records';
const NOTHING: JobRecord = { history: [], heard: [] };

/** Kept while the page is open, and over its reload, so that a chart does not begin anew with each look at it. */
export class JobRecords {
  readonly #records: SvelteMap<string, JobRecord>;

  constructor(store: ProgressStore, storage: Storage | undefined = sessionStorageOrNone()) {
    this.#records = new SvelteMap(read(storage));
    store.onAccepted((update) => this.#note(update));
    globalThis.addEventListener?.('pagehide', () => write(storage, [...this.#records]));
  }

  of(jobId: string): JobRecord {
    return this.#records.get(jobId) ?? NOTHING;
  }

  /** From now on the job is remembered. */
  open(jobId: string): void {
    const known = this.#records.get(jobId) ?? NOTHING;
    this.#records.delete(jobId);
    this.#records.set(jobId, known);
    const oldest = this.#records.keys().next().value;
    if (this.#records.size > MOST_JOBS && oldest !== undefined) this.#records.delete(oldest);
  }

  #note(update: ProgressUpdate): void {
    const known = this.#records.get(update.jobId);
    if (!known) return;
    const next = { history: record(known.history, update), heard: hear(known.heard, update) };
    if (next.history !== known.history || next.heard !== known.heard) this.#records.set(update.jobId, next);
  }
}

function read(storage: Storage | undefined): [string, JobRecord][] {
  try {
    return JSON.parse(storage?.getItem(KEY) ?? '[]') as [string, JobRecord][];
  } catch {
    return [];
  }
}

function write(storage: Storage | undefined, records: [string, JobRecord][]): void {
  try {
    storage?.setItem(KEY, JSON.stringify(records));
  } catch {
    // No room, or a browser that keeps nothing: the next look begins anew.
  }
}

function sessionStorageOrNone(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}
