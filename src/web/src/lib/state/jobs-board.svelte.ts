import { asProblem, isAbort, isPassing, type AssemblyApi } from '../services/api';
import { atMostEvery } from '../services/at-most-every';
import type { ProgressStore } from '../services/progress-store';
import type { JobStatus, JobSummary, Page, ProblemDetails, ProgressUpdate } from '../types';

const PAGE_SIZE = 100;
const NEW_JOBS_EVERY_MS = 1_000;
/** After a failure that may be over by then. */
const TRY_AGAIN_MS = 2_000;
/** Pages that are fetched at most to find where new jobs join those that are listed. */
const MAX_CATCH_UP = 20;

/** Which jobs to show; what is undefined narrows nothing. */
export interface BoardQuery {
  status?: JobStatus | undefined;
  projectId?: string | undefined;
  search?: string | undefined;
}

export interface BoardServices {
  api: Pick<AssemblyApi, 'listJobs'>;
  store: ProgressStore;
  knowTitle: (jobId: string, title: string) => void;
}

/** The list of jobs, newest first, as far as it was scrolled. Summaries are fetched by pages; their progress is the store's. */
export class JobsBoard {
  readonly #services: BoardServices;
  readonly #stopListening: () => void;
  readonly #newJobs = atMostEvery(NEW_JOBS_EVERY_MS, () => this.#catchUp());
  /** Jobs that the board heard of but does not list, so that each is looked for once a status and not at every push. */
  readonly #lookedFor = new Set<string>();
  #query: BoardQuery;
  /** Ends what is fetched for an earlier query. */
  #wanted = new AbortController();
  #ids = new Set<string>();
  #items = $state.raw<JobSummary[]>([]);
  #nextCursor = $state.raw<string | null>(null);
  #isLoaded = $state(false);
  #problem = $state.raw<ProblemDetails | null>(null);
  /** The next page, while it is on its way. */
  #more: Promise<void> | undefined;
  #tryAgain: ReturnType<typeof setTimeout> | undefined;

  constructor(services: BoardServices, query: BoardQuery) {
    this.#services = services;
    this.#query = query;
    this.#stopListening = services.store.onAccepted((update, _, previous) => this.#notice(update, previous));
  }

  get jobs(): readonly JobSummary[] {
    return this.#items;
  }

  /** Of the jobs, in their order. */
  get ids(): string[] {
    return this.#items.map((job) => job.id);
  }

  /** False before the first answer, and while the rows are still those of an earlier query. */
  get isLoaded(): boolean {
    return this.#isLoaded;
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

  /** Shows other jobs. What was shown stays until the answer is there. */
  async narrow(query: BoardQuery): Promise<void> {
    this.#wanted.abort();
    this.#wanted = new AbortController();
    this.#query = query;
    this.#isLoaded = false;
    this.#more = undefined;
    this.#lookedFor.clear();
    await this.#load(PAGE_SIZE);
  }

  /** Fetches the list again, as far as it was loaded: at first, and after each reconnect. */
  refresh(): Promise<void> {
    return this.#load(Math.max(PAGE_SIZE, this.#items.length));
  }

  /** Fetches the next page. Asked again meanwhile, it gives the same fetch: who waits for it must not go on before it is there. */
  loadMore(): Promise<void> {
    if (!this.#isLoaded || this.#nextCursor === null) return Promise.resolve();
    if (this.#more) return this.#more;
    const more = this.#loadPage(this.#nextCursor).finally(() => {
      // That of an earlier query is none of the next one's.
      if (this.#more === more) this.#more = undefined;
    });
    return (this.#more = more);
  }

  /** The rest of the list, to act on all of it. */
  async loadAll(): Promise<void> {
    while (this.#isLoaded && this.hasMore && !this.#problem) {
      const before = this.#nextCursor;
      await this.loadMore();
      // Nothing came and nothing is wrong: to ask again would be to ask for ever.
      if (this.#nextCursor === before) return;
    }
  }

  stop(): void {
    clearTimeout(this.#tryAgain);
    this.#newJobs.stop();
    this.#stopListening();
    this.#wanted.abort();
  }

  #loadPage(cursor: string): Promise<void> {
    return this.#guarded(async (signal) => {
      const page = await this.#fetch(cursor, signal);
      this.#show(merge(this.#items, page.items), page.nextCursor ?? null);
    });
  }

  #load(wanted: number): Promise<void> {
    return this.#guarded(async (signal) => {
      const items: JobSummary[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<JobSummary> = await this.#fetch(cursor, signal);
        items.push(...page.items);
        cursor = page.nextCursor ?? null;
      } while (cursor !== null && items.length < wanted);
      this.#show(merge([], items), cursor);
      this.#isLoaded = true;
    });
  }

  /** A push carries no title: a job that is not listed yet is found at the head of the list. One that left the status goes. */
  #notice(update: ProgressUpdate, previous: ProgressUpdate | undefined): void {
    const isListed = this.#ids.has(update.jobId);
    const belongs = !this.#query.status || update.status === this.#query.status;
    if (isListed && !belongs && previous?.status !== update.status) {
      this.#show(this.#items.filter((job) => job.id !== update.jobId), this.#nextCursor);
    }
    // Its poster has been made, or its end has a time: the summary at the head of the list says so.
    if (isListed && belongs && this.#isLoaded && previous && (previous.stepIndex !== update.stepIndex || previous.status !== update.status)) this.#newJobs.ask();
    if (isListed || !belongs || !this.#isLoaded) return;
    const key = `${update.jobId} ${update.status}`;
    if (this.#lookedFor.has(key)) return;
    this.#lookedFor.add(key);
    this.#newJobs.ask();
  }

  /** Fetches from the head on until it meets what is listed, so that no job between is left out. */
  #catchUp(): Promise<void> {
    return this.#guarded(async (signal) => {
      const found: JobSummary[] = [];
      let cursor: string | null = null;
      for (let pages = 0; pages < MAX_CATCH_UP; pages++) {
        const page: Page<JobSummary> = await this.#fetch(cursor, signal);
        found.push(...page.items);
        cursor = page.nextCursor ?? null;
        if (cursor === null || page.items.some((job) => this.#ids.has(job.id))) break;
      }
      const wasEmpty = this.#items.length === 0;
      this.#show(merge(this.#items, found), wasEmpty ? cursor : this.#nextCursor);
    });
  }

  #show(items: JobSummary[], cursor: string | null): void {
    this.#ids = new Set(items.map((job) => job.id));
    this.#items = items;
    this.#nextCursor = cursor;
  }

  async #fetch(cursor: string | null, signal: AbortSignal): Promise<Page<JobSummary>> {
    const page = await this.#services.api.listJobs({ ...this.#query, limit: PAGE_SIZE, cursor: cursor ?? undefined }, signal);
    signal.throwIfAborted();
    for (const job of page.items) this.#services.knowTitle(job.id, job.title);
    this.#services.store.acceptAll(page.items.map((job) => job.progress));
    return page;
  }

  async #guarded(fetching: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { signal } = this.#wanted;
    clearTimeout(this.#tryAgain);
    try {
      await fetching(signal);
      this.#problem = null;
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.#problem = asProblem(error);
      // Away, or just begun and not ready yet: nobody needs to press a button for that.
      if (isPassing(this.#problem)) this.#tryAgain = setTimeout(() => void this.refresh(), TRY_AGAIN_MS);
    }
  }
}

/** Newest first, each job once, what was fetched later in place of what was there. */
function merge(items: readonly JobSummary[], fetched: readonly JobSummary[]): JobSummary[] {
  const byId = new Map([...items, ...fetched].map((job) => [job.id, job]));
  return [...byId.values()].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id < b.id ? 1 : -1));
}
