import { isAbort, type AssemblyApi } from '../services/api';
import type { ProgressStore } from '../services/progress-store';
import { isEnded } from '../services/progress-visualization';
import { lookEvery, settleMap } from '../services/segment-map';
import type { ProgressUpdate, SegmentMap } from '../types';

export interface SegmentServices {
  api: Pick<AssemblyApi, 'getSegments'>;
  store: ProgressStore;
  /** Nobody looks: then nothing is fetched. */
  isHidden: () => boolean;
}

/**
 * The segments of one job. Single segments are not pushed: while progress comes, the map is fetched again, seldom enough
 * for its size; and at once when a step or the status changes.
 */
export class SegmentView {
  readonly #id: string;
  readonly #services: SegmentServices;
  readonly #stopped = new AbortController();
  readonly #stopListening: () => void;
  #map = $state.raw<SegmentMap | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isFetching = false;
  #fetchAgain = false;

  constructor(services: SegmentServices, id: string) {
    this.#services = services;
    this.#id = id;
    this.#stopListening = services.store.onAccepted((update, _, previous) => {
      if (update.jobId === id) this.#noticed(update, previous);
    });
  }

  /** Null until it was fetched, and where the server has none. */
  get map(): SegmentMap | null {
    return this.#map;
  }

  /** Fetches it; asked again meanwhile, it fetches once more after. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#fetchAgain = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    while (this.#fetchAgain && !this.#stopped.signal.aborted) {
      this.#fetchAgain = false;
      await this.#fetch();
    }
    this.#isFetching = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
    this.#stopped.abort();
  }

  #noticed(update: ProgressUpdate, previous: ProgressUpdate | undefined): void {
    const hasChanged = update.status !== previous?.status || update.stepIndex !== previous.stepIndex;
    if (hasChanged || isEnded(update.status)) void this.refresh();
    else if (!this.#services.isHidden()) this.#timer ??= setTimeout(() => void this.refresh(), lookEvery(this.#map?.segments.length ?? 0));
  }

  async #fetch(): Promise<void> {
    try {
      this.#map = settleMap(this.#map, await this.#services.api.getSegments(this.#id, this.#stopped.signal));
    } catch (error) {
      // What is shown stays; the page tells by itself that the server is away.
      if (!isAbort(error)) return;
    }
  }
}
