import type { ClusterInfo, JobDetails, JobStatus, JobSummary, OutputInfo, Page, PauseWish, ProblemDetails, ProgressUpdate, ProjectInfo, QueueInfo, SegmentMap, Story } from '../types';

export type JobAction = 'pause' | 'resume' | 'cancel' | 'retry';

export interface JobQuery {
  status?: JobStatus | undefined;
  projectId?: string | undefined;
  /** Part of a title, a project's id or a job's id. */
  search?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** What the server (or the way to it) refused, always as a problem: title for a heading, detail that says what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(readonly problem: ProblemDetails) {
    super(problem.detail || problem.title);
  }
}

const UNREACHABLE = 'urn:orleans-assembly:unreachable';

/** The HTTP calls of the contract. Every address is relative to `base`, so a path prefix needs no setting. */
export class AssemblyApi {
  readonly #root: URL;
  readonly #base: URL;
  readonly #fetch: typeof fetch;

  constructor(base: string | URL, fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.#root = new URL(base);
    this.#base = new URL('api/v1/assembly/jobs', base);
    this.#fetch = fetcher;
  }

  listJobs(query: JobQuery = {}, signal?: AbortSignal): Promise<Page<JobSummary>> {
    const url = new URL(this.#base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return this.#send(url, signal);
  }

  /** How many jobs are in which status, and when all will be done. */
  queue(signal?: AbortSignal): Promise<QueueInfo> {
    return this.#send(new URL('api/v1/assembly/queue', this.#root), signal);
  }

  cluster(signal?: AbortSignal): Promise<ClusterInfo> {
    return this.#send(new URL('api/v1/cluster', this.#root), signal);
  }

  projects(signal?: AbortSignal): Promise<Page<ProjectInfo>> {
    return this.#send(new URL('api/v1/projects', this.#root), signal);
  }

  /** An address that the server gave relative to its root, such as that of a poster. */
  absolute(url: string): string {
    return new URL(url, this.#root).href;
  }

  getJob(id: string, signal?: AbortSignal): Promise<JobDetails> {
    return this.#send(this.#job(id), signal);
  }

  act(id: string, action: JobAction): Promise<ProgressUpdate> {
    return this.#send(this.#job(id, action), undefined, 'POST');
  }

  /** Pauses otherwise than at once and for good. */
  pause(id: string, wish: PauseWish): Promise<ProgressUpdate> {
    return requestJson(this.#fetch, this.#job(id, 'pause'), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(wish) });
  }

  getSegments(id: string, signal?: AbortSignal): Promise<SegmentMap> {
    return this.#send(this.#job(id, 'segments'), signal);
  }

  getStory(id: string, signal?: AbortSignal): Promise<Story> {
    return this.#send(this.#job(id, 'story'), signal);
  }

  async getEdl(id: string, signal?: AbortSignal): Promise<string> {
    return (await request(this.#fetch, this.#job(id, 'edl'), { headers: { Accept: 'text/plain, application/problem+json' }, ...(signal && { signal }) })).text();
  }

  outputUrl(id: string, output: OutputInfo): string {
    return this.#job(id, 'outputs', output.name).href;
  }

  edlUrl(id: string): string {
    return this.#job(id, 'edl').href;
  }

  storyUrl(id: string): string {
    return this.#job(id, 'story').href;
  }

  #job(id: string, ...below: string[]): URL {
    const url = new URL(this.#base);
    url.pathname = [url.pathname, ...[id, ...below].map(encodeURIComponent)].join('/');
    return url;
  }

  #send<T>(url: URL, signal?: AbortSignal, method = 'GET'): Promise<T> {
    return requestJson<T>(this.#fetch, url, { method, ...(signal && { signal }) });
  }
}

/** Asks and reads JSON; whatever goes wrong comes as an {@link ApiError}, but for a caller who gave up. */
export async function requestJson<T>(fetcher: typeof fetch, url: URL, init: RequestInit = {}): Promise<T> {
  const response = await request(fetcher, url, init);
  const body: unknown = await response.json().catch(() => undefined);
  if (body === undefined) throw new ApiError(problemOf(response, undefined));
  return body as T;
}

/** Asks for something whose answer is not read as JSON. */
export async function request(fetcher: typeof fetch, url: URL, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetcher(url, { ...init, headers: { Accept: 'application/json, application/problem+json', ...init.headers } });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(unreachable((init.method ?? 'GET') !== 'GET'));
  }
  if (!response.ok) throw new ApiError(problemOf(response, await response.json().catch(() => undefined)));
  return response;
}

/** What is told when no answer came at all. What is shown is fetched again by itself; what was asked to be done is not done behind anybody's back. */
export function unreachable(isCommand = false): ProblemDetails {
  return {
    type: UNREACHABLE,
    title: 'The server does not answer',
    status: 0,
    detail: isCommand
      ? 'Nothing was done. Try again when the connection is back.'
      : 'Check that the server runs and that this device has a connection; the page tries again by itself.',
  };
}

/** Someone gave up waiting; nobody needs to be told. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What may be over in a moment: no answer, or one that says that the server is not ready. */
export function isPassing(problem: ProblemDetails): boolean {
  return problem.status === 0 ? problem.type === UNREACHABLE : problem.status >= 502 && problem.status <= 504;
}

/** Any error as a problem that can be shown. */
export function asProblem(error: unknown): ProblemDetails {
  if (error instanceof ApiError) return error.problem;
  return {
    type: 'about:blank',
    title: 'Something went wrong in this page',
    status: 0,
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** A proxy in between answers with its own pages, so nothing about the body is taken for granted. */
export function problemOf(response: Pick<Response, 'ok' | 'status' | 'statusText'>, body: unknown): ProblemDetails {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Partial<ProblemDetails>;
  const fallback = response.ok
    ? { title: 'The answer cannot be read', detail: 'The server answered with something other than JSON. Reload the page; it may have been updated.' }
    : { title: response.statusText || `HTTP ${response.status}`, detail: `The server answered ${response.status} and did not say why. Try again in a moment.` };
  return {
    ...given,
    type: given.type ?? 'about:blank',
    title: given.title ?? fallback.title,
    status: given.status ?? response.status,
    detail: given.detail ?? fallback.detail,
  };
}
