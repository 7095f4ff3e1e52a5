import type { ChannelInfo, ChannelList, Delivery, NotificationSpec, NotificationTest } from '../types';
import { requestJson } from './api';

/** What can be told of a job. */
export const EVENTS = ['started', 'progress', 'paused', 'completed', 'failed'] as const;
export type NotifyEvent = (typeof EVENTS)[number];

export const EVENT_WORDS: Record<NotifyEvent, string> = {
  started: 'Started',
  progress: 'On the way',
  paused: 'Waits for room',
  completed: 'Completed',
  failed: 'Failed',
};

/** Whose settings, and whose outbox. */
export type Scope = { job: string } | { project: string } | 'deployment';

/** The server's notification calls. */
export class NotifyApi {
  readonly #base: URL;
  readonly #fetch: typeof fetch;

  constructor(base: string | URL, fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.#base = new URL('api/v1/', base);
    this.#fetch = fetcher;
  }

  async channels(): Promise<ChannelInfo[]> {
    return (await this.#ask<ChannelList>('notifications/channels')).channels;
  }

  settings(scope: Scope): Promise<NotificationSpec> {
    return this.#ask(settingsPath(scope));
  }

  /** What counts for a job, with what its project and the deployment say. */
  effective(job: string): Promise<NotificationSpec> {
    return this.#ask(`${settingsPath({ job })}?effective=true`);
  }

  save(scope: Scope, settings: NotificationSpec): Promise<NotificationSpec> {
    return this.#ask(settingsPath(scope), typeof scope === 'object' && 'job' in scope ? 'POST' : 'PUT', settings);
  }

  deliveries(scope: Scope): Promise<Delivery[]> {
    return this.#ask(`${outboxPath(scope)}/deliveries`);
  }

  redeliver(scope: Scope, id: string): Promise<Delivery> {
    return this.#ask(`${outboxPath(scope)}/deliveries/${encodeURIComponent(id)}/redeliver`, 'POST');
  }

  test(scope: Scope, test: NotificationTest): Promise<Delivery> {
    return this.#ask(`${outboxPath(scope)}/test`, 'POST', test);
  }

  #ask<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
    const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    return requestJson<T>(this.#fetch, new URL(path, this.#base), init);
  }
}

function settingsPath(scope: Scope): string {
  if (scope === 'deployment') return 'notifications/defaults';
  return 'job' in scope ? `assembly/jobs/${encodeURIComponent(scope.job)}/notifications` : `projects/${encodeURIComponent(scope.project)}/notifications`;
}

/** Jobs and projects have theirs below their settings. */
function outboxPath(scope: Scope): string {
  return scope === 'deployment' ? 'notifications' : settingsPath(scope);
}

/** A new secret for a webhook: 32 random bytes, as Standard Webhooks writes them. */
export function newSecret(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  return `whsec_${btoa(String.fromCharCode(...random(new Uint8Array(32))))}`;
}

/** Whether it stands for a secret that the server has and never shows again. */
export function isMasked(secret: string): boolean {
  return secret.includes('*');
}

/** The lines or commas of a text field as a list. */
export function listOf(text: string): string[] {
  return text.split(/[\n,;]+/).map((item) => item.trim()).filter(Boolean);
}
