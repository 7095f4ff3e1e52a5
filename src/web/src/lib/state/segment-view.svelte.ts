import { asProblem, isPassing, type AssemblyApi } from '../services/api';
import type { ProgressStore } from '../services/progress-store';
import { isEnded } from '../services/progress-visualization';
import { Refetch } from '../services/refetch';
import { lookEvery, settleMap } from '../services/segment-map';
import type { ProgressUpdate, SegmentMap } from '../types';

/** After a failure that may be over by then. */
const TRY_AGAIN_MS = 2_000;

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
  readonly #fetching = new Refetch((signal) => this.#fetch(signal));
  readonly #stopListening: () => void;
  #map = $state.raw<SegmentMap | null>(null);

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
  refresh(): Promise<void> {
    return this.#fetching.ask();
  }

  stop(): void {
    this.#stopListening();
    this.#fetching.stop();
  }

  #noticed(update: ProgressUpdate, previous: ProgressUpdate | undefined): void {
    const hasChanged = update.status !== previous?.status || update.stepIndex !== previous.stepIndex;
    if (hasChanged || isEnded(update.status)) void this.refresh();
    else if (!this.#services.isHidden()) this.#fetching.askIn(lookEvery(this.#map?.segments.length ?? 0));
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    try {
      this.#map = settleMap(this.#map, await this.#services.api.getSegments(this.#id, signal));
    } catch (error) {
      // What is shown stays; the page tells by itself that the server is away.
      if (isPassing(asProblem(error)) && !this.#services.isHidden()) this.#fetching.askIn(TRY_AGAIN_MS);
    }
  }
}
