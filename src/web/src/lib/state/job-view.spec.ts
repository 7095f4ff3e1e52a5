// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, unreachable } from '../services/api';
import { ProgressStore } from '../services/progress-store';
import { anUpdate, someDetails } from '../services/testing';
import type { JobStatus, StepStatus } from '../types';
import { JobView } from './job-view.svelte';

function setUp() {
  const store = new ProgressStore();
  const server = { progress: anUpdate({ sequence: 10, stepIndex: 2 }), isAway: false, status: 'running' as JobStatus, story: 'waiting' as StepStatus, attempt: 1 };
  const getJob = vi.fn(async () => {
    if (server.isAway) throw new ApiError({ ...unreachable(), title: 'Away' });
    const steps = someDetails().steps.map((step) => (step.index === 1 ? { ...step, name: 'Extract story metadata', status: server.story } : step));
    return someDetails({ status: server.status, progress: server.progress, steps, attempt: server.attempt });
  });
  const getStory = vi.fn(async () => ({ title: 'Harbour', projectId: 'harbour', frameRate: '25', frames: 0, durationSeconds: 0, startTimecode: '01:00:00:00', scenes: [] }));
  const view = new JobView({ api: { getJob, getStory }, store, knowTitle: () => undefined }, 'a');
  return { store, server, getJob, getStory, view };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('JobView', () => {
  it('shows the newest of what was fetched and what was pushed', async () => {
    const { view, store } = setUp();
    await view.refresh();
    expect(view.progress?.sequence).toBe(10);
    store.accept(anUpdate({ sequence: 11, stepIndex: 2, progress: 44 }));
    expect(view.progress?.progress).toBe(44);
  });

  it('fetches again when a step ends, not while it goes on', async () => {
    const { view, store, server, getJob } = setUp();
    await view.refresh();
    store.accept(anUpdate({ sequence: 11, stepIndex: 2 }));
    expect(getJob).toHaveBeenCalledTimes(1);
    server.progress = anUpdate({ sequence: 12, stepIndex: 3 });
    store.accept(server.progress);
    await vi.advanceTimersByTimeAsync(0);
    expect(getJob).toHaveBeenCalledTimes(2);
    expect(view.details?.progress.stepIndex).toBe(3);
  });

  it('fetches once more when asked while fetching, however often', async () => {
    const { view, getJob } = setUp();
    await Promise.all([view.refresh(), view.refresh(), view.refresh()]);
    await vi.advanceTimersByTimeAsync(0);
    expect(getJob).toHaveBeenCalledTimes(2);
  });

  it('after a gap fetches again, but seldom', async () => {
    const { view, store, getJob } = setUp();
    await view.refresh();
    for (let sequence = 20; sequence < 60; sequence += 2) store.accept(anUpdate({ sequence, stepIndex: 2 }));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(getJob).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(getJob).toHaveBeenCalledTimes(2);
  });

  it('keeps what it shows while the server is away', async () => {
    const { view, server } = setUp();
    await view.refresh();
    server.isAway = true;
    await view.refresh();
    expect(view.details).not.toBeNull();
    expect(view.problem?.title).toBe('Away');
  });

  it('tries again by itself until the server is back', async () => {
    const { view, server, getJob } = setUp();
    server.isAway = true;
    await view.refresh();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(getJob).toHaveBeenCalledTimes(2);
    server.isAway = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(view.details).not.toBeNull();
    expect(view.problem).toBeNull();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(getJob).toHaveBeenCalledTimes(3);
  });

  it('does not ask again for a job that is not there', async () => {
    const { view, getJob } = setUp();
    getJob.mockRejectedValue(new ApiError({ type: 'urn:x', title: 'No such job', status: 404, detail: '' }));
    await view.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(getJob).toHaveBeenCalledTimes(1);
  });

  it('fetches the story once it is made, and once an attempt', async () => {
    const { view, server, getStory } = setUp();
    await view.refresh();
    expect(view.story).toBeNull();
    server.story = 'done';
    await view.refresh();
    await view.refresh();
    expect(view.story?.title).toBe('Harbour');
    expect(getStory).toHaveBeenCalledTimes(1);
    server.attempt = 2;
    await view.refresh();
    expect(getStory).toHaveBeenCalledTimes(2);
  });

  it('asks for no story of a cancelled job, whose files are gone', async () => {
    const { view, server, getStory } = setUp();
    server.story = 'done';
    server.status = 'cancelled';
    await view.refresh();
    expect(getStory).not.toHaveBeenCalled();
  });

  it('shows the job without a story that cannot be fetched', async () => {
    const { view, server, getStory } = setUp();
    getStory.mockRejectedValue(new Error('no'));
    server.story = 'done';
    await view.refresh();
    expect(view.details).not.toBeNull();
    expect(view.problem).toBeNull();
  });

  it('hears nothing any more once it is stopped', async () => {
    const { view, store, getJob } = setUp();
    await view.refresh();
    view.stop();
    store.accept(anUpdate({ sequence: 12, stepIndex: 3 }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(getJob).toHaveBeenCalledTimes(1);
  });
});
