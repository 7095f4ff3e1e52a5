import { isStatus } from '../services/progress-visualization';
import type { JobStatus } from '../types';

export type Route = { page: 'jobs'; status: JobStatus | undefined } | { page: 'job'; id: string } | { page: 'unknown' };

/** Reads `#/`, `#/?status=running` and `#/jobs/<id>`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0) {
    const status = new URLSearchParams(query).get('status');
    return { page: 'jobs', status: isStatus(status) ? status : undefined };
  }
  if (parts.length === 2 && parts[0] === 'jobs') {
    try {
      return { page: 'job', id: decodeURIComponent(parts[1]!) };
    } catch {
      return { page: 'unknown' };
    }
  }
  return { page: 'unknown' };
}

export function jobsHref(status?: JobStatus): string {
  return status ? `#/?status=${status}` : '#/';
}

export function jobHref(id: string): string {
  return `#/jobs/${encodeURIComponent(id)}`;
}

/** Where the reader is: the part of the address behind `#`. */
export class Router {
  #route = $state.raw<Route>(parseRoute(location.hash));

  constructor() {
    addEventListener('hashchange', () => (this.#route = parseRoute(location.hash)));
  }

  get route(): Route {
    return this.#route;
  }
}
