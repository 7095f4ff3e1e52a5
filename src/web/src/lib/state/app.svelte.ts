import { AssemblyApi, ApiError, asProblem, type JobAction } from '../services/api';
import { describeBulk, STATUS_AFTER, withEach } from '../services/bulk';
import { desktopNotifications, NotificationService } from '../services/notification-service.svelte';
import { ProgressStore } from '../services/progress-store';
import { allowedActions } from '../services/progress-visualization';
import { connectHub, WebSocketClient, type ConnectionState } from '../services/websocket-client';
import type { PauseWish, ProblemDetails } from '../types';
import { JobRecords } from './job-record.svelte';
import { Overall } from './overall.svelte';
import { jobHref } from './router.svelte';
import { Shortcuts } from './shortcuts.svelte';
import { ThemeChoice } from './theme.svelte';

const ACTION_WORDS: Record<JobAction, string> = { pause: 'Pause', resume: 'Resume', cancel: 'Cancel', retry: 'Retry' };

/** The page's services, made once and joined here; everything else gets them from it. */
export class App {
  readonly api: AssemblyApi;
  readonly client: WebSocketClient;
  readonly store = new ProgressStore();
  readonly records = new JobRecords(this.store);
  readonly notifications: NotificationService;
  readonly theme = new ThemeChoice();
  readonly shortcuts = new Shortcuts();
  readonly overall = new Overall(this.store);
  readonly #titles = new Map<string, string>();
  #connection = $state.raw<ConnectionState>('connecting');
  #liveCount = $state(0);
  #lostAt = $state.raw<Date | null>(null);

  constructor(base: string) {
    this.api = new AssemblyApi(base);
    this.notifications = new NotificationService(desktopNotifications(), (jobId) => (location.hash = jobHref(jobId)));
    this.client = new WebSocketClient({ connect: () => connectHub(base), lastSequence: (jobId) => this.store.lastSequence(jobId) });
    this.client.on('progress', (update) => this.store.accept(update));
    this.client.on('board', (updates) => this.store.acceptAll(updates));
    this.client.on('notification', (event) => this.notifications.jobEvent(event));
    this.client.on('state', (state) => this.#onState(state));
    this.store.onAccepted((update, _, previous) => this.notifications.progressed(previous, update, this.#titles.get(update.jobId)));
    // Of all jobs, on every page: for the tab, and for toasts at a job's end.
    this.client.watchBoard();
    addEventListener('online', () => this.client.wake());
    document.addEventListener('visibilitychange', () => this.client.wake());
  }

  get connection(): ConnectionState {
    return this.#connection;
  }

  /** How often the page has become live: what was fetched before the last time may have missed something. */
  get liveCount(): number {
    return this.#liveCount;
  }

  /** Since when what is shown may be old; null while live. */
  get lostAt(): Date | null {
    return this.#lostAt;
  }

  /** Remembers what a job is called, for when only its id is told. */
  knowTitle(jobId: string, title: string): void {
    this.#titles.set(jobId, title);
  }

  /** Shows what was asked for at once, and asks the server; a refusal takes it back and is told as a toast. */
  async act(jobId: string, action: JobAction): Promise<void> {
    const problem = await this.#ask(jobId, action);
    if (problem) this.notifications.refused(ACTION_WORDS[action], problem);
  }

  /** Pauses otherwise than at once and for good. What finishes its segments first goes on until then, and so nothing is shown before the answer. */
  async pause(jobId: string, wish: PauseWish): Promise<void> {
    const answered = wish.after ? undefined : this.store.expect(jobId, STATUS_AFTER.pause);
    try {
      this.store.accept(await this.api.pause(jobId, wish));
    } catch (error) {
      this.notifications.refused(ACTION_WORDS.pause, asProblem(error));
    } finally {
      answered?.();
    }
  }

  /** The same for many, with one message for all of them. Those to which it means nothing in their status are left alone. */
  async actOnAll(jobIds: readonly string[], action: JobAction): Promise<void> {
    const able = jobIds.filter((id) => allowedActions(this.store.get(id)?.status ?? 'pending').includes(action));
    const problems = (await withEach(able, (id) => this.#ask(id, action))).filter((problem) => problem !== null);
    const { tone, title, text } = describeBulk(action, able.length - problems.length, jobIds.length - able.length, problems);
    this.notifications.toast(tone, title, text, null);
  }

  async #ask(jobId: string, action: JobAction): Promise<ProblemDetails | null> {
    const answered = this.store.expect(jobId, STATUS_AFTER[action]);
    const refused = action === 'cancel' ? this.notifications.expectEnd(jobId) : undefined;
    try {
      this.store.accept(await this.api.act(jobId, action));
      return null;
    } catch (error) {
      refused?.();
      return asProblem(error);
    } finally {
      answered();
    }
  }

  /** What ran may have ended while nothing was heard. */
  async #countRunning(): Promise<void> {
    try {
      const { items } = await this.api.listJobs({ status: 'running', limit: 100 });
      this.store.acceptAll(items.map((job) => job.progress));
      this.overall.reset(items.map((job) => job.progress));
    } catch (error) {
      // The next time that the page becomes live it is asked again.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #onState(state: ConnectionState): void {
    this.#connection = state;
    if (state === 'live') {
      this.#liveCount++;
      this.#lostAt = null;
      void this.#countRunning();
    } else {
      this.#lostAt ??= new Date();
    }
  }
}
