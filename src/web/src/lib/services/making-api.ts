import { request, requestJson } from './api';
import type { Draft, DraftSummary, JobDetails, JobEstimate, JobSpec, Page, PresetInfo, ProjectInfo, SourceFacts, SourceFile } from '../types';

export interface SourceQuery {
  prefix?: string;
  limit?: number;
  cursor?: string;
}

/** The HTTP calls that a film is prepared with: sources, formats, projects, drafts, the estimate, and the start. */
export class MakingApi {
  readonly #root: URL;
  readonly #fetch: typeof fetch;

  constructor(base: string | URL, fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.#root = new URL('api/v1/', base);
    this.#fetch = fetcher;
  }

  listSources(query: SourceQuery = {}, signal?: AbortSignal): Promise<Page<SourceFile>> {
    const url = this.#at('sources');
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return this.#get(url, signal);
  }

  probe(path: string, signal?: AbortSignal): Promise<SourceFacts> {
    return this.#get(this.#at('sources', ...path.split('/'), 'probe'), signal);
  }

  sourceUrl(path: string): string {
    return this.#at('sources', ...path.split('/')).href;
  }

  /** The picture shown at a time of a source; 0 is its poster. */
  frameUrl(path: string, seconds: number, width: number): string {
    const url = this.#at('sources', ...path.split('/'), 'frame');
    url.searchParams.set('at', `${+seconds.toFixed(6)}s`);
    url.searchParams.set('width', String(width));
    return url.href;
  }

  presets(signal?: AbortSignal): Promise<PresetInfo[]> {
    return this.#get(this.#at('presets'), signal);
  }

  projects(signal?: AbortSignal): Promise<Page<ProjectInfo>> {
    return this.#get(this.#at('projects'), signal);
  }

  estimate(spec: JobSpec, signal?: AbortSignal): Promise<JobEstimate> {
    return requestJson(this.#fetch, this.#at('assembly', 'estimate'), this.#body('POST', JSON.stringify(spec), {}, signal));
  }

  /** Starts a job. The same key with the same text makes the same job, however often it is sent. */
  submit(text: string, key: string): Promise<JobDetails> {
    return requestJson(this.#fetch, this.#at('assembly', 'jobs'), this.#body('POST', text, { 'Idempotency-Key': key }));
  }

  listDrafts(signal?: AbortSignal): Promise<Page<DraftSummary>> {
    return this.#get(this.#at('drafts'), signal);
  }

  getDraft(id: string, signal?: AbortSignal): Promise<Draft> {
    return this.#get(this.#at('drafts', id), signal);
  }

  createDraft(draft: JobSpec): Promise<Draft> {
    return requestJson(this.#fetch, this.#at('drafts'), this.#body('POST', JSON.stringify(draft)));
  }

  /** Refused with 412 where the draft has another revision by now; without a revision, it is replaced whatever it was. */
  saveDraft(id: string, draft: JobSpec, revision: number | undefined): Promise<Draft> {
    const condition = revision === undefined ? {} : { 'If-Match': `"${revision}"` };
    return requestJson(this.#fetch, this.#at('drafts', id), this.#body('PUT', JSON.stringify(draft), condition));
  }

  async deleteDraft(id: string): Promise<void> {
    await request(this.#fetch, this.#at('drafts', id), { method: 'DELETE' });
  }

  #get<T>(url: URL, signal?: AbortSignal): Promise<T> {
    return requestJson<T>(this.#fetch, url, signal ? { signal } : {});
  }

  #body(method: string, text: string, headers: Record<string, string> = {}, signal?: AbortSignal): RequestInit {
    return { method, body: text, headers: { 'Content-Type': 'application/json', ...headers }, ...(signal && { signal }) };
  }

  #at(...parts: string[]): URL {
    return new URL(parts.map(encodeURIComponent).join('/'), this.#root);
  }
}
