// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../services/api';
import type { ClusterInfo } from '../types';
import { ClusterWatch } from './cluster-watch.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const empty = { silos: [], waitingJobs: 0 } as unknown as ClusterInfo;

describe('ClusterWatch', () => {
  it('asks every two seconds until it is stopped', async () => {
    const cluster = vi.fn(async () => empty);
    const watch = new ClusterWatch({ cluster });
    watch.ask();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(cluster).toHaveBeenCalledTimes(4);
    watch.stop();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(cluster).toHaveBeenCalledTimes(4);
  });

  it('keeps what it knows while the server is away, and goes on by itself', async () => {
    const cluster = vi.fn(async () => empty);
    const watch = new ClusterWatch({ cluster });
    watch.ask();
    await vi.advanceTimersByTimeAsync(0);
    cluster.mockRejectedValueOnce(new ApiError({ type: 'urn:x', title: 'Away', status: 0, detail: 'Wait.' }));
    await vi.advanceTimersByTimeAsync(2_000);
    expect([watch.info, watch.problem?.title]).toEqual([empty, 'Away']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect([watch.info, watch.problem]).toEqual([empty, null]);
    watch.stop();
  });
});
