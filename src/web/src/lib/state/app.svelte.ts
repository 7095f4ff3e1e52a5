import { AssemblyApi, asProblem, type JobAction } from '../services/api';
import { desktopNotifications, NotificationService } from '../services/notification-service';
import { ProgressStore } from '../services/progress-store';
import { connectHub, WebSocketClient, type ConnectionState } from '../services/websocket-client';
import { jobHref } from './router.svelte';
import { ThemeChoice } from './theme.svelte';

const ACTION_WORDS: Record<JobAction, string> = { pause: 'Pause', resume: 'Resume', cancel: 'Cancel', retry: 'Retry' };

/** The page's services, made once and joined here; everything else gets them from it. */
export class App {
  readonly api: AssemblyApi;
  readonly client: WebSocketClient;
  readonly store = new ProgressStore();
  readonly notifications: NotificationService;
  readonly theme = new ThemeChoice();
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

  /** Asks the server; a refusal is told as a toast. */
  async act(jobId: string, action: JobAction): Promise<void> {
    try {
      this.store.accept(await this.api.act(jobId, action));
    } catch (error) {
      this.notifications.refused(ACTION_WORDS[action], asProblem(error));
    }
  }

  #onState(state: ConnectionState): void {
    this.#connection = state;
    if (state === 'live') {
      this.#liveCount++;
      this.#lostAt = null;
    } else {
      this.#lostAt ??= new Date();
    }
  }
}
