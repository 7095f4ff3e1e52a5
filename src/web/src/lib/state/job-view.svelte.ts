import { asProblem, isAbort, isPassing, type AssemblyApi } from '../services/api';
import type { ProgressStore } from '../services/progress-store';
import { isOutdated } from '../services/progress-visualization';
import { Refetch } from '../services/refetch';
import type { JobDetails, ProblemDetails, ProgressUpdate, Story } from '../types';

/** After a gap the steps are fetched again, but no more often than this. */
const GAP_REFRESH_MS = 10_000;
/** After a failure that may be over by then. */
const TRY_AGAIN_MS = 2_000;

const STORY_STEP = 'Extract story metadata';

export interface JobServices {
  api: Pick<AssemblyApi, 'getJob' | 'getStory'>;
  store: ProgressStore;
  knowTitle: (jobId: string, title: string) => void;
}

/** One job: its details as last fetched, and the newest progress over them. */
export class JobView {
  readonly id: string;
  readonly #services: JobServices;
  readonly #fetching = new Refetch((signal) => this.#fetch(signal));
  readonly #stopListening: () => void;
  #details = $state.raw<JobDetails | null>(null);
  #story = $state.raw<Story | null>(null);
  /** Of which attempt the story is. */
  #storyOf: number | undefined;
  #problem = $state.raw<ProblemDetails | null>(null);

  constructor(services: JobServices, id: string) {
    this.#services = services;
    this.id = id;
    this.#stopListening = services.store.onAccepted((update, verdict) => {
      if (update.jobId !== id || !this.#details) return;
      if (isOutdated(this.#details.progress, update)) void this.refresh();
      else if (verdict === 'gap') this.#fetching.askIn(GAP_REFRESH_MS);
    });
  }

  get details(): JobDetails | null {
    return this.#details;
  }

  /** What the film tells, shot by shot: from its step on. */
  get story(): Story | null {
    return this.#story;
  }

  get problem(): ProblemDetails | null {
    return this.#problem;
  }

  get progress(): ProgressUpdate | undefined {
    return this.#services.store.get(this.id) ?? this.#details?.progress;
  }

  /** Fetches the details; asked again meanwhile, it fetches once more after, so that the last answer is new enough. */
  refresh(): Promise<void> {
    return this.#fetching.ask();
  }

  stop(): void {
    this.#stopListening();
    this.#fetching.stop();
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    try {
      const details = await this.#services.api.getJob(this.id, signal);
      this.#services.knowTitle(details.id, details.title);
      this.#details = details;
      this.#problem = null;
      this.#services.store.accept(details.progress);
      await this.#fetchStory(details, signal);
    } catch (error) {
      if (isAbort(error)) return;
      this.#problem = asProblem(error);
      if (isPassing(this.#problem)) this.#fetching.askIn(TRY_AGAIN_MS);
    }
  }

  async #fetchStory(details: JobDetails, signal: AbortSignal): Promise<void> {
    // Of a cancelled job nothing is kept.
    const isMade =
      details.status === 'completed' ||
      (details.status !== 'cancelled' && details.steps.some((step) => step.name === STORY_STEP && step.status === 'done'));
    if (!isMade || this.#storyOf === details.attempt) return;
    try {
      this.#story = await this.#services.api.getStory(this.id, signal);
      this.#storyOf = details.attempt;
    } catch {
      // Nothing else waits for it; the next look at the job asks again.
    }
  }
}
