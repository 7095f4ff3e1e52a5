// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, type JobQuery } from '../services/api';
import { ProgressStore } from '../services/progress-store';
import { aJob, anUpdate } from '../services/testing';
import type { JobSummary, Page } from '../types';
import { JobsBoard } from './jobs-board.svelte';

/** Jobs `1` (oldest) to `count`, as the server would list them: newest first. */
function jobs(count: number): JobSummary[] {
  return Array.from({ length: count }, (_, i) => aJob({ id: `${i + 1}`, createdAt: new Date(Date.UTC(2025, 2, 1, 12, i)).toISOString() })).reverse();
}

function setUp(all: JobSummary[], status?: 'running' | 'paused') {
  const store = new ProgressStore();
  const server = { jobs: all, isAway: false };
  const listJobs = vi.fn(async (query: JobQuery = {}): Promise<Page<JobSummary>> => {
    if (server.isAway) throw new ApiError({ type: 'urn:x', title: 'Away', status: 0, detail: 'Wait.' });
    const matching = server.jobs.filter((job) => !query.status || job.status === query.status);
    const start = Number(query.cursor ?? 0);
    const end = start + (query.limit ?? 50);
    return { items: matching.slice(start, end), nextCursor: end < matching.length ? String(end) : null };
  });
  const board = new JobsBoard({ api: { listJobs }, store, knowTitle: () => undefined }, status);
  return { store, server, listJobs, board, ids: () => board.jobs.map((job) => job.id) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('JobsBoard', () => {
  it('loads page after page', async () => {
    const { board, ids } = setUp(jobs(120));
    await board.refresh();
    expect(ids()).toHaveLength(50);
    await board.loadMore();
    await board.loadMore();
    expect(ids()).toHaveLength(120);
    expect(ids()[0]).toBe('120');
    expect(ids()[119]).toBe('1');
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
    const { board, store, listJobs } = setUp(jobs(120));
    await board.refresh();
    for (let sequence = 11; sequence < 20; sequence++) {
      store.accept(anUpdate({ jobId: '1', sequence }));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(listJobs).toHaveBeenCalledTimes(2);
  });

  it('drops a job from a filtered list when it leaves the status', async () => {
    const { board, ids, store } = setUp(jobs(2), 'running');
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
    const { board, ids, server } = setUp(jobs(120));
    await board.refresh();
    await board.loadMore();
    server.jobs = server.jobs.filter((job) => job.id !== '120');
    await board.refresh();
    expect(ids()).toHaveLength(100);
    expect(ids()[0]).toBe('119');
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
});
