import { ApiError, isPassing, type AssemblyApi } from '../services/api';
import { atMostEvery } from '../services/at-most-every';
import type { ProgressStore } from '../services/progress-store';
import type { QueueInfo } from '../types';

const EVERY_MS = 2_000;

/** The queue's counters, asked for again when jobs change. */
export class QueueWatch {
  readonly #api: Pick<AssemblyApi, 'queue'>;
  readonly #asking = atMostEvery(EVERY_MS, () => this.#fetch());
  readonly #stopListening: () => void;
  #info = $state.raw<QueueInfo | null>(null);

  constructor(api: Pick<AssemblyApi, 'queue'>, store: ProgressStore) {
    this.#api = api;
    this.#stopListening = store.onAccepted(() => this.#asking.ask());
  }

  /** As last heard; null before. */
  get info(): QueueInfo | null {
    return this.#info;
  }

  ask(): void {
    this.#asking.ask();
  }

  stop(): void {
    this.#stopListening();
    this.#asking.stop();
  }

  async #fetch(): Promise<void> {
    try {
      this.#info = await this.#api.queue();
    } catch (error) {
      // The board itself tells of a server that does not answer; the numbers stay until it does.
      if (!(error instanceof ApiError)) throw error;
      if (isPassing(error.problem)) this.#asking.ask();
    }
  }
}
