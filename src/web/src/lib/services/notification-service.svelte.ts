import { SvelteMap } from 'svelte/reactivity';
import type { NotificationEvent, ProblemDetails, ProgressUpdate } from '../types';
import { isEnded, statusWord } from './progress-visualization';

export type Tone = 'good' | 'bad' | 'plain';

export interface Toast {
  id: number;
  tone: Tone;
  title: string;
  text: string;
  /** The job to go to. */
  jobId: string | null;
}

/** The browser's own notifications, as far as they are used; a fake in tests, absent where the browser has none. */
export interface DesktopNotifications {
  readonly permission: () => NotificationPermission;
  readonly request: () => Promise<NotificationPermission>;
  readonly show: (title: string, body: string, tag: string, onOpen: () => void) => void;
  /** Whether someone looks at the page right now; then a toast is enough. */
  readonly isPageVisible: () => boolean;
}

const TOAST_MS = 8_000;
const MAX_TOASTS = 4;

/** Tells of ended jobs: a toast always, a desktop notification where the reader allowed it and looks elsewhere. */
export class NotificationService {
  readonly #toasts = new SvelteMap<number, Toast>();
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  /** Jobs whose end has been told; two pushes (the event and the last progress) tell of the same end. */
  readonly #told = new Set<string>();
  #desktop: DesktopNotifications | undefined;
  #permission = $state.raw<NotificationPermission | 'unsupported'>('unsupported');
  readonly #open: (jobId: string) => void;
  #nextId = 1;

  constructor(desktop: DesktopNotifications | undefined, open: (jobId: string) => void) {
    this.#desktop = desktop;
    this.#permission = desktop?.permission() ?? 'unsupported';
    this.#open = open;
  }

  get toasts(): Toast[] {
    return [...this.#toasts.values()];
  }

  /** `unsupported` where the browser (or an address without https) has no notifications. */
  get permission(): NotificationPermission | 'unsupported' {
    return this.#permission;
  }

  /** Asks the reader; to be called only from a click, else browsers refuse for good. */
  async askPermission(): Promise<void> {
    if (this.#desktop) this.#permission = await this.#desktop.request();
  }

  /** The reader ends the job; there is no need to tell. Returns how to take that back, for when it was refused. */
  expectEnd(jobId: string): () => void {
    this.#told.add(jobId);
    return () => this.#told.delete(jobId);
  }

  /** The server's word that a job ended, or of what was chosen to be told on the way. */
  jobEvent(event: NotificationEvent): void {
    if (!isEnd(event.event)) {
      // What is told on the way must not pass for the end.
      if (!this.#told.has(event.id)) this.#tell('plain', event.title, event.message, event.jobId);
      this.#told.add(event.id);
      return;
    }
    if (this.#told.has(event.jobId)) return;
    this.#told.add(event.jobId);
    const tone = event.event.endsWith('completed') ? 'good' : event.event.endsWith('failed') ? 'bad' : 'plain';
    this.#tell(tone, event.title, event.message, event.jobId);
  }

  /** The same, seen in the progress itself: a job that ran before this update and has ended with it. */
  progressed(previous: ProgressUpdate | undefined, update: ProgressUpdate, title: string | undefined): void {
    // Only a retry makes its next end news again: the event may come before the last updates of a running job.
    if (previous && isEnded(previous.status) && !isEnded(update.status)) this.#told.delete(update.jobId);
    if (!previous || !isEnded(update.status) || isEnded(previous.status) || this.#told.has(update.jobId)) return;
    this.#told.add(update.jobId);
    const tone = update.status === 'completed' ? 'good' : update.status === 'failed' ? 'bad' : 'plain';
    this.#tell(tone, title ?? 'A job', update.error?.detail ?? (update.message || statusWord(update.status)), update.jobId);
  }

  /** Something that was asked for was refused. */
  refused(what: string, problem: ProblemDetails): void {
    this.toast('bad', `${what}: ${problem.title}`, problem.detail, null);
  }

  toast(tone: Tone, title: string, text: string, jobId: string | null): void {
    const id = this.#nextId++;
    this.#toasts.set(id, { id, tone, title, text, jobId });
    const oldest = this.#toasts.keys().next().value;
    if (this.#toasts.size > MAX_TOASTS && oldest !== undefined) this.dismiss(oldest);
    this.release(id);
  }

  dismiss(id: number): void {
    this.hold(id);
    this.#toasts.delete(id);
  }

  /** Keeps a toast while the pointer or the focus is on it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  release(id: number): void {
    this.hold(id);
    this.#timers.set(id, setTimeout(() => this.dismiss(id), TOAST_MS));
  }

  #tell(tone: Tone, title: string, text: string, jobId: string): void {
    this.toast(tone, title, text, jobId);
    if (this.#desktop?.permission() !== 'granted' || this.#desktop.isPageVisible()) return;
    try {
      this.#desktop.show(title, text, jobId, () => this.#open(jobId));
    } catch {
      // Allowed, and yet impossible in this browser. The toast is there.
      this.#desktop = undefined;
      this.#permission = 'unsupported';
    }
  }
}

function isEnd(event: string): boolean {
  return ['completed', 'failed', 'cancelled'].some((end) => event.endsWith(end));
}

/** The real ones of this browser. */
export function desktopNotifications(): DesktopNotifications | undefined {
  if (typeof Notification === 'undefined' || !canBeMade()) return undefined;
  return {
    permission: () => Notification.permission,
    request: () => Notification.requestPermission(),
    isPageVisible: () => document.visibilityState === 'visible',
    show: (title, body, tag, onOpen) => {
      const notification = new Notification(title, { body, tag });
      notification.onclick = () => {
        window.focus();
        onOpen();
        notification.close();
      };
    },
  };
}

/** Chrome on Android has the class, and refuses to make one. Nothing is shown while nobody has been asked, so it is tried then: nobody is to be asked in vain. */
function canBeMade(): boolean {
  try {
    if (Notification.permission === 'default') new Notification('');
    return true;
  } catch {
    return false;
  }
}
