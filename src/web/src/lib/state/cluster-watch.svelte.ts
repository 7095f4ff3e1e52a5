import { asProblem, type AssemblyApi } from '../services/api';
import { atMostEvery } from '../services/at-most-every';
import type { ClusterInfo, ProblemDetails } from '../types';

const EVERY_MS = 2_000;

/** The cluster, asked for every two seconds while someone looks: what runs in a slot is pushed to nobody. */
export class ClusterWatch {
  readonly #api: Pick<AssemblyApi, 'cluster'>;
  readonly #asking = atMostEvery(EVERY_MS, () => this.#fetch());
  #isStopped = false;
  #info = $state.raw<ClusterInfo | null>(null);
  #problem = $state.raw<ProblemDetails | null>(null);

  constructor(api: Pick<AssemblyApi, 'cluster'>) {
    this.#api = api;
  }

  /** As last heard; null before. */
  get info(): ClusterInfo | null {
    return this.#info;
  }

  get problem(): ProblemDetails | null {
    return this.#problem;
  }

  ask(): void {
    this.#asking.ask();
  }

  stop(): void {
    this.#isStopped = true;
    this.#asking.stop();
  }

  async #fetch(): Promise<void> {
    try {
      this.#info = await this.#api.cluster();
      this.#problem = null;
    } catch (error) {
      this.#problem = asProblem(error);
    }
    // A page that nobody looks at asks again when somebody does.
    if (!this.#isStopped && document.visibilityState === 'visible') this.ask();
  }
}
