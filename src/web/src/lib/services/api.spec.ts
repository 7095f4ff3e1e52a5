import { describe, expect, it, vi } from 'vitest';
import { ApiError, AssemblyApi, asProblem, isAbort, isPassing } from './api';
import { aJob, anUpdate } from './testing';

function answering(body: unknown, init: ResponseInit = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return vi.fn<typeof fetch>(async () => new Response(text, init));
}

async function refusalOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('addresses', () => {
  it('lie below the page, with or without a path prefix', async () => {
    for (const [page, expected] of [
      ['http://host/', 'http://host/api/v1/assembly/jobs/a'],
      ['http://host/films/', 'http://host/films/api/v1/assembly/jobs/a'],
      ['http://host/films/index.html', 'http://host/films/api/v1/assembly/jobs/a'],
    ]) {
      const fetcher = answering({});
      await new AssemblyApi(page!, fetcher).getJob('a');
      expect(String(fetcher.mock.calls[0]![0])).toBe(expected);
    }
  });

  it('carry only the parts of a query that are given', async () => {
    const fetcher = answering({ items: [], nextCursor: null });
    await new AssemblyApi('http://host/', fetcher).listJobs({ status: 'running', limit: 50, cursor: undefined });
    expect(String(fetcher.mock.calls[0]![0])).toBe('http://host/api/v1/assembly/jobs?status=running&limit=50');
  });

  it('keep odd names in their place', () => {
    const output = { name: 'cut 3/#1.mp4', kind: 'film', preset: null, mediaType: 'video/mp4', bytes: 1, sha256: '', durationSeconds: null, frames: null, url: '', tiles: null };
    expect(new AssemblyApi('http://host/').outputUrl('a b', output)).toBe('http://host/api/v1/assembly/jobs/a%20b/outputs/cut%203%2F%231.mp4');
  });
});

describe('answers', () => {
  it('are the body', async () => {
    const page = { items: [aJob()], nextCursor: 'next' };
    expect(await new AssemblyApi('http://host/', answering(page)).listJobs()).toEqual(page);
  });

  it('of an action are the progress after it', async () => {
    const fetcher = answering(anUpdate({ status: 'paused' }));
    const update = await new AssemblyApi('http://host/', fetcher).act('a', 'pause');
    expect(update.status).toBe('paused');
    expect(String(fetcher.mock.calls[0]![0])).toBe('http://host/api/v1/assembly/jobs/a/pause');
    expect(fetcher.mock.calls[0]![1]?.method).toBe('POST');
  });
});

describe('refusals', () => {
  it('are the problem that the server sent', async () => {
    const problem = {
      type: 'urn:orleans-assembly:invalid-job',
      title: 'The job is not valid',
      status: 400,
      detail: 'Correct the fields below.',
      errors: { 'timeline.shots[3].out': ['Is before its in.'] },
      traceId: '00-ab',
    };
    const error = await refusalOf(new AssemblyApi('http://host/', answering(problem, { status: 400 })).getJob('a'));
    expect(error.problem).toEqual(problem);
    expect(error.message).toBe('Correct the fields below.');
    expect(isPassing(error.problem)).toBe(false);
  });

  it('without a problem body, as from a proxy, still say something', async () => {
    const error = await refusalOf(new AssemblyApi('http://host/', answering('<html>', { status: 502, statusText: 'Bad Gateway' })).getJob('a'));
    expect(error.problem.status).toBe(502);
    expect(error.problem.title).toBe('Bad Gateway');
    expect(error.problem.detail).not.toBe('');
  });

  it('are made of an answer that is not JSON', async () => {
    const error = await refusalOf(new AssemblyApi('http://host/', answering('<html>')).getJob('a'));
    expect(error.problem.title).toBe('The answer cannot be read');
  });

  it('say that the server is away when it is', async () => {
    const away = vi.fn<typeof fetch>(async () => Promise.reject(new TypeError('Failed to fetch')));
    const error = await refusalOf(new AssemblyApi('http://host/', away).getJob('a'));
    expect(isPassing(error.problem)).toBe(true);
  });

  it('promise another try of what is shown, and none of what was to be done', async () => {
    const api = new AssemblyApi('http://host/', async () => Promise.reject(new TypeError('Failed to fetch')));
    expect((await refusalOf(api.getJob('a'))).problem.detail).toContain('tries again by itself');
    for (const command of [api.act('a', 'cancel'), api.pause('a', {})]) {
      expect((await refusalOf(command)).problem.detail).toBe('Nothing was done. Try again when the connection is back.');
    }
  });

  it('are not made of a request that the page itself gave up', async () => {
    const waiting: typeof fetch = (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error)));
    const stop = new AbortController();
    const call = new AssemblyApi('http://host/', waiting).getJob('a', stop.signal);
    stop.abort();
    const error = await call.catch((reason: unknown) => reason);
    expect(isAbort(error)).toBe(true);
  });

  it('of any other kind become a problem too', () => {
    expect(asProblem(new Error('oops')).detail).toBe('oops');
    expect(asProblem('oops').detail).toBe('oops');
  });
});
