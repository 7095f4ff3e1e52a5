import { isStatus } from '../services/progress-visualization';
import type { JobStatus } from '../types';

/** What the board is narrowed to; what is undefined narrows nothing. */
export interface BoardView {
  status?: JobStatus | undefined;
  project?: string | undefined;
  q?: string | undefined;
}

/** A page and what its address says; a page's component gets all of it as props. */
export type Route =
  | ({ page: 'board' } & BoardView)
  | { page: 'job'; id: string }
  | { page: 'new'; from?: string | undefined; draft?: string | undefined }
  | { page: 'cluster' }
  | { page: 'settings' }
  | { page: 'unknown' };

export type PageName = Exclude<Route['page'], 'unknown'>;

/** Reads `#/?status=&project=&q=`, `#/jobs/<id>`, `#/new?from=<jobId>`, `#/drafts/<id>`, `#/cluster` and `#/settings`. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const said = (name: string) => query.get(name) || undefined;
  let parts: string[];
  try {
    parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return { page: 'unknown' };
  }
  const [first, id, ...more] = parts;
  if (more.length > 0) return { page: 'unknown' };
  if (first === undefined) {
    const status = query.get('status');
    return { page: 'board', status: isStatus(status) ? status : undefined, project: said('project'), q: said('q') };
  }
  if (first === 'jobs' && id) return { page: 'job', id };
  if (first === 'drafts' && id) return { page: 'new', draft: id };
  if (id !== undefined) return { page: 'unknown' };
  if (first === 'new') return { page: 'new', from: said('from') };
  return first === 'cluster' || first === 'settings' ? { page: first } : { page: 'unknown' };
}

/** The board, narrowed. */
export function boardHref(view: BoardView = {}): string {
  const query = new URLSearchParams();
  for (const name of ['status', 'project', 'q'] as const) {
    if (view[name]) query.set(name, view[name]);
  }
  return query.size > 0 ? `#/?${query}` : '#/';
}

export function jobHref(id: string): string {
  return `#/jobs/${encodeURIComponent(id)}`;
}

/** A new assembly: empty, or a copy of a job's. */
export function newHref(from?: string): string {
  return from ? `#/new?from=${encodeURIComponent(from)}` : '#/new';
}

export function draftHref(id: string): string {
  return `#/drafts/${encodeURIComponent(id)}`;
}

/** Where the reader is: the part of the address behind `#`. */
export class Router {
  #route = $state.raw<Route>(parseRoute(location.hash));

  /** Asked before the reader goes elsewhere; where it says no, it may `go` there later. The page that sets it takes it away. */
  guard: ((go: () => void) => boolean) | null = null;

  constructor() {
    addEventListener('hashchange', (event) => {
      const to = location.hash;
      const go = () => {
        this.guard = null;
        location.hash = to;
      };
      if (this.guard && !this.guard(go)) history.pushState(history.state, '', event.oldURL);
      else this.#route = parseRoute(to);
    });
  }

  get route(): Route {
    return this.#route;
  }

  /** Goes on with another address of the same page, without a step back to the one before: while someone types. */
  replace(href: string): void {
    history.replaceState(history.state, '', href);
    this.#route = parseRoute(location.hash);
  }
}
