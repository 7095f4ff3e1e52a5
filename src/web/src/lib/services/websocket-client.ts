import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { NotificationEvent, ProgressUpdate } from '../types';

/** `reconnecting` is the first seconds without the server, `offline` what comes after; both go on trying. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface ClientEvents {
  progress: ProgressUpdate;
  board: ProgressUpdate[];
  notification: NotificationEvent;
  state: ConnectionState;
}

/** The part of SignalR's HubConnection that is used here. */
export interface Hub {
  start(): Promise<void>;
  stop(): Promise<void>;
  invoke<T = unknown>(method: string, ...args: unknown[]): Promise<T>;
  on(method: string, handler: (...args: never[]) => void): void;
  onclose(handler: (error?: Error) => void): void;
}

export interface ClientOptions {
  connect: () => Hub;
  /** The newest sequence that the page has of a job, so that the server answers with what came after it. */
  lastSequence: (jobId: string) => number | undefined;
  /** 0 to 1; spreads the reconnects of many pages. */
  random?: () => number;
}

/** Tries before `reconnecting` becomes `offline`: with the delays below about four seconds. */
const TRIES_UNTIL_OFFLINE = 4;
const FIRST_DELAY_MS = 300;
const MAX_DELAY_MS = 5_000;
/** A start that takes longer is given up: where packets vanish, the browser alone would wait for minutes. */
const START_MS = 8_000;

/**
 * The real connection to `hubs/progress` below the page's address. A WebSocket at once: what is negotiated first holds for
 * one frontend only, and the next call may reach another.
 */
export function connectHub(base: string | URL): Hub {
  return new HubConnectionBuilder()
    .withUrl(new URL('hubs/progress', base).href, { skipNegotiation: true, transport: HttpTransportType.WebSockets })
    .configureLogging(LogLevel.None)
    .build();
}

/** Doubles from 0.3 s to 5 s, less up to a fifth, so that a restarted server does not meet all pages at once. */
export function backOff(tries: number, random: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** tries) * (1 - random / 5);
}

/**
 * The one live connection of the page. It keeps what is watched, not the connection: whenever there is one again, all
 * watches are asked for again, each from the last sequence that the page has.
 *
 * It has its own reconnect loop in place of SignalR's, which neither covers the first start nor can be woken early.
 */
export class WebSocketClient {
  readonly #options: ClientOptions;
  readonly #listeners = new Map<keyof ClientEvents, Set<(payload: never) => void>>();
  readonly #jobs = new Map<string, number>();
  #watchesBoard = false;
  #hub: Hub;
  #state: ConnectionState = 'connecting';
  #started = false;
  #wake: (() => void) | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#hub = this.#join();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects, and goes on doing so until `stop`. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#connect();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.wake();
    await this.#hub.stop();
  }

  /** Tries at once where it would still wait, for the next try or for an answer: the network is back, or someone looks at the page again. */
  wake(): void {
    this.#wake?.();
  }

  on<E extends keyof ClientEvents>(event: E, listener: (payload: ClientEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Follows one job until the returned function is called; several may follow the same. */
  watchJob(jobId: string): () => void {
    const holders = this.#jobs.get(jobId) ?? 0;
    this.#jobs.set(jobId, holders + 1);
    if (holders === 0) this.#whenLive(() => this.#askForJob(jobId));
    return once(() => {
      const left = (this.#jobs.get(jobId) ?? 1) - 1;
      if (left > 0) {
        this.#jobs.set(jobId, left);
        return;
      }
      this.#jobs.delete(jobId);
      this.#whenLive(() => this.#hub.invoke('UnwatchJob', jobId));
    });
  }

  /** Follows all jobs, from now on. */
  watchBoard(): void {
    this.#watchesBoard = true;
    this.#whenLive(() => this.#askForBoard());
  }

  #join(): Hub {
    const hub = this.#options.connect();
    hub.on('progress', (update: ProgressUpdate) => this.#emit('progress', update));
    hub.on('board', (updates: ProgressUpdate[]) => this.#emit('board', updates));
    hub.on('notification', (event: NotificationEvent) => this.#emit('notification', event));
    hub.onclose(() => {
      if (!this.#started || hub !== this.#hub) return;
      this.#setState('reconnecting');
      void this.#connect();
    });
    return hub;
  }

  async #connect(): Promise<void> {
    for (let tries = 0; this.#started; tries++) {
      const outcome = await this.#tryStart();
      if (outcome === 'live') {
        // Asked for in the order in which they were begun, before anyone hears that we are live.
        for (const jobId of this.#jobs.keys()) this.#whenLive(() => this.#askForJob(jobId), true);
        if (this.#watchesBoard) this.#whenLive(() => this.#askForBoard(), true);
        this.#setState('live');
        return;
      }
      if (outcome === 'hung' || tries + 1 >= TRIES_UNTIL_OFFLINE) this.#setState('offline');
      if (outcome === 'refused') await this.#sleep(backOff(tries, (this.#options.random ?? Math.random)()));
    }
  }

  async #tryStart(): Promise<'live' | 'refused' | 'hung' | 'woken'> {
    const hub = this.#hub;
    const outcome = await Promise.race([
      hub.start().then(
        () => 'live' as const,
        () => 'refused' as const,
      ),
      this.#sleep(START_MS).then((isWoken) => (isWoken ? ('woken' as const) : ('hung' as const))),
    ]);
    if (outcome === 'live' || outcome === 'refused') {
      this.#wake?.();
      return outcome;
    }
    // SignalR's stop waits for the start that hangs, and until then it cannot be started anew: another takes its place.
    this.#hub = this.#join();
    hub.stop().catch(() => undefined);
    return outcome;
  }

  async #askForJob(jobId: string): Promise<void> {
    const newest = await this.#hub.invoke<ProgressUpdate | null>('WatchJob', jobId, this.#options.lastSequence(jobId) ?? null);
    if (newest) this.#emit('progress', newest);
  }

  #askForBoard(): Promise<unknown> {
    return this.#hub.invoke('WatchBoard', {});
  }

  /**
   * A call that fails needs no handling: either the connection broke, and every watch is asked for again when it is
   * back; or the server refused (no such job), and then the page learns why from its own HTTP request.
   */
  #whenLive(call: () => Promise<unknown>, connected = this.#state === 'live'): void {
    if (connected) call().catch(() => undefined);
  }

  /** Tells whether it was woken before its time. */
  #sleep(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isWoken: boolean) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(isWoken);
      };
      const timer = setTimeout(() => end(false), milliseconds);
      this.#wake = () => end(true);
    });
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#emit('state', state);
  }

  #emit<E extends keyof ClientEvents>(event: E, payload: ClientEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (payload: ClientEvents[E]) => void)(payload);
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
