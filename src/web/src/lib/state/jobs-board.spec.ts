// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, type JobQuery } from '../services/api';
import { ProgressStore } from '../services/progress-store';
import { aJob, anUpdate } from '../services/testing';
import type { JobSummary, Page } from '../types';
import { JobsBoard, type BoardQuery } from './jobs-board.svelte';

/** Jobs `1` (oldest) to `count`, as the server would list them: newest first. */
function jobs(count: number): JobSummary[] {
  return Array.from({ length: count }, (_, i) => aJob({ id: `${i + 1}`, createdAt: new Date(Date.UTC(2025, 2, 1, 12, i)).toISOString() })).reverse();
}

function setUp(all: JobSummary[], first: BoardQuery = {}) {
  const store = new ProgressStore();
  /** `takes`: milliseconds until it answers. */
  const server = { jobs: all, isAway: false, takes: 0 };
  const listJobs = vi.fn(async (query: JobQuery = {}): Promise<Page<JobSummary>> => {
    if (server.takes > 0) await new Promise((resolve) => setTimeout(resolve, server.takes));
    if (server.isAway) throw new ApiError({ type: 'urn:x', title: 'Away', status: 503, detail: 'Wait.' });
    const matching = server.jobs.filter((job) => (!query.status || job.status === query.status) && job.title.includes(query.search ?? ''));
    const start = Number(query.cursor ?? 0);
    const end = start + (query.limit ?? 100);
    return { items: matching.slice(start, end), nextCursor: end < matching.length ? String(end) : null };
  });
  const board = new JobsBoard({ api: { listJobs }, store, knowTitle: () => undefined }, first);
  return { store, server, listJobs, board, ids: () => board.jobs.map((job) => job.id) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('JobsBoard', () => {
  it('loads page after page', async () => {
    const { board, ids } = setUp(jobs(240));
    await board.refresh();
    expect(ids()).toHaveLength(100);
    await board.loadMore();
    await board.loadMore();
    expect(ids()).toHaveLength(240);
    expect(ids()[0]).toBe('240');
    expect(ids()[239]).toBe('1');
    expect(board.hasMore).toBe(false);
  });

  it('finds a new job that the hub told of, once', async () => {
    const { board, ids, server, store, listJobs } = setUp(jobs(2));
    await board.refresh();
    server.jobs = jobs(3);
    store.accept(anUpdate({ jobId: '3', sequence: 11 }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ids()).toEqual(['3', '2', '1']);
    expect(listJobs).toHaveBeenCalledTimes(2);
  });

  it('looks once for a job that is further down than what is loaded', async () => {
    const { board, store, listJobs } = setUp(jobs(240));
    await board.refresh();
    for (let sequence = 11; sequence < 20; sequence++) {
      store.accept(anUpdate({ jobId: '1', sequence }));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(listJobs).toHaveBeenCalledTimes(2);
  });

  it('drops a job from a filtered list when it leaves the status', async () => {
    const { board, ids, store } = setUp(jobs(2), { status: 'running' });
    await board.refresh();
    store.accept(anUpdate({ jobId: '2', sequence: 11, status: 'paused' }));
    expect(ids()).toEqual(['1']);
  });

  it('shows newer progress than the list that was fetched', async () => {
    const { board, store } = setUp(jobs(1));
    store.accept(anUpdate({ jobId: '1', sequence: 99, progress: 70 }));
    await board.refresh();
    expect(board.progressOf(board.jobs[0]!).progress).toBe(70);
  });

  it('after a reconnect fetches as much as was shown, without what is gone', async () => {
    const { board, ids, server } = setUp(jobs(240));
    await board.refresh();
    await board.loadMore();
    server.jobs = server.jobs.filter((job) => job.id !== '240');
    await board.refresh();
    expect(ids()).toHaveLength(200);
    expect(ids()[0]).toBe('239');
  });

  it('keeps what it shows while the server is away, and says so', async () => {
    const { board, ids, server } = setUp(jobs(2));
    await board.refresh();
    server.isAway = true;
    await board.refresh();
    expect(ids()).toEqual(['2', '1']);
    expect(board.problem?.title).toBe('Away');
    server.isAway = false;
    await board.refresh();
    expect(board.problem).toBeNull();
  });

  it('leaves no gap where more jobs came than fit on a page', async () => {
    const { board, ids, server, store } = setUp(jobs(50));
    await board.refresh();
    server.jobs = jobs(350);
    store.accept(anUpdate({ jobId: '350', sequence: 11 }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ids()).toEqual(jobs(350).map((job) => job.id));
  });

  it('lists the first job of all', async () => {
    const { board, ids, server, store } = setUp([]);
    await board.refresh();
    server.jobs = jobs(150);
    store.accept(anUpdate({ jobId: '150', sequence: 11 }));
    await vi.advanceTimersByTimeAsync(1_000);
    await board.loadAll();
    expect(ids()).toHaveLength(150);
  });

  it('keeps the rows of the query before until the new ones are there', async () => {
    const { board, ids, server } = setUp(jobs(3));
    await board.refresh();
    server.jobs = server.jobs.map((job) => (job.id === '2' ? { ...job, title: 'Fog' } : job));
    const narrowed = board.narrow({ search: 'Fog' });
    expect(board.isLoaded).toBe(false);
    expect(ids()).toEqual(['3', '2', '1']);
    await narrowed;
    expect(ids()).toEqual(['2']);
    expect(board.isLoaded).toBe(true);
  });

  it('never shows the answer to an earlier query over that to a later one', async () => {
    const { board, ids, listJobs } = setUp(jobs(3));
    await board.refresh();
    let answer!: () => void;
    listJobs.mockImplementationOnce(() => new Promise((resolve) => (answer = () => resolve({ items: jobs(3), nextCursor: null }))));
    const early = board.narrow({ search: 'Harb' });
    await board.narrow({ search: 'nowhere' });
    answer();
    await early;
    expect(ids()).toEqual([]);
    expect(board.problem).toBeNull();
  });

  it('loads all that is left, to act on it', async () => {
    const { board, ids } = setUp(jobs(950));
    await board.refresh();
    await board.loadAll();
    expect(ids()).toHaveLength(950);
  });

  it('fetches each page that is left once, however often all are asked for meanwhile', async () => {
    const { board, ids, server, listJobs } = setUp(jobs(450));
    await board.refresh();
    server.takes = 50;
    const all = Promise.all([board.loadAll(), board.loadAll(), board.loadMore()]);
    await vi.advanceTimersByTimeAsync(1_000);
    await all;
    expect(ids()).toHaveLength(450);
    expect(listJobs.mock.calls.map(([query]) => query?.cursor).filter(Boolean)).toEqual(['100', '200', '300', '400']);
  });

  it('leaves off loading all when it is narrowed, and loads all of the new list when asked again', async () => {
    const { board, ids, server } = setUp(jobs(450));
    await board.refresh();
    server.takes = 50;
    const all = board.loadAll();
    const narrowed = board.narrow({ search: 'Harbour' });
    await vi.advanceTimersByTimeAsync(50);
    await Promise.all([all, narrowed]);
    expect(ids()).toHaveLength(100);
    server.takes = 0;
    await board.loadAll();
    expect(ids()).toHaveLength(450);
  });

  it('tries again by itself when the server was not ready', async () => {
    const { board, ids, server } = setUp(jobs(2));
    server.isAway = true;
    await board.refresh();
    expect(board.problem?.title).toBe('Away');
    server.isAway = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ids()).toEqual(['2', '1']);
    expect(board.problem).toBeNull();
  });

  it('fetches the summary again when a job has got further, for its poster', async () => {
    const { board, server, store } = setUp(jobs(2));
    await board.refresh();
    server.jobs = server.jobs.map((job) => ({ ...job, posterUrl: 'p.jpg' }));
    store.accept(anUpdate({ jobId: '2', sequence: 11, stepIndex: 11 }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(board.jobs[0]?.posterUrl).toBe('p.jpg');
  });
});
