import { isEnded } from '../services/progress-visualization';
import type { ProgressStore } from '../services/progress-store';
import type { ProgressUpdate } from '../types';

const EVERY_MS = 1_000;

/** How far all running jobs are together, for the tab: counted at most once a second, however much is pushed. */
export class Overall {
  readonly #running = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #count = $state(0);
  #percent = $state(0);

  constructor(store: ProgressStore) {
    store.onAccepted((update) => this.#heard(update));
  }

  /** Jobs that run. */
  get count(): number {
    return this.#count;
  }

  /** 0 to 100, whole: their mean. */
  get percent(): number {
    return this.#percent;
  }

  /** `42 % · 3 running`; empty while none runs. */
  get words(): string {
    return this.#count > 0 ? `${this.#percent} % · ${this.#count} running` : '';
  }

  /** Begins anew with the jobs that run now: some may have ended while nothing was heard. */
  reset(running: readonly ProgressUpdate[]): void {
    this.#running.clear();
    for (const update of running) this.#heard(update);
    this.#sum();
  }

  #heard(update: ProgressUpdate): void {
    if (update.status === 'running') this.#running.set(update.jobId, update.progress);
    else if (!this.#running.delete(update.jobId) && isEnded(update.status)) return;
    this.#timer ??= setTimeout(() => this.#sum(), EVERY_MS);
  }

  #sum(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#count = this.#running.size;
    let sum = 0;
    for (const progress of this.#running.values()) sum += progress;
    this.#percent = this.#count > 0 ? Math.floor(sum / this.#count) : 0;
  }
}
