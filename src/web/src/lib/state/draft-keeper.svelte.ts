import { ApiError, asProblem } from '../services/api';
import type { MakingApi } from '../services/making-api';
import type { Draft, JobSpec, ProblemDetails } from '../types';

/** So long after the last change; typing on puts it off. */
const QUIET_MS = 1200;
const RETRY_MS = 8000;

/**
 * none: nothing to keep yet · saved · dirty: changed since, and will be saved in a moment · saving ·
 * failed: could not be saved, and is tried again · conflict: somebody else saved it since; a person must decide.
 */
export type KeeperState = 'none' | 'saved' | 'dirty' | 'saving' | 'failed' | 'conflict';

/** Keeps what is being edited as a draft on the server, a moment after each change, and never over somebody else's. */
export class DraftKeeper {
  readonly #api: Pick<MakingApi, 'createDraft' | 'saveDraft' | 'deleteDraft' | 'getDraft'>;
  readonly #read: () => JobSpec;
  readonly #oncreated: (id: string) => void;
  #id = $state.raw<string | null>(null);
  #revision: number | undefined;
  #state = $state.raw<KeeperState>('none');
  #savedAt = $state.raw<Date | null>(null);
  #problem = $state.raw<ProblemDetails | null>(null);
  /** As the server has it, so that opening and closing a field is no change. Undefined before there is anything to begin with. */
  #saved: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #work: Promise<void> | undefined;
  #isClosed = false;

  constructor(api: Pick<MakingApi, 'createDraft' | 'saveDraft' | 'deleteDraft' | 'getDraft'>, read: () => JobSpec, oncreated: (id: string) => void) {
    this.#api = api;
    this.#read = read;
    this.#oncreated = oncreated;
  }

  get id(): string | null {
    return this.#id;
  }

  get state(): KeeperState {
    return this.#state;
  }

  get savedAt(): Date | null {
    return this.#savedAt;
  }

  get problem(): ProblemDetails | null {
    return this.#problem;
  }

  /** Whether leaving now would lose something. */
  get isUnsaved(): boolean {
    return !this.#isClosed && (this.#state === 'dirty' || this.#state === 'saving' || this.#state === 'failed' || this.#state === 'conflict');
  }

  /** Goes on with a draft that the server has. */
  open(draft: Draft): void {
    this.#id = draft.id;
    this.#revision = draft.revision;
    this.#savedAt = new Date(draft.updatedAt);
    this.baseline();
    this.#state = 'saved';
  }

  /** What stands there now counts as unchanged. */
  baseline(): void {
    this.#saved = JSON.stringify(this.#read());
  }

  /** Something may have changed. */
  touch(): void {
    if (this.#isClosed || this.#state === 'conflict' || this.#saved === undefined) return;
    if (JSON.stringify(this.#read()) === this.#saved) {
      if (this.#state === 'dirty') {
        clearTimeout(this.#timer);
        this.#state = this.#id ? 'saved' : 'none';
      }
      return;
    }
    if (this.#state !== 'saving') this.#state = 'dirty';
    this.#later(QUIET_MS);
  }

  /** Saves at once what is not saved yet. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#work) await this.#work;
    if (this.#isClosed || this.#state === 'conflict' || this.#saved === undefined || JSON.stringify(this.#read()) === this.#saved) return;
    this.#work = this.#send(this.#revision).finally(() => (this.#work = undefined));
    await this.#work;
  }

  /** Ends a conflict: what stands here is right. */
  async keepMine(): Promise<void> {
    if (this.#state !== 'conflict') return;
    this.#revision = undefined;
    this.#saved = '';
    this.#state = 'dirty';
    await this.save();
  }

  /** Ends a conflict: what the server has is right. Gives it, to be shown. */
  async takeTheirs(): Promise<Draft | undefined> {
    if (!this.#id) return undefined;
    try {
      return await this.#api.getDraft(this.#id);
    } catch (error) {
      this.#problem = asProblem(error);
      return undefined;
    }
  }

  /** It has become a job: the draft is done with. */
  async discard(): Promise<void> {
    this.close();
    await this.#work;
    if (this.#id) await this.#api.deleteDraft(this.#id).catch(() => undefined);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), ms);
  }

  async #send(revision: number | undefined): Promise<void> {
    const draft = this.#read();
    const text = JSON.stringify(draft);
    this.#state = 'saving';
    try {
      const answer = this.#id ? await this.#api.saveDraft(this.#id, draft, revision) : await this.#api.createDraft(draft);
      const isNew = !this.#id;
      this.#id = answer.id;
      this.#revision = answer.revision;
      this.#savedAt = new Date(answer.updatedAt);
      this.#saved = text;
      this.#problem = null;
      this.#state = 'saved';
      if (this.#isClosed) return;
      if (isNew) this.#oncreated(answer.id);
      this.touch(); // it may have changed meanwhile
    } catch (error) {
      this.#problem = asProblem(error);
      if (error instanceof ApiError && error.problem.status === 412) {
        this.#state = 'conflict';
        return;
      }
      // Deleted elsewhere: what stands here is all there is, so it is kept anew.
      if (error instanceof ApiError && error.problem.status === 404 && this.#id) {
        this.#id = null;
        this.#revision = undefined;
      }
      this.#state = 'failed';
      if (!this.#isClosed) this.#later(RETRY_MS);
    }
  }
}
