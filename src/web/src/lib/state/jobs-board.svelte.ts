import { asProblem, isAbort, type AssemblyApi } from '../services/api';
import type { ProgressStore } from '../services/progress-store';
import type { JobStatus, JobSummary, Page, ProblemDetails, ProgressUpdate } from '../types';

const PAGE_SIZE = 50;
const NEW_JOBS_DELAY_MS = 300;

export interface BoardServices {
  api: Pick<AssemblyApi, 'listJobs'>;
  store: ProgressStore;
  knowTitle: (jobId: string, title: string) => void;
}

/** The list of jobs, newest first, of one status or of all. Summaries are fetched by pages; their progress is the store's. */
export class JobsBoard {
  readonly #services: BoardServices;
  readonly #status: JobStatus | undefined;
  /** Jobs that the board heard of but does not list, so that each is looked for once a status and not at every push. */
  readonly #lookedFor = new Set<string>();
  readonly #stopped = new AbortController();
  readonly #stopListening: () => void;
  #items = $state.raw<JobSummary[]>([]);
  #nextCursor = $state.raw<string | null>(null);
  #isLoaded = $state(false);
  #isLoadingMore = $state(false);
  #problem = $state.raw<ProblemDetails | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(services: BoardServices, status: JobStatus | undefined) {
    this.#services = services;
    this.#status = status;
    this.#stopListening = services.store.onAccepted((update) => this.#noticeNewJob(update));
  }

  /** What to show: a job that left the status is gone at once, not at the next fetch. */
  get jobs(): JobSummary[] {
    if (!this.#status) return this.#items;
    return this.#items.filter((job) => this.progressOf(job).status === this.#status);
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get isLoadingMore(): boolean {
    return this.#isLoadingMore;
  }

  get hasMore(): boolean {
    return this.#nextCursor !== null;
  }

  get problem(): ProblemDetails | null {
    return this.#problem;
  }

  progressOf(job: JobSummary): ProgressUpdate {
    return this.#services.store.get(job.id) ?? job.progress;
  }

  /** Fetches the list again, as far as it was loaded: at first, and after each reconnect. */
  async refresh(): Promise<void> {
    await this.#guarded(async () => {
      const wanted = Math.max(PAGE_SIZE, this.#items.length);
      const items: JobSummary[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<JobSummary> = await this.#fetch(cursor);
        items.push(...page.items);
        cursor = page.nextCursor ?? null;
      } while (cursor !== null && items.length < wanted);
      this.#items = merge([], items);
      this.#nextCursor = cursor;
      this.#isLoaded = true;
    });
  }

  async loadMore(): Promise<void> {
    if (this.#isLoadingMore || this.#nextCursor === null) return;
    this.#isLoadingMore = true;
    await this.#guarded(async () => {
      const page = await this.#fetch(this.#nextCursor);
      this.#items = merge(this.#items, page.items);
      this.#nextCursor = page.nextCursor ?? null;
    });
    this.#isLoadingMore = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
    this.#stopped.abort();
  }

  /** A push carries no title: a job that is not listed yet is found at the head of the list. */
  #noticeNewJob(update: ProgressUpdate): void {
    if (!this.#isLoaded || (this.#status && update.status !== this.#status)) return;
    const key = `${update.jobId} ${update.status}`;
    if (this.#lookedFor.has(key) || this.#items.some((job) => job.id === update.jobId)) return;
    this.#lookedFor.add(key);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#guarded(async () => (this.#items = merge(this.#items, (await this.#fetch(null)).items)));
    }, NEW_JOBS_DELAY_MS);
  }

  async #fetch(cursor: string | null): Promise<Page<JobSummary>> {
    const query = { limit: PAGE_SIZE, status: this.#status, cursor: cursor ?? undefined };
    const page = await this.#services.api.listJobs(query, this.#stopped.signal);
    for (const job of page.items) this.#services.knowTitle(job.id, job.title);
    this.#services.store.acceptAll(page.items.map((job) => job.progress));
    return page;
  }

  async #guarded(fetching: () => Promise<unknown>): Promise<void> {
    try {
      await fetching();
      this.#problem = null;
    } catch (error) {
      if (!isAbort(error)) this.#problem = asProblem(error);
    }
  }
}

/** Newest first, each job once, what was fetched later in place of what was there. */
function merge(items: readonly JobSummary[], fetched: readonly JobSummary[]): JobSummary[] {
  const byId = new Map([...items, ...fetched].map((job) => [job.id, job]));
  return [...byId.values()].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id < b.id ? 1 : -1));
}
